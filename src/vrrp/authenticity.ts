import { ipAddressFromBytes } from "../base/ip-address.ts";
import { instant } from "../base/time.ts";
import { AUTHENTICATION_LENGTH } from "./advertisement.ts";
import { holdsSecret } from "./authentication.ts";
import { holdsIntegrityValue, sequenceNumber } from "./authentication-header.ts";
import { checkTrailer, withSequence } from "./authentication-trailer.ts";
import { messageLength } from "./checksum-form.ts";
import type { Exchange } from "./exchange.ts";
import { type PacketView, sameOctets } from "./packet-view.ts";
import type { Receiver, ReceptionContext } from "./reception.ts";
import { REFUSED, type Reception } from "./reception-outcome.ts";

/** The password as it stands there, or as the key of the header before the message (RX-8). */
export function checkSecret(view: PacketView, receiver: Receiver, exchange: Exchange): Reception | undefined {
  const { secret, headerKey: key } = receiver;
  if (secret !== undefined) {
    const at = view.at + messageLength(view) - AUTHENTICATION_LENGTH;
    return holdsSecret(view.bytes, at, secret) ? undefined : REFUSED.authenticationFailed;
  }
  const header = view.authenticationHeaderAt;
  if (key === undefined || header === undefined) return undefined;
  const unicast = receiver.peers.length > 0;
  if (!holdsIntegrityValue(view, header, { key, unicast })) return REFUSED.authenticationFailed;
  return sequenceNumber(view, header) > exchange.headerSequence ? undefined : REFUSED.replayed;
}

/** What an accepted packet moves: the number of its header, or the mark of its sender (RX-22). */
export function authenticate(
  view: PacketView,
  receiver: Receiver,
  context: ReceptionContext & { readonly exchange: Exchange },
): { readonly ok: true; readonly exchange: Exchange } | Extract<Reception, { ok: false }> {
  const { exchange, clock = instant(0) } = context;
  const header = view.authenticationHeaderAt;
  if (header !== undefined) {
    return { ok: true, exchange: { ...exchange, headerSequence: sequenceNumber(view, header) } };
  }
  const { trailer } = receiver;
  if (trailer === undefined) return { ok: true, exchange };
  const from = view.at + messageLength(view);
  if (view.claimed === from - view.at) {
    return trailer.required ? REFUSED.trailerMissing : { ok: true, exchange };
  }
  const source = ipAddressFromBytes(view.source);
  const mark = exchange.heard.find((known) => known.source === source)?.sequence;
  const verdict = checkTrailer(view, from, { trailer, clock, mark });
  if (verdict.kind !== "good") return REFUSED[verdict.kind];
  const unicast = receiver.peers.length > 0;
  // By unicast only peers are remembered, so that strangers with a key cannot fill the list.
  if (unicast && !receiver.peers.some((peer) => sameOctets(peer.octets, view.source, 0))) return REFUSED.peer;
  const heard = withSequence(exchange.heard, { source, sequence: verdict.sequence }, unicast);
  return { ok: true, exchange: { ...exchange, heard } };
}
