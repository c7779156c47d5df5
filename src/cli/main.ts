import { basename } from "node:path";
import { importBundled } from "./bundled.ts";

/** A command of ours: takes its arguments, returns the exit code. */
interface Command {
  run(argv: readonly string[]): Promise<number>;
}

interface CommandEntry {
  readonly summary: string;
  /** Modules are loaded only when their command is called, so that `locum lint` starts in a blink. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { summary: "the daemon, with keepalived's own options", load: () => import("./run.ts") },
  lint: {
    summary: "check configuration files",
    load: () => importBundled("lint", () => import("./lint.ts")),
  },
  fmt: { summary: "bring configuration files into the usual shape", load: () => import("./fmt.ts") },
  explain: { summary: "what a keyword means", load: () => import("./explain.ts") },
  lsp: { summary: "the language server, for editors", load: () => import("./lsp.ts") },
  plan: {
    summary: "what a reload to another file would change, before it does",
    load: () => import("./plan.ts"),
  },
  status: { summary: "how the running daemon stands", load: () => import("./status.ts") },
  demo: {
    summary:
      "a director pair, two real servers and a client in namespaces; kills the master and shows what happened",
    load: () => import("./demo.ts"),
  },
};

/** Programs we stand in for: exactly their options, output and exit codes. */
const PERSONALITIES: Readonly<Record<string, CommandEntry>> = {
  keepalived: {
    summary: "the daemon and `-t`, exactly as keepalived",
    load: () => import("./keepalived.ts"),
  },
  ipvsadm: { summary: "the virtual server table", load: () => import("./ipvsadm.ts") },
  "ipvsadm-save": { summary: "write the table as commands", load: () => import("./ipvsadm-save.ts") },
  "ipvsadm-restore": { summary: "read such commands", load: () => import("./ipvsadm-restore.ts") },
};

/**
 * The whole program. Called by another program's name (a symbolic link), or with that name as first argument, it is
 * that program.
 * @param argv as in process.argv: interpreter, program, arguments.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", outputFailed);
  const program = basename(argv[1] ?? "locum");
  const words = argv.slice(2);
  const code = await dispatch(program, words);
  process.exitCode = outputLost ? OUTPUT_LOST : code;
}

/** sysexits' "input/output error". */
const OUTPUT_LOST = 74;

let outputLost = false;

/** A reader that has seen enough, as in `| head`, is no failure; any other loss of output is told. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  if (!outputLost) process.stderr.write(`locum: cannot write to standard output: ${error.message}\n`);
  outputLost = true;
  process.exitCode = OUTPUT_LOST;
}

async function dispatch(program: string, words: readonly string[]): Promise<number> {
  const own = PERSONALITIES[program];
  if (own !== undefined) return (await own.load()).run(words);
  const name = words[0];
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return name === undefined ? 64 : 0;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    const { VERSION } = await import("./version.ts");
    process.stdout.write(`locum ${VERSION}\n`);
    return 0;
  }
  const entry = COMMANDS[name] ?? PERSONALITIES[name];
  if (entry !== undefined) return (await entry.load()).run(words.slice(1));
  const meant = closest(name, [...Object.keys(COMMANDS), ...Object.keys(PERSONALITIES)]);
  const hint = meant === undefined ? "" : `; did you mean "locum ${meant}"?`;
  process.stderr.write(`locum: "${name}" is not a command${hint} (see locum --help)\n`);
  return 64;
}

function usage(): string {
  const rows = (entries: Readonly<Record<string, CommandEntry>>) =>
    Object.entries(entries)
      .map(([name, { summary }]) => `  locum ${name.padEnd(16)} ${summary}`)
      .join("\n");
  return `locum stands in for keepalived: VRRP, health checks and an IPVS-style forwarder.

Commands:
${rows(COMMANDS)}

Other programs' names, as first argument or through a symbolic link:
${rows(PERSONALITIES)}

Every command explains itself with --help.
`;
}

/** The known word with the fewest edits from `word`, when that is at most two. */
function closest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= 2 ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
