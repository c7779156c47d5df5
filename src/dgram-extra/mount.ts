import { checked, systemCall } from "./system-call.ts";

/** What mount(2) takes. `flags` are its MS_ bits; `data` the file system's own options. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags?: number;
  readonly data?: string;
}

/** @throws {SystemError} */
export function mount({ source, target, type, flags = 0, data }: Mount): void {
  checked(systemCall("mount", source, target, type, flags, data), `Cannot mount ${type} on ${target}`);
}

/** Unmounts; `lazily` detaches it now and lets it go when unused. @throws {SystemError} */
export function unmount(target: string, { lazily = false }: { lazily?: boolean } = {}): void {
  checked(systemCall("umount2", target, lazily ? 2 : 0), `Cannot unmount ${target}`);
}

/** The magic number of the file system at `path` (see statfs(2)); undefined when there is nothing there. */
export function fileSystemType(path: string): number | undefined {
  const answer = new BigInt64Array(16);
  const result = systemCall("statfs", path, answer);
  return result < 0 ? undefined : Number(answer[0]);
}
