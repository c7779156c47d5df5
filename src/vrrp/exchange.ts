import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import { LAST_SEQUENCE_NUMBER } from "./authentication-header.ts";
import type { HeardSequence } from "./authentication-trailer.ts";

/**
 * What one router remembers of the packets it sent and took, beside its state: it belongs to the wire and not to the
 * protocol. Only a packet that passed every check of its receiver changes it (RX-15, RX-22).
 */
export interface Exchange {
  /** Identification of the IPv4 packet sent last, 16 bits. */
  readonly identification: number;
  /** Number of the authentication header sent or taken last: keepalived counts both directions as one. */
  readonly headerSequence: number;
  /** Sequence of the `auth_hmac` trailer sent last. */
  readonly trailerSequence: bigint;
  /** The highest sequence taken from each sender. */
  readonly heard: readonly HeardSequence[];
  /** A unicast peer was heard with the checksum of keepalived before 1.3.7: it gets the same. */
  readonly oldUnicastChecksum: boolean;
}

/** Before the first packet. */
export const freshExchange: Exchange = {
  identification: 0,
  headerSequence: 0,
  trailerSequence: 0n,
  heard: [],
  oldUnicastChecksum: false,
};

/**
 * A router that has become Master leaves out as many numbers of authentication headers as the last octet of its address says.
 * Two that did so in one instant have counted alike up to now, and would go on in step, each refusing the other's every
 * advertisement as heard before: two masters for as long as their clocks agree.
 * Deviation: keepalived's would; all that a receiver asks of a number is that it is higher.
 */
export function countApart(exchange: Exchange, source: IpAddress): Exchange {
  const left = ipAddressBytes(source).at(-1) ?? 0;
  return { ...exchange, headerSequence: Math.min(exchange.headerSequence + left, LAST_SEQUENCE_NUMBER) };
}
