import type { IpAddress } from "../base/ip-address.ts";
import type { Instant } from "../base/time.ts";
import type { Advertisement } from "../vrrp/advertisement.ts";
import { outgoingPackets } from "../vrrp/outgoing-packets.ts";
import type { SendPacket } from "./host.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";
import { wallClock } from "./wall-clock.ts";

/** Sends one advertisement of a router to its group or to each of its peers. */
export function sendAdvertisement(
  advertisement: Advertisement,
  source: IpAddress,
  { entry, step }: { readonly entry: RouterEntry; readonly step: StepContext },
): void {
  if (isSilenced(entry)) return;
  entry.counters.advertisementsSent++;
  if (advertisement.priority === 0) entry.counters.priorityZeroSent++;
  const { effects, exchange, prepared } = packetsOf(advertisement, source, { entry, clock: wallClock(step) });
  entry.exchange = exchange;
  entry.prepared = prepared;
  step.out.push(...effects);
}

/** A reload took the last peer away: nobody may be spoken to, not even for a farewell. */
export function isSilenced({ instance }: RouterEntry): boolean {
  return instance.faultWithoutPeer && instance.unicastPeers.length === 0;
}

/** One advertisement as packets of its router's wire, and what they have counted; nothing is noted of it. */
export function packetsOf(
  advertisement: Advertisement,
  source: IpAddress,
  { entry, clock }: { readonly entry: RouterEntry; readonly clock: Instant },
): Pick<ReturnType<typeof outgoingPackets>, "exchange" | "prepared"> & {
  readonly effects: readonly SendPacket[];
} {
  const { packets, exchange, prepared } = outgoingPackets(advertisement, entry.sender, {
    source,
    exchange: entry.exchange,
    clock,
    prepared: entry.prepared,
  });
  const effects = packets.map(
    ({ destination, bytes, ttl }): SendPacket => ({
      kind: "send-packet",
      interface: entry.placement.wire,
      family: entry.config.family,
      packet: bytes,
      source,
      destination,
      hopLimit: ttl,
    }),
  );
  return { effects, exchange, prepared };
}
