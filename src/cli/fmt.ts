import { readFileSync } from "node:fs";
import { TextDecoder } from "node:util";
import type { Diagnostic } from "../conf/diagnostic.ts";

/** Exit codes of `locum fmt`. */
const EXIT = { done: 0, different: 1, cannot: 2 } as const;

interface FmtOptions {
  readonly check?: true;
  readonly write?: true;
  readonly diff?: true;
}

/** A file as it is and as it should be. */
interface Formatted {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** How text becomes the bytes it came from. */
  readonly encoding: "utf8" | "latin1";
}

/**
 * `locum fmt FILE...`: brings configuration files into the usual shape, without changing what they mean.
 * @returns 0 when all is done, 1 when --check found a file that is not in shape, 2 for a wrong option or a file that
 * cannot be read, formatted or written; that file stays untouched.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = await parseArguments(argv);
  if (typeof parsed === "number") return parsed;
  const { files, options } = parsed;
  if (options.write && files.includes("-")) {
    process.stderr.write(
      "locum fmt: standard input cannot be written back; leave --write out, or name a file\n",
    );
    return EXIT.cannot;
  }
  let code: number = EXIT.done;
  for (const file of files) code = Math.max(code, await formatFile(file, options));
  return code;
}

async function parseArguments(
  argv: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly options: FmtOptions } | number> {
  const { Command, CommanderError, Option } = await import("commander");
  const command = new Command("locum fmt")
    .description(
      "Bring configuration files into the usual shape without changing what they mean. Prints the result; included files are formatted when they are named.",
    )
    .argument("<file...>", "configuration files; - is standard input")
    .addOption(new Option("--check", "name the files that are not in shape, and change nothing"))
    .addOption(new Option("-w, --write", "write the result back to the file").conflicts("check"))
    .addOption(new Option("--diff", "show what changes, as a patch, instead of the result"))
    .addHelpText(
      "after",
      `
Exit codes:
  0  done, or nothing to do
  1  --check found a file that is not in shape
  2  wrong option, or a file that cannot be read, formatted or written; it stays as it is

A file with a brace or a quote that lacks its partner is not formatted: nobody knows where its blocks end.
`,
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.cannot;
  }
  return { files: command.args, options: command.opts<FmtOptions>() };
}

async function formatFile(file: string, options: FmtOptions): Promise<number> {
  const formatted = await readFormatted(file);
  if (formatted === undefined) return EXIT.cannot;
  const changed = formatted.before !== formatted.after;
  const bytes = Buffer.from(formatted.after, formatted.encoding);
  if (options.write && changed && !tryReplace(file, await import("./replace-file.ts"), bytes))
    return EXIT.cannot;
  if (options.diff) {
    const { unifiedDiff } = await import("./unified-diff.ts");
    process.stdout.write(Buffer.from(unifiedDiff(formatted), formatted.encoding));
  } else if (options.check || options.write) {
    if (changed) process.stdout.write(`${file}\n`);
  } else process.stdout.write(bytes);
  return options.check && changed ? EXIT.different : EXIT.done;
}

function tryReplace(file: string, by: typeof import("./replace-file.ts"), bytes: Buffer): boolean {
  try {
    by.replaceFile(file, bytes);
    return true;
  } catch (error) {
    process.stderr.write(`locum fmt: cannot write ${file}: ${reasonOf(error, "written")}\n`);
    return false;
  }
}

/** Reads and formats; undefined after saying what stands in the way. */
async function readFormatted(file: string): Promise<Formatted | undefined> {
  let bytes: Buffer;
  try {
    bytes = file === "-" ? await readStandardInput() : readFileSync(file);
  } catch (error) {
    process.stderr.write(`locum fmt: cannot read ${file}: ${reasonOf(error, "read")}\n`);
    return undefined;
  }
  const name = file === "-" ? "<standard input>" : file;
  const { text, encoding } = decode(bytes);
  const { format } = await import("../conf/format/format.ts");
  const result = format(text, { file: name });
  if (result.ok) return { file, before: text, after: result.value, encoding };
  await tellRefusal({ name, text, diagnostics: result.error });
  return undefined;
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Bytes that are no UTF-8 are taken one by one, so that they come out as they went in. */
function decode(bytes: Buffer): { readonly text: string; readonly encoding: "utf8" | "latin1" } {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes), encoding: "utf8" };
  } catch {
    return { text: bytes.toString("latin1"), encoding: "latin1" };
  }
}

async function tellRefusal(refusal: {
  readonly name: string;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}): Promise<void> {
  const [{ codeFrame }, { default: picocolors }] = await Promise.all([
    import("./code-frame.ts"),
    import("picocolors"),
  ]);
  const colors = picocolors.createColors(process.stderr.isTTY === true && !process.env.NO_COLOR);
  const lines = refusal.text.split(/\r?\n/);
  for (const found of refusal.diagnostics)
    process.stderr.write(`${codeFrame(found, { colors, linesOf: () => lines })}\n\n`);
  process.stderr.write(`locum fmt: ${refusal.name} stays as it is; mend this first\n`);
}

/** The system's refusal in words, with the way out. */
function reasonOf(error: unknown, done: "read" | "written"): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "there is no such file; check the path";
    case "EISDIR":
      return "it is a directory; name its files";
    case "EACCES":
    case "EPERM":
      return `permission denied; let it be ${done} by you, or run locum as a user who may`;
    case "EROFS":
      return "its file system is read-only; format a copy, or leave --write out";
    case "ENOSPC":
      return "no space is left on its file system; make room and try again";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
