import { native } from "./native.ts";
import { systemCall } from "./system-call.ts";

/**
 * Makes the bpf(2) system call: `attributes` is union bpf_attr as far as it matters. Returns what the kernel returns:
 * a descriptor or 0, or the negated errno. Put the addresses of buffers into the attributes with `addressOf`.
 */
export function bpf(command: number, attributes: Uint8Array): number {
  return systemCall("bpf", command, attributes, attributes.byteLength);
}

/** Where the bytes are in memory, for a struct that holds a pointer. Keep the bytes reachable while it is in use. */
export function addressOf(bytes: ArrayBuffer | ArrayBufferView): bigint {
  return native.addressOf(bytes);
}
