import { lstatSync } from "node:fs";
import type { Diagnostic } from "../conf/diagnostic.ts";
import { writeDumpFile } from "../linux/dump-file.ts";

/** A finding as a line of the log. */
export function findingLine({ span, message, help, code }: Diagnostic): string {
  const where = span.line === 0 ? `(${span.file})` : `(${span.file}: Line ${span.line})`;
  return `${where} ${message}${help === undefined ? "" : `; ${help}`} [${code}]`;
}

/**
 * `reload_check_config`: what the last reload found in the file that it read, for whoever looks there; empty when that was
 * nothing. The error says why it could not be written.
 */
export async function writeCheckLog(
  path: string,
  found: { readonly diagnostics: readonly Diagnostic[]; readonly umask: number },
): Promise<string | undefined> {
  if (!isReplaceable(path)) return undefined;
  const text = found.diagnostics.map((each) => `${findingLine(each)}\n`).join("");
  const written = await writeDumpFile(path, { text, umask: found.umask });
  return written.ok ? undefined : written.error;
}

/** /dev/null, the default, and the like stay what they are. */
function isReplaceable(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status === undefined || status.isFile() || status.isSymbolicLink();
}
