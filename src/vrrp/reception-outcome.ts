import type { Exchange } from "./exchange.ts";
import type { ReceivedAdvertisement } from "./reception.ts";
import { type Rejection, rejection } from "./rejection.ts";

/** The outcome of the receiver checks. */
export type Reception =
  | {
      readonly ok: true;
      readonly value: ReceivedAdvertisement;
      /** What is to be remembered from now on. */
      readonly exchange: Exchange;
    }
  | { readonly ok: false; readonly error: Rejection };

/** One frozen outcome for each reason, so that a refusal allocates nothing. */
export const REFUSED = {
  ttl: refusal("ttl"),
  version: refusal("version"),
  type: refusal("type"),
  length: refusal("length"),
  checksum: refusal("checksum"),
  vrid: refusal("unknown-vrid"),
  authenticationType: refusal("authentication-type"),
  authenticationMismatch: refusal("authentication-mismatch"),
  authenticationFailed: refusal("authentication-failed"),
  replayed: refusal("replayed"),
  trailerMissing: refusal("trailer-missing"),
  "trailer-malformed": refusal("trailer-malformed"),
  "trailer-stale": refusal("trailer-stale"),
  "trailer-unknown-key": refusal("trailer-unknown-key"),
  "trailer-wrong": refusal("trailer-wrong"),
  "trailer-replayed": refusal("trailer-replayed"),
  intervalMismatch: refusal("interval-mismatch"),
  intervalZero: refusal("interval-zero"),
  multicast: refusal("multicast-on-unicast"),
  unicast: refusal("unicast-on-multicast"),
  group: refusal("other-group"),
  peer: refusal("unknown-peer"),
  zeroAddresses: refusal("zero-addresses"),
  addressList: refusal("address-list"),
  ownAddress: refusal("own-address"),
  owner: refusal("owner-ignores"),
} as const;

function refusal(kind: Rejection["kind"]): { readonly ok: false; readonly error: Rejection } {
  return Object.freeze({ ok: false, error: rejection(kind) } as const);
}
