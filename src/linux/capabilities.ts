import { readFileSync } from "node:fs";

/** Linux capabilities that the daemon may need, with their bit numbers (linux/capability.h). */
const BITS = { CAP_NET_BIND_SERVICE: 10, CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

/** The name of a Linux capability the daemon may need. */
export type Capability = keyof typeof BITS;

/** Those of `wanted` that this process does not have in its effective set. */
export function missingCapabilities(wanted: readonly Capability[]): readonly Capability[] {
  const status = readFileSync("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return wanted.filter((capability) => (effective & (1n << BigInt(BITS[capability]))) === 0n);
}
