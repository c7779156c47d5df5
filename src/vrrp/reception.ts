import type { HmacKey } from "../base/hmac.ts";
import { type IpAddress, ipAddressBytes, ipAddressFromBytes } from "../base/ip-address.ts";
import { type Duration, type Instant, microseconds } from "../base/time.ts";
import { AUTHENTICATION_TYPE, FIXED_LENGTH } from "./advertisement.ts";
import { passwordOctets } from "./authentication.ts";
import { headerKey } from "./authentication-header.ts";
import { TRAILER_LENGTH, type TrailerKeys, trailerKeys } from "./authentication-trailer.ts";
import { authenticate, checkSecret } from "./authenticity.ts";
import { type ChecksumForm, checksumFormOf, messageLength } from "./checksum-form.ts";
import { type Exchange, freshExchange } from "./exchange.ts";
import { type PacketView, sameOctets } from "./packet-view.ts";
import { REFUSED, type Reception } from "./reception-outcome.ts";
import { advertisedAddresses, multicastGroupOf, type RouterConfig } from "./router-config.ts";

/** An advertisement that passed every check of its receiver. */
export interface ReceivedAdvertisement {
  readonly version: 2 | 3;
  readonly virtualRouterId: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  readonly priority: number;
  readonly interval: Duration;
  readonly addresses: readonly IpAddress[];
  readonly authenticationType: number;
  /** Which of the checksum forms of version 3 over IPv4 it came with (TX-9); version 2 is always "message". */
  readonly checksumForm: ChecksumForm;
}

/** An accepted advertisement and when it came in. */
export interface Heard {
  readonly received: ReceivedAdvertisement;
  readonly now: Instant;
}

/** One router's side of the receiver checks, prepared once per configuration so that a check only compares bytes. */
export interface Receiver {
  readonly config: RouterConfig;
  readonly addresses: readonly Uint8Array[];
  readonly peers: readonly {
    readonly octets: Uint8Array;
    readonly minTtl: number;
    readonly maxTtl: number;
  }[];
  readonly authenticationType: number;
  /** The password of PASS, which is sent as it is. */
  readonly secret: Uint8Array | undefined;
  /** The password of AH, which is the key of a header. */
  readonly headerKey: HmacKey | undefined;
  readonly trailer: TrailerKeys | undefined;
  readonly group: Uint8Array;
  /** `owner_ignore_adverts` on a router that owns its addresses. */
  readonly deaf: boolean;
}

/** What changes between two packets for one receiver. */
export interface ReceptionContext {
  /** Our own addresses on the interface (at least the one adverts are sent from), in network order. */
  readonly ownAddresses: readonly Uint8Array[];
  /** The master heard last, for `skip_check_adv_addr`. */
  readonly knownMaster: IpAddress | undefined;
  /** What was sent and taken before; nothing when absent. */
  readonly exchange?: Exchange;
  /** The wall clock, microseconds since 1970, for `auth_hmac`; 1970 when absent. */
  readonly clock?: Instant;
}

/** Prepares the receiver checks of one router. */
export function createReceiver(config: RouterConfig): Receiver {
  const { authentication } = config;
  // keepalived ignores an authentication block in version 3, which has no such field.
  const used = config.version === 2 ? authentication : { kind: "none" as const };
  return {
    config,
    addresses: advertisedAddresses(config).map(ipAddressBytes),
    peers: config.unicastPeers.map((peer) => ({
      octets: ipAddressBytes(peer.address),
      minTtl: peer.minTtl ?? 0,
      maxTtl: peer.maxTtl ?? 255,
    })),
    authenticationType: AUTHENTICATION_TYPE[used.kind],
    secret: used.kind === "pass" ? passwordOctets(used.password) : undefined,
    headerKey: used.kind === "ah" ? headerKey(used.password) : undefined,
    trailer: trailerKeys(config.hmac, config.advertisementInterval),
    group: ipAddressBytes(multicastGroupOf(config)),
    deaf: config.priority === 255 && (config.ownerIgnoresAdvertisements ?? config.strict),
  };
}

/**
 * Runs every receiver check of RFC 3768 section 7.1 and RFC 9568 section 7.1 in an order that spends least on the
 * worst packets. Only what passes all of them becomes a value, and only a value can become an event of the router
 * (RX-15). Up to the first refusal nothing is allocated.
 */
export function receiveAdvertisement(
  view: PacketView,
  receiver: Receiver,
  context: ReceptionContext,
): Reception {
  const { config } = receiver;
  const refused = checkFixedFields(view, receiver) ?? checkLength(view, receiver.trailer);
  if (refused !== undefined) return refused;
  const checksumForm = checksumFormOf(view, receiver);
  if (checksumForm === undefined) return REFUSED.checksum;
  if (view.bytes[view.at + 1] !== config.virtualRouterId) return REFUSED.vrid;
  const exchange = context.exchange ?? freshExchange;
  const checked =
    (config.version === 2 ? checkVersion2(view, receiver, exchange) : checkVersion3(view)) ??
    checkAddressing(view, receiver);
  if (checked !== undefined) return checked;
  if (receiver.deaf) return REFUSED.owner;
  // What may cost a digest or a search of a list comes after everything that costs nothing.
  const authenticated = authenticate(view, receiver, { ...context, exchange });
  if (!authenticated.ok) return authenticated;
  const later = checkAddresses(view, receiver, context);
  if (later !== undefined) return later;
  const value = readAdvertisement(view, checksumForm);
  const old = checksumForm === "old-unicast" && !exchange.oldUnicastChecksum;
  const { exchange: heard } = authenticated;
  return { ok: true, value, exchange: old ? { ...heard, oldUnicastChecksum: true } : heard };
}

/** TTL (RX-1), version (RX-2) and type (RX-3). */
function checkFixedFields(view: PacketView, receiver: Receiver): Reception | undefined {
  if (!ttlAccepted(view, receiver)) return REFUSED.ttl;
  const first = view.bytes[view.at] as number;
  if (first >> 4 !== receiver.config.version || view.family !== receiver.config.family)
    return REFUSED.version;
  if ((first & 15) !== 1) return REFUSED.type;
  return undefined;
}

/** 255 for multicast (GTSM); for a unicast peer what the configuration allows, as in keepalived. */
function ttlAccepted(view: PacketView, receiver: Receiver): boolean {
  if (receiver.peers.length === 0) return view.ttl === 255;
  const peer = receiver.peers.find((candidate) => sameOctets(candidate.octets, view.source, 0));
  return peer === undefined || (view.ttl >= peer.minTtl && view.ttl <= peer.maxTtl);
}

/** An IPv4 packet that fills a shorter payload than this is padded by Ethernet. */
const LEAST_ETHERNET_PAYLOAD = 46;

/**
 * The length that the address count calls for must be there, and nothing beyond it but Ethernet padding (RX-4). The
 * received byte count decides; the IP header's claim must agree with it (RX-17).
 */
function checkLength(view: PacketView, trailer: TrailerKeys | undefined): Reception | undefined {
  const message = messageLength(view);
  const extra = trailer !== undefined && view.claimed === message + TRAILER_LENGTH ? TRAILER_LENGTH : 0;
  const wanted = message + extra;
  if (view.received < wanted || view.claimed !== wanted) return REFUSED.length;
  if (view.received > wanted && view.at + view.received > LEAST_ETHERNET_PAYLOAD) return REFUSED.length;
  return undefined;
}

/** Version 2: the type of authentication (RX-8), and the interval, which must be our own (RX-9). */
function checkVersion2(view: PacketView, receiver: Receiver, exchange: Exchange): Reception | undefined {
  const type = view.bytes[view.at + 4] as number;
  if (type > AUTHENTICATION_TYPE.ah) return REFUSED.authenticationType;
  const withHeader = view.authenticationHeaderAt !== undefined;
  if (type !== receiver.authenticationType || withHeader !== (type === AUTHENTICATION_TYPE.ah)) {
    return REFUSED.authenticationMismatch;
  }
  const interval = (view.bytes[view.at + 5] as number) * 1_000_000;
  if (interval !== receiver.config.advertisementInterval) return REFUSED.intervalMismatch;
  return checkSecret(view, receiver, exchange);
}

/**
 * Version 3: any interval but 0 (RX-10, RX-11); reserved bits are ignored (RX-14).
 * Deviation: keepalived takes an interval of 0; RFC 9568 erratum 8301 has it dropped, because a backup that adopts it
 * would have a down timer of nothing.
 */
function checkVersion3(view: PacketView): Reception | undefined {
  if (view.authenticationHeaderAt !== undefined) return REFUSED.authenticationMismatch;
  return centiseconds(view) === 0 ? REFUSED.intervalZero : undefined;
}

function centiseconds(view: PacketView): number {
  return (((view.bytes[view.at + 4] as number) & 15) << 8) | (view.bytes[view.at + 5] as number);
}

/** Multicast against unicast (RX-19), the peer list (RX-20) and our own address as the source (RX-21). */
function checkAddressing(view: PacketView, receiver: Receiver): Reception | undefined {
  const multicast = isMulticast(view);
  if (receiver.peers.length === 0) {
    if (!multicast) return REFUSED.unicast;
    return sameOctets(receiver.group, view.destination, 0) ? undefined : REFUSED.group;
  }
  if (multicast) return REFUSED.multicast;
  if (!receiver.config.checkUnicastSource) return undefined;
  return receiver.peers.some((peer) => sameOctets(peer.octets, view.source, 0)) ? undefined : REFUSED.peer;
}

function isMulticast(view: PacketView): boolean {
  const first = view.destination[0] as number;
  return view.family === 4 ? first >> 4 === 14 : first === 255;
}

/**
 * The address list must be ours, in any order (RX-13, as keepalived 2.2.7 does; later versions only count), unless
 * `skip_check_adv_addr` is set and the sender is the master we know already.
 * Deviation: an empty list is refused even then (RX-12, RFC 9568 erratum 8299), unless ours is empty as well: two routers
 * that move nothing but their role, which keepalived allows.
 */
function checkAddresses(
  view: PacketView,
  receiver: Receiver,
  context: ReceptionContext,
): Reception | undefined {
  const count = view.bytes[view.at + 3] as number;
  if (count === 0 && receiver.addresses.length > 0) return REFUSED.zeroAddresses;
  const skipped =
    receiver.config.skipCheckAdvertisedAddresses &&
    context.knownMaster !== undefined &&
    context.knownMaster === ipAddressFromBytes(view.source);
  if (!skipped && !sameAddresses(view, receiver)) return REFUSED.addressList;
  for (const own of context.ownAddresses) if (sameOctets(own, view.source, 0)) return REFUSED.ownAddress;
  return undefined;
}

function sameAddresses(view: PacketView, receiver: Receiver): boolean {
  const count = view.bytes[view.at + 3] as number;
  if (count !== receiver.addresses.length) return false;
  const size = view.family === 4 ? 4 : 16;
  const first = view.at + FIXED_LENGTH;
  for (let index = 0; index < count; index++) {
    const expected = receiver.addresses[index] as Uint8Array;
    if (sameOctets(expected, view.bytes, first + index * size)) continue;
    if (!listed(view, expected)) return false;
  }
  return true;
}

/** Whether `wanted` stands anywhere in the packet's list. */
function listed(view: PacketView, wanted: Uint8Array): boolean {
  const end = view.at + FIXED_LENGTH + (view.bytes[view.at + 3] as number) * wanted.length;
  for (let at = view.at + FIXED_LENGTH; at < end; at += wanted.length) {
    if (sameOctets(wanted, view.bytes, at)) return true;
  }
  return false;
}

/**
 * Reads a packet seen on the wire without a configuration to hold it against, for captures and the demo: version,
 * type, length and checksum must be right.
 */
export function inspectAdvertisement(view: PacketView): Reception {
  const first = view.bytes[view.at] as number;
  const version = first >> 4;
  if (version !== 3 && (version !== 2 || view.family === 6)) return REFUSED.version;
  if ((first & 15) !== 1) return REFUSED.type;
  const refused = checkLength(view, undefined);
  if (refused !== undefined) return refused;
  const checksumForm = checksumFormOf(view);
  if (checksumForm === undefined) return REFUSED.checksum;
  return { ok: true, value: readAdvertisement(view, checksumForm), exchange: freshExchange };
}

function readAdvertisement(view: PacketView, checksumForm: ChecksumForm): ReceivedAdvertisement {
  const { bytes, at, family } = view;
  const version = (bytes[at] as number) >> 4 === 2 ? 2 : 3;
  const size = family === 4 ? 4 : 16;
  const count = bytes[at + 3] as number;
  const first = at + FIXED_LENGTH;
  return {
    version,
    virtualRouterId: bytes[at + 1] as number,
    source: ipAddressFromBytes(view.source),
    destination: ipAddressFromBytes(view.destination),
    ttl: view.ttl,
    priority: bytes[at + 2] as number,
    interval: microseconds(
      version === 2 ? (bytes[at + 5] as number) * 1_000_000 : centiseconds(view) * 10_000,
    ),
    addresses: Array.from({ length: count }, (_, index) =>
      ipAddressFromBytes(bytes.subarray(first + index * size, first + (index + 1) * size)),
    ),
    authenticationType: version === 2 ? (bytes[at + 4] as number) : AUTHENTICATION_TYPE.none,
    checksumForm,
  };
}
