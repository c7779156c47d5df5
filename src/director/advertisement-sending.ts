import type { IpAddress } from "../base/ip-address.ts";
import type { Advertisement } from "../vrrp/advertisement.ts";
import { outgoingPackets } from "../vrrp/outgoing-packets.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";
import { wallClock } from "./wall-clock.ts";

/** Sends one advertisement of a router to its group or to each of its peers. */
export function sendAdvertisement(
  advertisement: Advertisement,
  source: IpAddress,
  { entry, step }: { readonly entry: RouterEntry; readonly step: StepContext },
): void {
  const { config } = entry;
  // A reload took the last peer away: nobody may be spoken to, not even for a farewell.
  if (entry.instance.faultWithoutPeer && entry.instance.unicastPeers.length === 0) return;
  entry.counters.advertisementsSent++;
  if (advertisement.priority === 0) entry.counters.priorityZeroSent++;
  const { packets, exchange, prepared } = outgoingPackets(advertisement, entry.sender, {
    source,
    exchange: entry.exchange,
    clock: wallClock(step),
    prepared: entry.prepared,
  });
  entry.exchange = exchange;
  entry.prepared = prepared;
  for (const { destination, bytes, ttl } of packets) {
    step.out.push({
      kind: "send-packet",
      interface: entry.placement.wire,
      family: config.family,
      packet: bytes,
      source,
      destination,
      hopLimit: ttl,
    });
  }
}
