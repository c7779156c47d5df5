import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Puts new contents into an existing file so that a reader sees the old or the new ones, never a part: a new file
 * takes the place of the old one, with its mode and owner. A symbolic link stays one, and its target is replaced. A
 * file with several names, or in a folder that takes no new files, is written in place. Throws what the system said;
 * the old contents are still there then, save when writing in place breaks off.
 */
export function replaceFile(file: string, contents: Buffer): void {
  const path = realpathSync(file);
  accessSync(path, constants.W_OK);
  const status = statSync(path);
  const scratch = join(dirname(path), `.${basename(path)}.locum-${process.pid}`);
  const descriptor = status.nlink === 1 ? openScratch(scratch) : undefined;
  if (descriptor === undefined) {
    writeFileSync(path, contents, { flush: true });
    return;
  }
  try {
    writeFileSync(descriptor, contents);
    fchmodSync(descriptor, status.mode & 0o7777);
    const own = process.geteuid?.() === status.uid && process.getegid?.() === status.gid;
    if (!own) fchownSync(descriptor, status.uid, status.gid);
    fsyncSync(descriptor);
    renameSync(scratch, path);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The descriptor of a new file; undefined when the folder takes none from us. */
function openScratch(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EPERM") return undefined;
    throw error;
  }
}
