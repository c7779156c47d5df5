import { type AddressFamily, type IpAddress, ipAddressBytes } from "../../base/ip-address.ts";
import type { FilterSettings } from "../../director/host.ts";
import { ownerMark } from "../owner-mark.ts";
import {
  changeElements,
  concatenated,
  counter,
  deleteTable,
  duplicate,
  equals,
  indexKey,
  inSet,
  mapped,
  masked,
  meta,
  type NftChange,
  type NftElement,
  type NftExpression,
  nameKey,
  newChain,
  newRule,
  newSet,
  newTable,
  nftTypes,
  payload,
  verdict,
} from "./nft-messages.ts";

/** How the comment of a table begins that locum made; the daemon that did follows. */
const FILTER_COMMENT = "locum";

/** Whether a table with this comment is one that locum made. */
export function isFilterComment(comment: string | undefined): comment is string {
  return comment?.split(" ")[0] === FILTER_COMMENT;
}

/** An address that takes no packets, and the interface it stands on. */
export interface ClosedAddress {
  readonly address: IpAddress;
  readonly family: AddressFamily;
  readonly interface: string;
  readonly interfaceIndex: number;
}

/** A virtual MAC from which no group membership is to be told. */
export interface GuardedLink {
  readonly family: AddressFamily;
  readonly index: number;
  readonly baseIndex: number;
}

const IGMP = 2;
const ICMPV6 = 58;
const ROUTER_SOLICITATION = 133;
const NEIGHBOUR_DISCOVERY = [135, 136];
const MULTICAST_LISTENER_REPORT_2 = 143;
const addressOffsets = {
  4: { from: 12, to: 16, length: 4, type: nftTypes.ipv4 },
  6: { from: 8, to: 24, length: 16, type: nftTypes.ipv6 },
} as const;
const sets = {
  map: "vmac_map",
  links: "vmac_set",
  addresses: "vips",
  discovery: "neighbor-discovery",
} as const;
const LINK_LOCAL_MASK = Uint8Array.of(0xff, 0xc0, ...new Uint8Array(14));
const LINK_LOCAL = Uint8Array.of(0xfe, 0x80, ...new Uint8Array(14));

/**
 * The whole table of one family, anew: what keepalived makes, by the same names. Packets to a closed address are
 * dropped on the way in and packets from it on the way out, save neighbour discovery; other hosts' packets are
 * forwarded, for both chains see only what this host itself takes or sends. Group memberships of virtual MACs are told
 * by the interface below instead, because a switch would learn from such a packet where the virtual MAC is.
 */
export function filterTable(
  family: AddressFamily,
  settings: FilterSettings,
  content: { readonly closed: readonly ClosedAddress[]; readonly guarded: readonly GuardedLink[] },
): readonly NftChange[] {
  const { table } = settings;
  const closes = settings.closes.includes(family);
  const guards = settings.guards.includes(family);
  const changes: NftChange[] = [
    newTable(family, table, `${FILTER_COMMENT} ${ownerMark()}`),
    newChain(family, table, { name: "out", hook: "output", priority: settings.priority }),
  ];
  if (guards) changes.push(...guardRules(family, settings));
  if (closes) {
    changes.push(newChain(family, table, { name: "in", hook: "input", priority: settings.priority }));
    changes.push(...closingRules(family, settings));
  }
  if (guards) changes.push(...guardElements("newElements", settings, content.guarded));
  if (closes) changes.push(...closedElements("newElements", settings, content.closed));
  return changes;
}

/** Replaces whatever is there by that name, or removes it, in the same batch. */
export function withoutTable(family: AddressFamily, table: string): readonly NftChange[] {
  return [newTable(family, table, FILTER_COMMENT), deleteTable(family, table)];
}

/** Adds addresses to those that take no packets, or takes them out; all of one family. */
export function closedElements(
  message: "newElements" | "deleteElements",
  settings: FilterSettings,
  closed: readonly ClosedAddress[],
): readonly NftChange[] {
  const bySet = new Map<string, { family: AddressFamily; elements: NftElement[] }>();
  for (const one of closed) {
    const bytes = ipAddressBytes(one.address);
    const local = one.family === 6 && isLinkLocal(bytes);
    const set = local ? linkLocalSet(settings).name : sets.addresses;
    const place = settings.byInterfaceIndex ? indexKey(one.interfaceIndex) : nameKey(one.interface);
    const key = local ? Uint8Array.of(...bytes, ...place) : bytes;
    const found = bySet.get(set) ?? { family: one.family, elements: [] };
    found.elements.push({ key });
    bySet.set(set, found);
  }
  return [...bySet].map(([set, { family, elements }]) =>
    changeElements(message, { family, table: settings.table, set }, elements),
  );
}

/** Adds virtual MACs to those that tell no memberships, or takes them out; all of one family. */
export function guardElements(
  message: "newElements" | "deleteElements",
  settings: FilterSettings,
  guarded: readonly GuardedLink[],
): readonly NftChange[] {
  const [first] = guarded;
  if (first === undefined) return [];
  const { family } = first;
  const where = (set: string) => ({ family, table: settings.table, set });
  const links = guarded.map(({ index }) => ({ key: indexKey(index) }));
  const pairs = guarded.map(({ index, baseIndex }) => ({ key: indexKey(index), value: indexKey(baseIndex) }));
  const changes = [changeElements(message, where(sets.map), message === "newElements" ? pairs : links)];
  if (family === 6) changes.push(changeElements(message, where(sets.links), links));
  return changes;
}

function guardRules(family: AddressFamily, settings: FilterSettings): readonly NftChange[] {
  const { table } = settings;
  const { to, length } = addressOffsets[family];
  const link = { type: nftTypes.interfaceIndex, length: 4 };
  const fromMacvlan = [meta("oifkind"), equals(nameKey("macvlan"))];
  const report =
    family === 4 ? ipv4Protocol(IGMP) : icmpv6Type(equals(Uint8Array.of(MULTICAST_LISTENER_REPORT_2)));
  const byBase = [
    payload("network", { offset: to, length }),
    meta("oif", "second"),
    mapped(sets.map),
    duplicate(),
  ];
  const changes = [
    newSet(family, table, { name: sets.map, ...link, toInterface: true, id: 1 }),
    rule(family, "out", { settings, match: [...report, ...fromMacvlan, ...byBase] }),
  ];
  if (family === 4) return changes;
  const solicitation = icmpv6Type(equals(Uint8Array.of(ROUTER_SOLICITATION)));
  return [
    newSet(family, table, { name: sets.links, ...link, id: 2 }),
    ...changes,
    rule(family, "out", {
      settings,
      match: [...solicitation, ...fromMacvlan, meta("oif"), inSet(sets.links)],
    }),
  ];
}

function closingRules(family: AddressFamily, settings: FilterSettings): readonly NftChange[] {
  const { table } = settings;
  const { from, to, length, type } = addressOffsets[family];
  const at = (offset: number) => payload("network", { offset, length });
  const changes: NftChange[] = [newSet(family, table, { name: sets.addresses, type, length, id: 3 })];
  if (family === 6) changes.push(...linkLocalRules(settings));
  for (const [chain, offset] of [
    ["in", to],
    ["out", from],
  ] as const) {
    changes.push(rule(family, chain, { settings, match: [at(offset), inSet(sets.addresses)] }));
  }
  return changes;
}

/** Neighbour discovery passes (ST-5, RFC 9568 section 6.1); a link-local address is closed on its interface only. */
function linkLocalRules(settings: FilterSettings): readonly NftChange[] {
  const { table } = settings;
  const { from, to, length } = addressOffsets[6];
  const local = linkLocalSet(settings);
  const discovery = { family: 6, table, set: sets.discovery } as const;
  const types = NEIGHBOUR_DISCOVERY.map((number) => ({ key: Uint8Array.of(number) }));
  const icmpv6 = { name: sets.discovery, type: nftTypes.icmpv6, length: 1, constant: true, id: 4 };
  const changes = [
    newSet(6, table, icmpv6),
    changeElements("newElements", discovery, types),
    newSet(6, table, { ...local, id: 5 }),
  ];
  for (const [chain, offset, side] of [
    ["in", to, "iif"],
    ["out", from, "oif"],
  ] as const) {
    const own = `${chain}_link_local`;
    const address = payload("network", { offset, length });
    const place = meta(settings.byInterfaceIndex ? side : `${side}name`, "second");
    changes.push(
      newChain(6, table, { name: own }),
      rule(6, chain, { settings, match: icmpv6Type(inSet(sets.discovery)), ending: verdict("accept") }),
      rule(6, chain, {
        settings,
        match: [address, masked(LINK_LOCAL_MASK), equals(LINK_LOCAL)],
        ending: verdict({ goto: own }),
      }),
      rule(6, own, { settings, match: [address, place, inSet(local.name)] }),
    );
  }
  return changes;
}

function linkLocalSet({ byInterfaceIndex }: FilterSettings): {
  readonly name: string;
  readonly type: number;
  readonly length: number;
} {
  return byInterfaceIndex
    ? { name: "vips_link_local", type: concatenated(nftTypes.ipv6, nftTypes.interfaceIndex), length: 20 }
    : { name: "vips_link_local_name", type: concatenated(nftTypes.ipv6, nftTypes.interfaceName), length: 32 };
}

function rule(
  family: AddressFamily,
  chain: string,
  what: {
    readonly settings: FilterSettings;
    readonly match: readonly NftExpression[];
    readonly ending?: NftExpression;
  },
): NftChange {
  const { settings, match, ending = verdict("drop") } = what;
  const counted = settings.counters ? [counter()] : [];
  return newRule({ family, table: settings.table, chain }, [...match, ...counted, ending]);
}

function ipv4Protocol(protocol: number): readonly NftExpression[] {
  return [payload("network", { offset: 9, length: 1 }), equals(Uint8Array.of(protocol))];
}

/** Behind extension headers too, which a listener report has. */
function icmpv6Type(match: NftExpression): readonly NftExpression[] {
  return [
    meta("l4proto"),
    equals(Uint8Array.of(ICMPV6)),
    payload("transport", { offset: 0, length: 1 }),
    match,
  ];
}

function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}
