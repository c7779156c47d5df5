import { closeSync, openSync } from "node:fs";
import { checked, systemCall } from "./system-call.ts";

const CLONE_NEWNET = 0x40000000;
const SOL_SOCKET = 1;
const SO_NETNS_COOKIE = 71;
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

/** The file of a named network namespace (as `ip netns` names them); a text with a slash is taken as a path. */
export function networkNamespacePath(namespace: string): string {
  return namespace.includes("/") ? namespace : `/run/netns/${namespace}`;
}

/**
 * Runs a synchronous action with this thread in another network namespace. What is opened inside (sockets, and Node's
 * own network calls that open their socket at once) belongs to that namespace for good.
 * @throws {SystemError} when the namespace cannot be entered; what the action throws goes through.
 */
export function inNetworkNamespace<T>(namespace: string, action: () => T): T {
  const home = openSync("/proc/thread-self/ns/net", "r");
  try {
    enterNetworkNamespace(namespace);
    try {
      return action();
    } finally {
      checked(systemCall("setns", home, CLONE_NEWNET), "Cannot return to the own network namespace");
    }
  } finally {
    closeSync(home);
  }
}

/**
 * Moves this thread to a network namespace to stay. Call it before anything of Node uses the network: threads that
 * exist already (DNS, file system) stay where they are.
 * @throws {Error} when it does not exist or may not be entered.
 */
export function enterNetworkNamespace(namespace: string): void {
  const descriptor = openSync(networkNamespacePath(namespace), "r");
  const result = systemCall("setns", descriptor, CLONE_NEWNET);
  closeSync(descriptor);
  checked(result, `Cannot enter the network namespace "${namespace}"`);
}

/**
 * The number that identifies this thread's network namespace until the next boot, never used twice; undefined on
 * kernels before 5.14.
 */
export function networkNamespaceCookie(): bigint | undefined {
  const socket = checked(systemCall("socket", AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), "Cannot open a socket");
  const cookie = new BigUint64Array(1);
  const result = systemCall("getsockopt", socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie, Uint32Array.of(8));
  systemCall("close", socket);
  return result < 0 ? undefined : cookie[0];
}
