import { parseArgs } from "node:util";
import { didYouMean } from "../conf/did-you-mean.ts";

/** What `locum lint` was asked to do. */
export interface LintOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  /** The identities whose `@ID` lines count, each read on its own; empty for that of this host. */
  readonly configIds: readonly string[];
  readonly compat: "2.2.7" | "latest";
  readonly failOn: "error" | "warning" | "hint";
  readonly host: boolean;
  readonly fix: boolean;
  readonly pair: boolean;
  readonly listRules: boolean;
  readonly explain?: string;
}

/** A command line that was understood, or what to say instead of doing anything. */
export type LintCommandLine =
  | { readonly kind: "lint"; readonly files: readonly string[]; readonly options: LintOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly message: string };

const HELP = `Usage: locum lint [options] <file...>

Check configuration files, each with everything it includes, and tell what is wrong, where, and how to mend it.

Options:
      --format FORMAT     text (default), json, sarif (2.1.0) or github (workflow commands)
  -i, --config-id ID      which @ID lines count (default: host name up to its first dot);
                          several with commas or by repetition, each read on its own
      --compat VERSION    whose judgement: 2.2.7 tells only what that release finds; latest (default)
      --pair              also tell whether two directors would work together: two files, or one with -i A,B
      --fix               apply the changes that leave the meaning as it is, also in included files
      --fail-on SEVERITY  what makes the exit code 1: error (default), warning or hint
      --host              also check interfaces, addresses, scripts and users of this machine
      --list-rules        list all rules
      --explain RULE      print the page of a rule
  -h, --help              print this

Findings are errors (it will not do what it says), warnings (probably not what is meant) and hints.
A comment turns a rule off: # locum-disable-next-line RULE, # locum-disable-line RULE, or # locum-disable RULE
for the whole file.

Colour is used on a terminal only, and not when NO_COLOR is set. Passwords are never printed.

Exit codes:
  0  nothing found that counts (errors, or what --fail-on says)
  1  at least one finding that counts; with --compat 2.2.7: that release would find fault too
  2  wrong option, or a file that cannot be read or written

Examples:
  locum lint /etc/keepalived/keepalived.conf
  locum lint --fix keepalived.conf
  locum lint --pair a.conf b.conf
  locum lint --pair -i lb1,lb2 keepalived.conf
  locum lint --format sarif keepalived.conf > lint.sarif
`;

const OPTIONS = {
  format: { type: "string", default: "text" },
  "config-id": { type: "string", short: "i", multiple: true, default: [] as string[] },
  compat: { type: "string", default: "latest" },
  pair: { type: "boolean", default: false },
  fix: { type: "boolean", default: false },
  "fail-on": { type: "string", default: "error" },
  host: { type: "boolean", default: false },
  "list-rules": { type: "boolean", default: false },
  explain: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

const FORMATS = ["text", "json", "sarif", "github"] as const;
const VERSIONS = ["2.2.7", "latest"] as const;
const SEVERITIES = ["error", "warning", "hint"] as const;

/** Reads the command line. Node's own reader is used here, because a small file is linted in less time than another takes to load. */
export function readLintOptions(argv: readonly string[]): LintCommandLine {
  const parsed = parse(argv);
  if (typeof parsed === "string") return refused(parsed);
  const { values, positionals } = parsed;
  if (values.help) return { kind: "help", text: HELP };
  const format = FORMATS.find((each) => each === values.format);
  if (!format) return refused(notOneOf("--format", values.format, FORMATS));
  const compat = VERSIONS.find((each) => each === values.compat);
  if (!compat) return refused(notOneOf("--compat", values.compat, VERSIONS));
  const failOn = SEVERITIES.find((each) => each === values["fail-on"]);
  if (!failOn) return refused(notOneOf("--fail-on", values["fail-on"], SEVERITIES));
  const options: LintOptions = {
    format,
    compat,
    failOn,
    configIds: values["config-id"].flatMap((ids) => ids.split(",").filter((id) => id !== "")),
    host: values.host,
    fix: values.fix,
    pair: values.pair,
    listRules: values["list-rules"],
    ...(values.explain === undefined ? {} : { explain: values.explain }),
  };
  const problem = problemWith(positionals, options);
  return problem === undefined ? { kind: "lint", files: positionals, options } : refused(problem);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const option = /'(-[^' ,]*)/.exec(message)?.[1] ?? "";
    if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `${message.split(". ")[0]}; see locum lint --help`;
    const near = didYouMean(
      option,
      Object.keys(OPTIONS).map((name) => `--${name}`),
    );
    return `there is no option ${option}${near ? `; did you mean ${near}?` : "; see locum lint --help"}`;
  }
}

function refused(message: string): LintCommandLine {
  return { kind: "refused", message };
}

function notOneOf(option: string, value: string, known: readonly string[]): string {
  return `${option} is '${value}', but it must be one of ${known.join(", ")}`;
}

/** What does not fit together on the command line. */
function problemWith(files: readonly string[], options: LintOptions): string | undefined {
  const { listRules, explain, fix, compat, pair, configIds } = options;
  if (listRules || explain !== undefined) return undefined;
  if (files.length === 0)
    return "no file is named; write locum lint FILE, such as /etc/keepalived/keepalived.conf";
  if (fix && compat === "2.2.7")
    return "--fix and --compat 2.2.7 do not go together: that release mends nothing; leave one out";
  if (
    !pair ||
    (files.length === 2 && configIds.length <= 2) ||
    (files.length === 1 && configIds.length === 2)
  )
    return undefined;
  const named = files.length === 1 ? "1 file" : `${files.length} files`;
  return `--pair compares two directors, but there ${files.length === 1 ? "is" : "are"} ${named} and ${configIds.length} identities: name two files, or one file and -i A,B`;
}
