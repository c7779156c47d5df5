import { ipAddressBytes } from "../base/ip-address.ts";
import { AUTHENTICATION_TYPE } from "../vrrp/advertisement.ts";
import { describeRejection } from "../vrrp/describe.ts";
import {
  claimedVirtualRouterId,
  type PacketView,
  viewIpv4Packet,
  viewIpv6Payload,
} from "../vrrp/packet-view.ts";
import { receiveAdvertisement } from "../vrrp/reception.ts";
import type { RejectionKind } from "../vrrp/rejection.ts";
import { trustedBy } from "./flood-watch.ts";
import type { VrrpHostEvent } from "./host.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import { deliver } from "./router-delivery.ts";
import { type RouterEntry, routerKey, type StepContext } from "./vrrp-director-state.ts";
import { wallClock } from "./wall-clock.ts";

/**
 * Takes a packet from the wire: to its router when it passes every receiver check, otherwise to the counters and, now
 * and then, to the log. A refused one reaches no router and moves no timer (RX-15).
 */
export function packet(event: Extract<VrrpHostEvent, { kind: "packet" }>, context: StepContext): void {
  const { state } = context;
  const view =
    event.family === 4
      ? viewIpv4Packet(event.packet)
      : viewIpv6Payload(event.packet, {
          source: ipAddressBytes(event.source),
          destination: ipAddressBytes(event.destination ?? event.source),
          hopLimit: event.hopLimit,
        });
  if (!view.ok) {
    const { kind } = view.error;
    const message = () =>
      `(${event.interface}) refused a packet from ${event.source} that is no VRRP: ${kind}`;
    logNowAndThen({ key: `${event.interface}/${event.family} ${kind}`, level: "warning", message }, context);
    state.floods.refused(event, { reason: "no VRRP", byDigest: false }, context);
    return;
  }
  const key = routerKey({
    interface: event.interface,
    family: event.family,
    virtualRouterId: claimedVirtualRouterId(view),
  });
  // An advertisement of somebody else's virtual router is no business of ours (RX-6).
  const entry = state.listeners.get(key);
  if (entry === undefined) {
    unknownRouter(view, event, context);
    state.floods.refused(event, { reason: "a virtual router that is not here", byDigest: false }, context);
    return;
  }
  if (asksForDigest(entry) && state.floods.passesOver(event, trustedBy(entry), context.now)) return;
  const reception = receiveAdvertisement(view, entry.receiver, {
    ...entry.context,
    exchange: entry.exchange,
    clock: wallClock(context),
  });
  if (!reception.ok) {
    const { counter } = reception.error;
    entry.counters.rejected.set(counter, (entry.counters.rejected.get(counter) ?? 0) + 1);
    const { kind } = reception.error;
    const message = () => describeRejection(view, { rejection: reception.error, receiver: entry.receiver });
    logNowAndThen({ key: `${entry.instance.name} ${kind}`, level: "warning", message }, context);
    state.floods.refused(event, { reason: kind, byDigest: isByDigest(kind, view) }, context);
    return;
  }
  if (reception.exchange.oldUnicastChecksum && !entry.exchange.oldUnicastChecksum) {
    const message = `(${entry.instance.name}) ${event.source} computes the checksum as keepalived before 1.3.7 did: so do we from now on; write old_unicast_checksum never to refuse it`;
    context.out.push({ kind: "log", level: "info", message });
  }
  entry.exchange = reception.exchange;
  if (entry.heardFrom[0] !== event.source) hearFrom(entry, event, context);
  if (asksForDigest(entry)) state.floods.took(event, entry, context);
  entry.counters.advertisementsReceived++;
  if (reception.value.priority === 0) entry.counters.priorityZeroReceived++;
  deliver(entry, { kind: "advertisement", received: reception.value }, context);
}

/** An authentication header, or the trailer of `auth_hmac`. */
function asksForDigest({ receiver }: RouterEntry): boolean {
  return receiver.trailer !== undefined || receiver.authenticationType === AUTHENTICATION_TYPE.ah;
}

/** Whether it took a digest to find out, or the kernel could not have done so for another reason. */
function isByDigest(kind: RejectionKind, view: PacketView): boolean {
  if (kind === "trailer-wrong" || kind === "trailer-replayed" || kind === "trailer-stale") return true;
  return (
    view.authenticationHeaderAt !== undefined && (kind === "authentication-failed" || kind === "replayed")
  );
}

/** Senders of one router that are remembered: more than two speak only while they argue. */
const REMEMBERED_SENDERS = 8;

/** Remembers who was right, so that a flood of others cannot keep it from being heard. */
function hearFrom(
  entry: RouterEntry,
  event: Extract<VrrpHostEvent, { kind: "packet" }>,
  context: StepContext,
): void {
  const { heardFrom } = entry;
  const others = heardFrom.filter((source) => source !== event.source);
  entry.heardFrom = [event.source, ...others.slice(0, REMEMBERED_SENDERS - 1)];
  if (others.length === heardFrom.length) context.state.floods.trusts(event, context);
}

/** `log_unknown_vrids`: whatever of it is right or wrong, there is nobody here to ask. */
function unknownRouter(
  view: PacketView,
  event: Extract<VrrpHostEvent, { kind: "packet" }>,
  context: StepContext,
): void {
  if (context.state.config?.global.vrrp.logUnknownRouterIds !== true) return;
  const id = claimedVirtualRouterId(view);
  const where = `${event.interface}, IPv${event.family}`;
  const message = () =>
    `(${where}) ${event.source} advertises the virtual router ${id}, which is not configured here`;
  logNowAndThen({ key: `${where} unknown ${id}`, level: "info", message }, context);
}
