import type { DigestPlace, DigestRule, SequenceMark } from "dgram-extra";
import { type AddressFamily, ipAddressBytes } from "../base/ip-address.ts";
import type { ScreenedRouter } from "../director/host.ts";
import { advertisementLength } from "../vrrp/advertisement.ts";
import {
  AUTHENTICATION_HEADER_LENGTH,
  HEADER_SEQUENCE,
  HEADER_VALUE,
  mutableOctets,
} from "../vrrp/authentication-header.ts";
import {
  BOUND_SOURCE_AT,
  CHECKSUM,
  KEY_ID_AT,
  TRAILER_LENGTH,
  TRAILER_SEQUENCE,
  TRAILER_VALUE,
  trailerPseudoHeader,
} from "../vrrp/authentication-trailer.ts";

/** What rules are made for. */
export interface VrrpDigestRulesOptions {
  readonly family: AddressFamily;
  /** Whether the socket hears VRRP behind an authentication header (IP protocol 51), or VRRP alone. */
  readonly withAuthenticationHeader: boolean;
  readonly routers: readonly ScreenedRouter[];
}

/** A rule, and the virtual router whose packets it concerns. */
export interface VrrpDigestRule extends DigestRule {
  readonly virtualRouterId: number;
}

/** What a router has heard: see ScreenedRouter. */
export type HeardBefore = Pick<ScreenedRouter, "headerSequence" | "heard">;

/** Where a VRRP message has its virtual router, and the number of its addresses. */
const VIRTUAL_ROUTER_AT = 1;
const COUNT_AT = 3;

/**
 * Rules by which a socket tells wrong digests in the time of a flood, for those routers whose strangers are held back: what a rule
 * refuses the receiver checks would refuse too (RX-8, RX-22), at ten times the price, and what it lets through they check anew.
 */
export function vrrpDigestRules(options: VrrpDigestRulesOptions): readonly VrrpDigestRule[] {
  const { family, routers, withAuthenticationHeader } = options;
  return routers
    .filter(({ trusted }) => trusted !== undefined)
    .flatMap((router) => (withAuthenticationHeader ? headerRules(router) : trailerRules(router, family)));
}

/** Numbers at or below which a packet was heard before: of a header those of any sender, of a trailer those of each. */
export function sequenceMarks(
  before: HeardBefore,
  withAuthenticationHeader: boolean,
): readonly SequenceMark[] {
  if (withAuthenticationHeader) return [{ sequence: BigInt(before.headerSequence) }];
  return before.heard.map(({ source, sequence }) => ({ source: ipAddressBytes(source), sequence }));
}

/** The whole packet is covered, whatever is in it: no other check comes before that a packet could pass without the value. */
function headerRules(screened: ScreenedRouter): readonly VrrpDigestRule[] {
  const { config, headerKey, peers } = screened.receiver;
  if (headerKey === undefined) return [];
  const router = AUTHENTICATION_HEADER_LENGTH + VIRTUAL_ROUTER_AT;
  const zeroed = mutableOctets(peers.length > 0);
  return [
    {
      virtualRouterId: config.virtualRouterId,
      algorithm: "md5",
      key: headerKey.octets,
      matches: [{ ...payload(router), octet: config.virtualRouterId }],
      from: { from: "start", offset: 0 },
      zeroed: zeroed.map(({ at, length }) => ({ from: "start", offset: at, length })),
      value: { ...payload(HEADER_VALUE.at), length: HEADER_VALUE.length },
      sequence: {
        ...payload(HEADER_SEQUENCE.at),
        length: HEADER_SEQUENCE.length,
        marks: sequenceMarks(screened, true),
      },
    },
  ];
}

/**
 * One for each key. A message has a trailer when its length says so; without one it may be right (`mode permissive`), and with
 * a key that is not ours there is nothing to compute.
 */
function trailerRules(screened: ScreenedRouter, family: AddressFamily): readonly VrrpDigestRule[] {
  const { config, trailer } = screened.receiver;
  if (trailer === undefined) return [];
  const { version, virtualRouterId } = config;
  return [...trailer.keys].map(([id, { octets }]) => ({
    virtualRouterId,
    algorithm: "sha256",
    key: octets,
    matches: [
      { ...payload(VIRTUAL_ROUTER_AT), octet: virtualRouterId },
      { from: "end", offset: KEY_ID_AT - TRAILER_LENGTH, octet: id },
    ],
    payloadLength: {
      fixed: advertisementLength(version, family, 0) + TRAILER_LENGTH,
      each: family === 4 ? 4 : 16,
      counter: payload(COUNT_AT),
    },
    before: {
      octets: trailerPseudoHeader({ family, version, virtualRouterId }),
      sourceAt: BOUND_SOURCE_AT,
    },
    from: payload(0),
    zeroed: [{ ...payload(CHECKSUM.at), length: CHECKSUM.length }],
    value: { from: "end", offset: TRAILER_VALUE.at - TRAILER_LENGTH, length: TRAILER_VALUE.length },
    sequence: {
      ...{ from: "end", offset: TRAILER_SEQUENCE.at - TRAILER_LENGTH },
      length: TRAILER_SEQUENCE.length,
      marks: sequenceMarks(screened, false),
    },
  }));
}

function payload(offset: number): DigestPlace {
  return { from: "payload", offset };
}
