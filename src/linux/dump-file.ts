import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { failed, ok, type Result } from "../base/result.ts";

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Puts a text where others may look for it, often in /tmp: written to a name that nobody can have guessed, then renamed,
 * so that a reader sees the old text or the new one, and a link that somebody placed there is replaced and not followed.
 * `umask` says who may read it. The error says what could not be done.
 */
export async function writeDumpFile(
  path: string,
  { text, umask }: { readonly text: string; readonly umask: number },
): Promise<Result<void, string>> {
  const temporary = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.chmod(0o666 & ~umask);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return ok(undefined);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    return failed(`Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
