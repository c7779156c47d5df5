import { closeSync, openSync, writeSync } from "node:fs";
import type { Diagnostic, KeepalivedReport, KeepalivedStage } from "../conf/diagnostic.ts";
import type { HostFacts } from "../conf/source.ts";

/** `keepalived -t`: what to test and how. */
export interface TestOptions {
  /** `-f`: the main file, or a glob. */
  readonly file: string;
  readonly configId: string;
  /** The argument of `-t`: messages go there instead of to standard error. */
  readonly logFile?: string;
  /** `-e`: every problem with an include is an error. */
  readonly allConfig: boolean;
  /** What the machine has; looked up when absent. */
  readonly host?: HostFacts;
}

/** One of keepalived's readings of the whole text; `-t` does all of them in this order. */
interface Pass {
  readonly stages: readonly KeepalivedStage[];
  readonly end?: KeepalivedStage;
  /** The first pass names only the line while one file is read. */
  readonly lineOnly: boolean;
}

const PASSES: readonly Pass[] = [
  { stages: ["read", "every", "global"], lineOnly: true },
  { stages: ["every", "checker"], end: "checker-end", lineOnly: false },
  { stages: ["every", "vrrp"], end: "vrrp-end", lineOnly: false },
  { stages: ["every", "bfd"], lineOnly: false },
];

/** keepalived says this once, and then nothing of what it would check at the end of the VRRP pass. */
const NO_SUCH_INTERFACE = "Non-existent interface specified in configuration";

/** A file with a finding that keepalived 2.2.7 makes too. */
type Reported = Diagnostic & { readonly keepalived: KeepalivedReport };

/**
 * Tests a configuration as `keepalived -t` does: its messages, one line each, and its exit code.
 * Deviation: after an unknown block keepalived goes on to report each line in it; here the block is one finding.
 */
export async function testConfiguration(options: TestOptions): Promise<number> {
  const output = openOutput(options.logFile);
  if (typeof output === "string") {
    process.stderr.write(`${output}\n`);
    return 1;
  }
  const [{ loadConfiguration }, { readConfig }] = await Promise.all([
    import("../conf/load-configuration.ts"),
    import("../linux/read-config.ts"),
  ]);
  const host = options.host ?? (await import("../linux/host-facts.ts")).hostFacts();
  const { diagnostics, files } = loadConfiguration({
    root: options.file,
    read: readConfig,
    options: {
      configId: options.configId,
      environment: process.env,
      host,
      rules: false,
      allIncludesMustRead: options.allConfig,
    },
  });
  const result = keepalivedMessages(diagnostics, { mainFile: mainFileOf(files, options.file) });
  for (const line of result.lines) output.write(`${line}\n`);
  output.close();
  return result.exitCode;
}

/** The file that includes the others, whose lines the parent of keepalived names without it; none where a pattern names several. */
export function mainFileOf(files: readonly string[], asked: string): string | undefined {
  return files.length <= 1 || files[0] === asked ? files[0] : undefined;
}

/** The lines and the exit code of `keepalived -t` 2.2.7 for what was found. */
export function keepalivedMessages(
  diagnostics: readonly Diagnostic[],
  options: { readonly mainFile: string | undefined },
): { readonly lines: readonly string[]; readonly exitCode: number } {
  const reported = diagnostics.filter((found): found is Reported => found.keepalived !== undefined);
  const lines: string[] = [];
  const codes = new Set<number>();
  for (const pass of PASSES) {
    const own = reported.filter((found) => pass.stages.includes(found.keepalived.stage)).sort(byLine);
    for (const found of own) {
      codes.add(found.keepalived.exitCode);
      const prefix = prefixOf(found, pass.lineOnly && found.span.file === options.mainFile);
      for (const text of found.keepalived.texts) lines.push(`${prefix}${text}`);
      if (found.keepalived.exitCode === 2) return { lines, exitCode: 2 };
    }
    // An include that has to be there: the parent has read on to the end, and nobody else begins.
    if (own.some(({ keepalived: { stage, exitCode } }) => stage === "read" && exitCode === 6)) {
      return { lines, exitCode: 6 };
    }
    if (own.some((found) => found.code === "interface-missing")) {
      lines.push(NO_SUCH_INTERFACE);
      continue;
    }
    for (const found of reported.filter((each) => each.keepalived.stage === pass.end)) {
      codes.add(found.keepalived.exitCode);
      lines.push(...found.keepalived.texts);
    }
  }
  return { lines, exitCode: codes.has(6) ? 6 : codes.has(5) ? 5 : codes.has(4) ? 4 : 0 };
}

/** keepalived reads downwards, and speaks of some blocks only at their end. */
function byLine(a: Reported, b: Reported): number {
  if (a.span.file !== b.span.file) return 0;
  return (a.keepalived.line || a.span.line) - (b.keepalived.line || b.span.line);
}

/** `(Line N) `, `(FILE: Line N) `, or nothing for what belongs to no line. */
function prefixOf(found: Reported, lineOnly: boolean): string {
  const line = found.keepalived.line ?? found.span.line;
  if (line === 0 || found.code === "missing-close") return "";
  return lineOnly ? `(Line ${line}) ` : `(${found.span.file}: Line ${line}) `;
}

interface Output {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** Standard error or the log file; a string says why the file cannot be opened. */
function openOutput(logFile: string | undefined): Output | string {
  if (logFile === undefined) return { write: (text) => process.stderr.write(text), close: () => {} };
  try {
    const descriptor = openSync(logFile, "a", 0o600);
    return { write: (text) => writeSync(descriptor, text), close: () => closeSync(descriptor) };
  } catch (error) {
    const { errno, code } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT"
        ? "No such file or directory"
        : code === "EACCES"
          ? "Permission denied"
          : (code ?? "");
    return `Unable to open config-test log file ${logFile} ${Math.abs(errno ?? 0)} - ${reason}`;
  }
}
