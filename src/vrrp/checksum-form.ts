import { advertisementLength } from "./advertisement.ts";
import type { PacketView } from "./packet-view.ts";
import type { Receiver } from "./reception.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "./vrrp-checksum.ts";

/**
 * "message": over the VRRP message alone; "pseudo-header": addresses, length and protocol too; "old-unicast": the same with
 * the group's address in the place of the peer's, as keepalived before 1.3.7.
 */
export type ChecksumForm = "message" | "pseudo-header" | "old-unicast";

/** Octets of VRRP message that the address count of a view calls for, a trailer left out. */
export function messageLength(view: PacketView): number {
  const version = (view.bytes[view.at] as number) >> 4 === 2 ? 2 : 3;
  return advertisementLength(version, view.family, view.bytes[view.at + 3] as number);
}

/** RX-5; undefined when it is wrong. Version 3 over IPv4 may come in any form, whichever we send (TX-9). */
export function checksumFormOf(view: PacketView, receiver?: Receiver): ChecksumForm | undefined {
  const length = view.family === 6 ? view.claimed : messageLength(view);
  const message = partialSum(view.bytes, { from: view.at, to: view.at + length, start: 0 });
  if (view.family === 4 && sumToChecksum(message) === 0) return "message";
  if ((view.bytes[view.at] as number) >> 4 === 2) return undefined;
  const whole = message + pseudoHeaderSum(view, length);
  if (sumToChecksum(whole) === 0) return "pseudo-header";
  return holdsOldChecksum(view, { message, length, receiver }) ? "old-unicast" : undefined;
}

/** What keepalived before 1.3.7 sends to its peers; `old_unicast_checksum never` refuses it. */
function holdsOldChecksum(
  view: PacketView,
  sum: { readonly message: number; readonly length: number; readonly receiver: Receiver | undefined },
): boolean {
  const { receiver } = sum;
  if (receiver === undefined || view.family === 6 || receiver.peers.length === 0) return false;
  if (receiver.config.oldUnicastChecksum === "never") return false;
  const ends = { source: view.source, destination: receiver.group };
  return sumToChecksum(sum.message + pseudoHeaderSum(ends, sum.length)) === 0;
}
