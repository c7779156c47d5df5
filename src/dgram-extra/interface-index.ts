import { checked, SystemError, systemCall } from "./system-call.ts";

const SIOCGIFNAME = 0x8910;
const SIOCGIFINDEX = 0x8933;
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
const nameSize = 16;

/**
 * The index of the named interface in the current network namespace.
 * @throws {SystemError} ENODEV when there is none.
 */
export function interfaceIndex(name: string): number {
  const request = new Uint8Array(40);
  const bytes = Buffer.from(name);
  if (bytes.length === 0 || bytes.length >= nameSize) throw new SystemError(`No interface "${name}"`, 19);
  request.set(bytes);
  ask(SIOCGIFINDEX, { request, attempted: `No interface "${name}"` });
  return new DataView(request.buffer).getInt32(nameSize, true);
}

/**
 * The name of the interface with this index in the current network namespace.
 * @throws {SystemError} ENODEV when there is none.
 */
export function interfaceName(index: number): string {
  const request = new Uint8Array(40);
  new DataView(request.buffer).setInt32(nameSize, index, true);
  ask(SIOCGIFNAME, { request, attempted: `No interface with index ${index}` });
  return Buffer.from(request.subarray(0, nameSize)).toString().replace(/\0.*$/s, "");
}

function ask(command: number, { request, attempted }: { request: Uint8Array; attempted: string }): void {
  const socket = checked(systemCall("socket", AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), "Cannot open a socket");
  const result = systemCall("ioctl", socket, command, request);
  systemCall("close", socket);
  checked(result, attempted);
}
