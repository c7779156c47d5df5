import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { lockFile, SystemError } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";

/** A pid file that this process wrote and holds the lock of. */
export interface PidFile {
  readonly path: string;
  /** Why it is empty: the disk is full. Its lock keeps a second copy away all the same. */
  readonly trouble?: string;
  /** Removes the file, if it is still this one, and lets the lock go. Calling it again does nothing. */
  remove(): void;
}

/** Why a pid file could not be had. "locked": a copy is running already, `pid` says which when the file does. */
export interface PidFileFailure {
  readonly kind: "locked" | "refused";
  readonly message: string;
  readonly pid?: number;
}

const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
const mostAttempts = 10;

/**
 * Writes this process's id to a pid file and keeps the file locked while the process runs, so that a second copy can
 * tell a running one from a file that a crash left behind. The file gets mode 0644 whatever the umask, and must be
 * neither a symbolic link nor anything but a regular file: it is written as root where others may have placed it.
 */
export function openPidFile(path: string): Result<PidFile, PidFileFailure> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const taken = take(path);
    if (taken !== "gone") return taken;
  }
  return refused(path, "it is being replaced all the time; look which program does that");
}

/** Removes the pid file of a child that was killed, and could not. One that names another process stays. */
export function removePidFileOf(pid: number, path: string): void {
  try {
    if (Number.parseInt(readFileSync(path, "latin1"), 10) === pid) unlinkSync(path);
  } catch {
    // It went, or may not be touched: without its lock it counts as left behind anyway.
  }
}

/** "gone": the file was removed between opening and locking it, by a copy that was just ending. */
function take(path: string): Result<PidFile, PidFileFailure> | "gone" {
  let descriptor: number;
  try {
    // O_NONBLOCK: opening a named pipe must not wait for its other end
    descriptor = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  } catch (error) {
    return refused(path, explain(error));
  }
  let keep = false;
  try {
    if (!fstatSync(descriptor).isFile()) return refused(path, "it is not a regular file; remove it");
    const pid = readPid(descriptor);
    if (!lockFile(descriptor) || isRunningKeepalived(pid)) return locked(path, pid);
    if (!isStill(path, descriptor)) return "gone";
    fchmodSync(descriptor, 0o644);
    ftruncateSync(descriptor, 0);
    const trouble = write(descriptor, path);
    keep = true;
    return ok(new LockedPidFile(path, { descriptor, trouble }));
  } catch (error) {
    return refused(path, explain(error));
  } finally {
    if (!keep) closeSync(descriptor);
  }
}

/** A director is worth more than the file that tells its id: a full disk is no reason to stay away. */
function write(descriptor: number, path: string): string | undefined {
  try {
    writeSync(descriptor, `${process.pid}\n`, 0);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    return `${path} is empty, because there is no room on its disk; going on without`;
  }
}

class LockedPidFile implements PidFile {
  readonly path: string;
  readonly trouble?: string;
  #descriptor: number | undefined;

  constructor(path: string, file: { readonly descriptor: number; readonly trouble: string | undefined }) {
    this.path = path;
    if (file.trouble !== undefined) this.trouble = file.trouble;
    this.#descriptor = file.descriptor;
  }

  remove(): void {
    if (this.#descriptor === undefined) return;
    // First the name, then the lock: nobody can lock a file that is about to be removed.
    if (isStill(this.path, this.#descriptor)) {
      try {
        unlinkSync(this.path);
      } catch {
        // Privileges may have been dropped since; without its lock the file counts as left behind anyway.
      }
    }
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function readPid(descriptor: number): number | undefined {
  const bytes = Buffer.alloc(32);
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  const pid = Number.parseInt(bytes.toString("latin1", 0, length), 10);
  return pid > 0 ? pid : undefined;
}

/** keepalived itself takes no lock on its pid file; it is recognised by its name. */
function isRunningKeepalived(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, "latin1").startsWith("keepalived");
  } catch {
    return false;
  }
}

function isStill(path: string, descriptor: number): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(descriptor);
  return now?.ino === ours.ino && now.dev === ours.dev;
}

function locked(path: string, pid: number | undefined): Result<never, PidFileFailure> {
  const who = pid === undefined ? "another process" : `process ${pid}`;
  const message = `${who} holds ${path}; stop it, or choose another pid file with -p`;
  return failed({ kind: "locked", message, ...(pid === undefined ? {} : { pid }) });
}

function refused(path: string, reason: string): Result<never, PidFileFailure> {
  return failed({ kind: "refused", message: `Cannot write the pid file ${path}: ${reason}` });
}

function explain(error: unknown): string {
  if (error instanceof SystemError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ELOOP") return "it is a symbolic link; remove it, or choose another pid file with -p";
  if (code === "ENOENT") return "its folder does not exist; make it, or choose another pid file with -p";
  if (code === "EACCES" || code === "EROFS")
    return "this user may not write there; choose another pid file with -p, -r, -c and -b, or run as root";
  if (code === "EISDIR") return "it is a folder; choose another pid file with -p";
  return error instanceof Error ? error.message : String(error);
}
