import { readFileSync, statSync } from "node:fs";
import type { Diagnostic } from "../conf/diagnostic.ts";
import type { LintedConfiguration } from "../conf/lint-configuration.ts";
import type { HostFacts } from "../conf/source.ts";
import { type LintOptions, readLintOptions } from "./lint-options.ts";

/** Exit codes of `locum lint`. */
const EXIT = { clean: 0, found: 1, usage: 2 } as const;

import type { LintReport } from "./lint-output/lint-report.ts";

/** A file read as one identity reads it. */
interface Side {
  readonly file: string;
  readonly configId: string;
}

/** Safe fixes may make others possible; this many rounds are enough for all that there are. */
const FIX_ROUNDS = 10;

/**
 * `locum lint FILE...`: tells what is wrong in configuration files, with the line and how to mend it.
 * @returns 0 when nothing was found that counts, 1 when something was, 2 for a wrong option or a file that cannot be
 * read or written.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const line = readLintOptions(argv);
  if (line.kind === "refused") return complain([line.message]);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return EXIT.clean;
  }
  const { files, options } = line;
  if (options.listRules || options.explain !== undefined) return tellRules(options);
  const configIds =
    options.configIds.length > 0 ? options.configIds : [(await import("./config-id.ts")).defaultConfigId()];
  const unreadable = files.flatMap((file) => {
    const reason = obstacle(file);
    return reason === undefined ? [] : [`cannot read ${file}: ${reason}`];
  });
  if (unreadable.length > 0) return complain(unreadable);
  const sides = sidesOf(files, { configIds, pair: options.pair });
  const lint = await linter(options);
  if (options.fix) {
    const find = async () => (await Promise.all(sides.map(lint))).flatMap((each) => each.diagnostics);
    const failed = await fixAll(find, options.format);
    if (failed !== undefined) return complain([failed]);
  }
  const linted = await Promise.all(sides.map(lint));
  const between = options.pair ? await compared(linted) : [];
  const report: LintReport = {
    files,
    diagnostics: withoutRepetition([...linted.flatMap((each) => each.diagnostics), ...between]),
    texts: new Map(linted.flatMap((each) => [...each.texts])),
  };
  process.stdout.write(await print(report, options));
  return (await counts(report.diagnostics, options)) ? EXIT.found : EXIT.clean;
}

function complain(lines: readonly string[]): number {
  for (const line of lines) process.stderr.write(`locum lint: ${line}\n`);
  return EXIT.usage;
}

async function tellRules({ explain }: LintOptions): Promise<number> {
  const [{ everyPage }, { ruleList, ruleExplanation }] = await Promise.all([
    import("../conf/pages/every-page.ts"),
    import("./lint-output/rule-output.ts"),
  ]);
  const pages = everyPage();
  if (explain === undefined) {
    process.stdout.write(ruleList(pages));
    return EXIT.clean;
  }
  const page = pages.get(explain);
  if (page) {
    process.stdout.write(ruleExplanation(page));
    return EXIT.clean;
  }
  const near = (await import("../conf/did-you-mean.ts")).didYouMean(explain, pages.keys());
  const hint = near === undefined ? "locum lint --list-rules shows all" : `did you mean ${near}?`;
  return complain([`there is no rule ${explain}; ${hint}`]);
}

/** Why a file cannot be linted, with the way out; undefined when it can. */
function obstacle(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory())
      return `it is a directory; name its files, such as ${file.replace(/\/$/, "")}/*.conf`;
    readFileSync(file);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return "there is no such file; check the path";
    if (code === "EACCES")
      return "permission denied; make it readable, or run locum as a user who may read it";
    return error instanceof Error ? error.message : String(error);
  }
}

function sidesOf(
  files: readonly string[],
  { configIds, pair }: { readonly configIds: readonly string[]; readonly pair: boolean },
): readonly Side[] {
  if (pair && files.length === 2)
    return files.map((file, at) => ({ file, configId: configIds[at] ?? configIds[0] ?? "" }));
  return files.flatMap((file) => configIds.map((configId) => ({ file, configId })));
}

async function linter(options: LintOptions): Promise<(side: Side) => Promise<LintedConfiguration>> {
  const [{ lintConfiguration }, { readConfig }, { inspectFile, hostFacts }] = await Promise.all([
    import("../conf/lint-configuration.ts"),
    import("../linux/read-config.ts"),
    import("../linux/host-facts.ts"),
  ]);
  const host: HostFacts = options.host ? hostFacts() : { inspectFile };
  return async ({ file, configId }) => {
    const linted = lintConfiguration({
      root: literal(file),
      read: readConfig,
      options: { configId, environment: process.env, compat: options.compat, host },
    });
    return options.compat === "latest" ? withoutSuppressed(linted) : linted;
  };
}

/** Heeds the comments that turn rules off; the names of all rules are loaded only where there is such a comment. */
async function withoutSuppressed(linted: LintedConfiguration): Promise<LintedConfiguration> {
  const { texts, files } = linted;
  if (![...texts.values()].some((text) => text.includes("locum-disable"))) return linted;
  const [{ everyPage }, { applySuppressions }, { inOrder }] = await Promise.all([
    import("../conf/pages/every-page.ts"),
    import("../conf/rules/suppression.ts"),
    import("../conf/lint-configuration.ts"),
  ]);
  const diagnostics = applySuppressions(linted.diagnostics, { texts, codes: new Set(everyPage().keys()) });
  return { ...linted, diagnostics: inOrder(diagnostics, files) };
}

/** The name of one file as a pattern that matches nothing else. */
function literal(file: string): string {
  return file.replace(/[*?[\]{}\\]/g, "\\$&");
}

/** Mends what can be mended without asking; what went wrong is returned. */
async function fixAll(
  find: () => Promise<readonly Diagnostic[]>,
  format: LintOptions["format"],
): Promise<string | undefined> {
  const { applySafeFixes } = await import("./lint-fix.ts");
  const applied = new Map<string, number>();
  try {
    for (let round = 0; round < FIX_ROUNDS; round++) {
      const fixed = applySafeFixes(await find());
      for (const { file, applied: number } of fixed) applied.set(file, (applied.get(file) ?? 0) + number);
      if (fixed.length === 0) break;
    }
  } catch (error) {
    return `cannot write what was mended: ${error instanceof Error ? error.message : String(error)}; make the file and its folder writable, or leave --fix out`;
  }
  for (const [file, number] of applied) {
    const line = `${file}: ${number} ${number === 1 ? "fix" : "fixes"} applied\n`;
    (format === "text" ? process.stdout : process.stderr).write(line);
  }
  return undefined;
}

async function compared([a, b]: readonly LintedConfiguration[]): Promise<readonly Diagnostic[]> {
  if (!a || !b) return [];
  const { comparePair } = await import("../conf/pair/compare-pair.ts");
  return comparePair({ a: a.subject, b: b.subject });
}

/** One finding of a file that several identities read stands once. */
function withoutRepetition(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = `${code} ${span.file}:${span.line}:${span.column} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

async function print(report: LintReport, { format }: LintOptions): Promise<string> {
  switch (format) {
    case "json":
      return (await import("./lint-output/json-output.ts")).jsonOutput(report);
    case "github":
      return (await import("./lint-output/github-output.ts")).githubOutput(report);
    case "sarif": {
      const { everyPage } = await import("../conf/pages/every-page.ts");
      return (await import("./lint-output/sarif-output.ts")).sarifOutput(report, everyPage());
    }
    case "text": {
      const [{ textOutput }, { default: picocolors }] = await Promise.all([
        import("./lint-output/text-output.ts"),
        import("picocolors"),
      ]);
      const colored = process.stdout.isTTY === true && !process.env.NO_COLOR;
      return textOutput(report, picocolors.createColors(colored));
    }
  }
}

async function counts(diagnostics: readonly Diagnostic[], options: LintOptions): Promise<boolean> {
  if (options.compat === "2.2.7")
    return (await import("../conf/lint-configuration.ts")).isFaultyFor227(diagnostics);
  const grave = { error: ["error"], warning: ["error", "warning"], hint: ["error", "warning", "hint"] };
  return diagnostics.some(({ severity }) => grave[options.failOn].includes(severity));
}
