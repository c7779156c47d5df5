import { native } from "./native.ts";
import { checked } from "./system-call.ts";

/** What mmap(2) takes; `shared` mappings reach the file, map or device behind the descriptor. */
export interface MemoryMap {
  readonly descriptor: number;
  readonly length: number;
  readonly offset?: number;
  readonly writable?: boolean;
}

/** Maps a descriptor's memory, shared. It stays mapped while the ArrayBuffer is reachable. @throws {SystemError} */
export function mapMemory({ descriptor, length, offset = 0, writable = false }: MemoryMap): ArrayBuffer {
  const mapped = native.map(length, writable ? 3 : 1, 1, descriptor, offset);
  if (typeof mapped !== "number") return mapped;
  checked(mapped, `Cannot map ${length} bytes of file descriptor ${descriptor}`);
  throw new Error("mmap returned neither memory nor an error");
}
