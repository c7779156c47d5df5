import { SystemError, systemCall } from "./system-call.ts";

const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_WRLCK = 1;
const EAGAIN = 11;
const EACCES = 13;

/**
 * Locks a whole open file for writing by an open file description lock: it lasts until the descriptor is closed or
 * the process ends, is not inherited, and does not vanish when another descriptor of the file is closed. Returns
 * false when another process holds it.
 * @throws {SystemError} for any other refusal.
 */
export function lockFile(descriptor: number): boolean {
  const result = systemCall("fcntl", descriptor, F_OFD_SETLK, wholeFile());
  if (result === -EAGAIN || result === -EACCES) return false;
  if (result < 0) throw new SystemError("Cannot lock the file", -result);
  return true;
}

/** Whether someone else holds a lock on the file that excludes ours. @throws {SystemError} */
export function isLockedByAnother(descriptor: number): boolean {
  const lock = wholeFile();
  const result = systemCall("fcntl", descriptor, F_OFD_GETLK, lock);
  if (result < 0) throw new SystemError("Cannot ask for the file's lock", -result);
  return new DataView(lock.buffer).getInt16(0, true) !== 2; // F_UNLCK
}

/** struct flock: type, whence, start, length 0 = to the end, pid 0 as these locks demand. */
function wholeFile(): Uint8Array {
  const lock = new Uint8Array(32);
  new DataView(lock.buffer).setInt16(0, F_WRLCK, true);
  return lock;
}
