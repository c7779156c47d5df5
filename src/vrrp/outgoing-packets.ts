import type { HmacKey } from "../base/hmac.ts";
import type { IpAddress } from "../base/ip-address.ts";
import type { Instant } from "../base/time.ts";
import { type Advertisement, encodeAdvertisement } from "./advertisement.ts";
import { encodeAuthenticatedPacket, headerKey, LAST_SEQUENCE_NUMBER } from "./authentication-header.ts";
import { makeTrailer, nextSequence, type TrailerKeys, trailerKeys } from "./authentication-trailer.ts";
import type { Exchange } from "./exchange.ts";
import { encodeIpv4Packet, withIdentification } from "./ipv4-packet.ts";
import {
  advertisementDestinations,
  advertisementTtl,
  multicastGroupOf,
  type RouterConfig,
} from "./router-config.ts";

/** What one router's packets are made with, prepared once per configuration. */
export interface Sender {
  readonly config: RouterConfig;
  readonly destinations: readonly IpAddress[];
  /** The key of authentication headers; undefined without `auth_type AH`. */
  readonly headerKey: HmacKey | undefined;
  readonly trailer: TrailerKeys | undefined;
}

/** One packet and where it goes: IPv4 with its header, IPv6 the VRRP message, whose checksum the kernel writes. */
export interface OutgoingPacket {
  readonly destination: IpAddress;
  readonly bytes: Uint8Array;
  /** TTL or hop limit. */
  readonly ttl: number;
}

/** Prepares what a router sends with. */
export function createSender(config: RouterConfig): Sender {
  const { authentication, version } = config;
  const header = version === 2 && authentication.kind === "ah";
  return {
    config,
    destinations: advertisementDestinations(config),
    headerKey: header ? headerKey(authentication.password) : undefined,
    trailer: trailerKeys(config.hmac, config.advertisementInterval),
  };
}

interface Departure {
  readonly source: IpAddress;
  readonly exchange: Exchange;
  /** The wall clock, microseconds since 1970: `auth_hmac` counts by it. */
  readonly clock: Instant;
  /** What the advertisement before this one left. */
  readonly prepared?: PreparedPackets | undefined;
}

/** The packets of one advertisement, kept because a master says the same thing over and over. */
export interface PreparedPackets {
  readonly advertisement: Advertisement;
  readonly sender: Sender;
  readonly source: IpAddress;
  readonly oldChecksum: boolean;
  /** Over IPv4 each needs its own identification before it is sent. */
  readonly packets: readonly OutgoingPacket[];
}

/** Packets to be sent, and what the advertisement after them has to know. */
interface Outgoing {
  readonly packets: readonly OutgoingPacket[];
  readonly exchange: Exchange;
  readonly prepared: PreparedPackets | undefined;
}

/**
 * One advertisement as packets, one for the group or for each peer in turn. All copies carry one number or one trailer:
 * they are the same advertisement (keepalived signs once as well).
 */
export function outgoingPackets(
  advertisement: Advertisement,
  sender: Sender,
  departure: Departure,
): Outgoing {
  const signed = sender.headerKey !== undefined || sender.trailer?.active !== undefined;
  if (signed) return signedPackets(advertisement, sender, departure);
  const prepared = prepare(advertisement, sender, departure);
  const { exchange } = departure;
  if (sender.config.family === 6) return { packets: prepared.packets, exchange, prepared };
  let { identification } = exchange;
  const packets = prepared.packets.map(({ destination, bytes, ttl }): OutgoingPacket => {
    identification = nextIdentification(identification);
    return { destination, bytes: withIdentification(bytes, identification), ttl };
  });
  return { packets, exchange: { ...exchange, identification }, prepared };
}

/** Encodes an advertisement, unless the one before was the same. */
function prepare(
  advertisement: Advertisement,
  sender: Sender,
  { source, exchange, prepared: known }: Departure,
): PreparedPackets {
  const { config } = sender;
  const oldChecksum = usesOldChecksum(config, exchange);
  if (
    known?.advertisement === advertisement &&
    known.sender === sender &&
    known.source === source &&
    known.oldChecksum === oldChecksum
  ) {
    return known;
  }
  const ttl = advertisementTtl(config);
  const packets = sender.destinations.map((destination): OutgoingPacket => {
    const message = encodeAdvertisement(advertisement, {
      source,
      destination: oldChecksum ? multicastGroupOf(config) : destination,
      checksumPseudoHeader: config.checksumPseudoHeader,
    });
    const header = { source, destination, identification: 0, ttl };
    return { destination, bytes: config.family === 6 ? message : encodeIpv4Packet(message, header), ttl };
  });
  return { advertisement, sender, source, oldChecksum, packets };
}

/** No two advertisements that carry an authentication header or a trailer are alike. */
function signedPackets(
  advertisement: Advertisement,
  sender: Sender,
  { source, exchange, clock }: Departure,
): Outgoing {
  const { config, trailer } = sender;
  const signing = trailer?.active;
  const headerSequence = Math.min(exchange.headerSequence + 1, LAST_SEQUENCE_NUMBER);
  const trailerSequence =
    signing === undefined
      ? exchange.trailerSequence
      : nextSequence(exchange.trailerSequence, { clock, window: trailer?.window });
  let { identification } = exchange;
  const packets = sender.destinations.map((destination): OutgoingPacket => {
    const message = encodeAdvertisement(advertisement, {
      source,
      destination: usesOldChecksum(config, exchange) ? multicastGroupOf(config) : destination,
      checksumPseudoHeader: config.checksumPseudoHeader,
      ...(signing === undefined
        ? {}
        : {
            trailer: (unsigned) => makeTrailer(unsigned, { ...signing, sequence: trailerSequence, source }),
          }),
    });
    const ttl = advertisementTtl(config);
    if (config.family === 6) return { destination, bytes: message, ttl };
    identification = nextIdentification(identification);
    const header = { source, destination, identification, ttl };
    const { headerKey: key } = sender;
    const unicast = config.unicastPeers.length > 0;
    const bytes =
      key === undefined
        ? encodeIpv4Packet(message, header)
        : encodeAuthenticatedPacket(message, header, { key, unicast, sequence: headerSequence });
    return { destination, bytes, ttl };
  });
  const counted = sender.headerKey === undefined ? exchange.headerSequence : headerSequence;
  return {
    packets,
    exchange: { ...exchange, identification, headerSequence: counted, trailerSequence },
    prepared: undefined,
  };
}

/** The kernel would put a number of its own in the place of 0, which an authentication header covers. */
function nextIdentification(identification: number): number {
  return (identification % 0xffff) + 1;
}

/**
 * keepalived up to 1.3.6 computed the checksum of unicast version 3 over the group's address; `old_unicast_checksum` says
 * whether the peers still do, and without it they are found out when they are heard.
 */
function usesOldChecksum(config: RouterConfig, exchange: Exchange): boolean {
  if (config.version === 2 || config.family === 6 || config.unicastPeers.length === 0) return false;
  if (config.oldUnicastChecksum !== undefined) return config.oldUnicastChecksum === "always";
  return exchange.oldUnicastChecksum;
}
