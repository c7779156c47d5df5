import { assert } from "../base/assert.ts";
import { type AddressFamily, type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import type { Duration } from "../base/time.ts";
import type { Authentication } from "../conf/model/vrrp-instance.ts";
import { passwordOctets } from "./authentication.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "./vrrp-checksum.ts";

/** IP protocol number of VRRP (RFC 3768 section 5.2.4). */
export const VRRP_PROTOCOL = 112;
/** Octets before the address list, in both versions. */
export const FIXED_LENGTH = 8;
/** Octets of authentication data at the end of a version 2 advertisement. */
export const AUTHENTICATION_LENGTH = 8;
/** Version 2 Auth Type values (RFC 2338 section 5.3.6; RFC 3768 keeps only 0). */
export const AUTHENTICATION_TYPE = { none: 0, pass: 1, ah: 2 } as const;

/** A VRRP advertisement as it is to be sent. */
export interface Advertisement {
  readonly version: 2 | 3;
  /** 1..255. */
  readonly virtualRouterId: number;
  /** 0 resigns, 255 is the owner. */
  readonly priority: number;
  /** Whole seconds up to 255 in version 2, whole centiseconds up to 4095 in version 3. */
  readonly interval: Duration;
  /** All of one family; at most 255. */
  readonly addresses: readonly IpAddress[];
  /** Version 2 only; version 3 has none. */
  readonly authentication: Authentication;
}

/** What an advertisement's bytes depend on beside itself. */
export interface Addressing {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /**
   * Version 3 over IPv4: whether the checksum covers a pseudo-header. keepalived does by default (RFC 5798 as it is
   * usually read); RFC 9568 section 5.2.8 does not. Over IPv6 it always does, in version 2 never.
   */
  readonly checksumPseudoHeader: boolean;
  /**
   * What follows the message (`auth_hmac`), made of the message with its checksum not yet in. The checksum covers it
   * over IPv6 alone.
   */
  readonly trailer?: (unsigned: Uint8Array) => Uint8Array;
}

/** Octets of a VRRP message with `count` addresses. */
export function advertisementLength(version: 2 | 3, family: AddressFamily, count: number): number {
  return FIXED_LENGTH + count * (family === 4 ? 4 : 16) + (version === 2 ? AUTHENTICATION_LENGTH : 0);
}

/**
 * The VRRP message, without IP header, checksum filled in (RFC 3768 section 5.1, RFC 9568 section 5.1).
 * @throws {AssertionError} when a field is out of its range: configuration is checked long before.
 */
export function encodeAdvertisement(advertisement: Advertisement, addressing: Addressing): Uint8Array {
  const { version, addresses } = advertisement;
  const family: AddressFamily = addressing.source.includes(":") ? 6 : 4;
  assert(version === 3 || family === 4, "version 2 carries IPv4 only");
  assert(addresses.length <= 255, "an advertisement carries at most 255 addresses");
  const bytes = new Uint8Array(advertisementLength(version, family, addresses.length));
  bytes[0] = (version << 4) | 1;
  bytes[1] = advertisement.virtualRouterId;
  bytes[2] = advertisement.priority;
  bytes[3] = addresses.length;
  writeInterval(bytes, advertisement);
  let at = FIXED_LENGTH;
  for (const address of addresses) {
    const octets = ipAddressBytes(address);
    assert(octets.length === (family === 4 ? 4 : 16), "every advertised address is of the packet's family");
    bytes.set(octets, at);
    at += octets.length;
  }
  if (version === 2) writeAuthentication(bytes, at, advertisement.authentication);
  const trailer = addressing.trailer?.(bytes) ?? new Uint8Array(0);
  const whole = new Uint8Array(bytes.length + trailer.length);
  whole.set(bytes);
  whole.set(trailer, bytes.length);
  const covered = family === 6 ? whole.length : bytes.length;
  const pseudo = version === 3 && (family === 6 || addressing.checksumPseudoHeader);
  const start = pseudo ? pseudoHeaderSum(endsOf(addressing), covered) : 0;
  const checksum = sumToChecksum(partialSum(whole, { from: 0, to: covered, start }));
  whole[6] = checksum >> 8;
  whole[7] = checksum & 255;
  return whole;
}

/** The eight octets hold a password or zeros; under AH what proves the sender stands before the message. */
function writeAuthentication(bytes: Uint8Array, at: number, authentication: Authentication): void {
  bytes[4] = AUTHENTICATION_TYPE[authentication.kind];
  if (authentication.kind === "pass") bytes.set(passwordOctets(authentication.password), at);
}

function endsOf({ source, destination }: Addressing): { source: Uint8Array; destination: Uint8Array } {
  return { source: ipAddressBytes(source), destination: ipAddressBytes(destination) };
}

function writeInterval(bytes: Uint8Array, { version, interval }: Advertisement): void {
  if (version === 2) {
    const whole = interval / 1_000_000;
    assert(Number.isInteger(whole) && whole >= 1 && whole <= 255, "version 2 intervals are 1..255 seconds");
    bytes[5] = whole;
    return;
  }
  const centiseconds = interval / 10_000;
  assert(
    Number.isInteger(centiseconds) && centiseconds >= 1 && centiseconds <= 4095,
    "version 3 intervals are 1..4095 centiseconds",
  );
  // The four reserved bits above the interval are sent as zero (TX-8).
  bytes[4] = centiseconds >> 8;
  bytes[5] = centiseconds & 255;
}
