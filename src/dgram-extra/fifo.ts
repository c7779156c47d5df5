import { checked, systemCall } from "./system-call.ts";

const AT_FDCWD = -100;
const S_IFIFO = 0o010000;

/** Makes a named pipe; `mode` is narrowed by the umask. @throws {SystemError} EEXIST when there is anything at `path`. */
export function makeFifo(path: string, mode: number): void {
  checked(systemCall("mknodat", AT_FDCWD, path, S_IFIFO | mode, 0), `Cannot make the named pipe ${path}`);
}
