import {
  type AddressFamily,
  familyOf,
  type IpAddress,
  ipAddressBytes,
  ipAddressFromBytes,
} from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { NextHop, Route, RouteType } from "../../conf/model/route.ts";
import type { RouteNameList } from "../../conf/source.ts";
import { type Attribute, attributeNumber, decodeAttributes, encodeAttributes, padded } from "./attributes.ts";
import { encodeEncapsulation } from "./encapsulation.ts";
import { type NetlinkMessage, requestFlags } from "./message.ts";
import { encodeMetrics } from "./route-metrics.ts";
import type { RouteNames } from "./route-names.ts";

/** rtnetlink message types about routes. */
export const routeMessages = { new: 24, delete: 25, get: 26 } as const;

/** The routing protocol number that marks what keepalived, and locum, put there (RTPROT_KEEPALIVED). */
export const OWN_PROTOCOL = 18;

/** What a route's text leaves open: numbers of interfaces and names. */
export interface RouteLookups {
  readonly names: RouteNames;
  interfaceIndex(name: string): number | undefined;
  /** The routing table of a VRF interface. */
  vrfTable(name: string): number | undefined;
}

/** struct rtmsg and the attributes behind it. */
export interface EncodedRoute {
  readonly header: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** NLM_F_APPEND, NLM_F_EXCL or neither, as the route's placement says; for a new route only. */
  readonly placementFlags: number;
}

/** What tells one route of the kernel from another; a deletion's notification says no more of it. */
export interface RouteIdentity {
  readonly family: AddressFamily;
  readonly destination: IpAddress;
  readonly prefixLength: number;
  readonly table: number;
  readonly tos: number;
  readonly priority: number;
}

/** A route as the kernel describes it. */
export interface KernelRoute extends RouteIdentity {
  readonly protocol: number;
  readonly type: number;
  /** 0 when it has none, or more than one. */
  readonly interfaceIndex: number;
  readonly gateway?: IpAddress;
  readonly source?: IpAddress;
}

const headerLength = 12; // struct rtmsg
const families = { 4: 2, 6: 10 } as const;
const attributes = {
  destination: 1,
  from: 2,
  output: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  metrics: 8,
  multipath: 9,
  flow: 11,
  table: 15,
  via: 18,
  preference: 20,
  encapsulationType: 21,
  encapsulation: 22,
  expires: 23,
  ttlPropagate: 26,
} as const;
const types: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
};
const preferences: Readonly<Record<string, number>> = { medium: 0, high: 1, low: 3 };
const MAIN_TABLE = 254;
const SCOPE_NOWHERE = 255;
const ON_LINK = 4; // RTNH_F_ONLINK
const APPEND = 0x800; // NLM_F_APPEND
const IPV6_DEFAULT_PRIORITY = 1024;

/**
 * The message of a route, to add or to delete it. As keepalived: the protocol is 18 unless `no_track` allows another,
 * the scope is global unless one is written, and a deletion names no scope, so that any fits.
 */
export function encodeRoute(
  route: Route,
  { lookups, deletion = false }: { readonly lookups: RouteLookups; readonly deletion?: boolean },
): Result<EncodedRoute, string> {
  const read = readNumbers(route, lookups);
  if (!read.ok) return read;
  const { table, protocol, scope, tos, output } = read.value;
  const header = new Uint8Array(headerLength);
  header[0] = families[route.family];
  header[1] = route.destination.prefixLength;
  header[2] = route.from?.prefixLength ?? 0;
  header[3] = tos;
  header[4] = table < 256 ? table : 0;
  header[5] = protocol;
  header[6] = scope ?? (deletion ? SCOPE_NOWHERE : 0);
  header[7] = types[route.type];
  new DataView(header.buffer).setUint32(8, route.onLink ? ON_LINK : 0, true);
  const list: Attribute[] = [];
  if (table >= 256) list.push({ type: attributes.table, value: table });
  if (route.destination.prefixLength > 0)
    list.push({ type: attributes.destination, value: ipAddressBytes(route.destination.address) });
  if (route.from !== undefined && route.from.prefixLength > 0)
    list.push({ type: attributes.from, value: ipAddressBytes(route.from.address) });
  if (route.source !== undefined)
    list.push({ type: attributes.preferredSource, value: ipAddressBytes(route.source) });
  const hops = nextHopsOf(route);
  if (route.via !== undefined && hops.length === 0) list.push(gateway(route.via, route.family));
  if (output !== undefined) list.push({ type: attributes.output, value: output });
  if (route.metric !== undefined) list.push({ type: attributes.priority, value: route.metric });
  const rest = otherAttributes(route, lookups);
  if (!rest.ok) return rest;
  list.push(...rest.value);
  if (hops.length > 0) {
    const multipath = encodeNextHops(hops, { family: route.family, lookups });
    if (!multipath.ok) return multipath;
    list.push({ type: attributes.multipath, value: multipath.value });
  }
  const placement = { prepend: 0, add: requestFlags.exclusive, append: APPEND } as const;
  return ok({ header, attributes: list, placementFlags: placement[route.placement] });
}

/** The identity of a route that is to be put in, as the kernel will give it. */
export function routeIdentity(route: Route, lookups: RouteLookups): Result<RouteIdentity, string> {
  const read = readNumbers(route, { ...lookups, interfaceIndex: () => 0 });
  if (!read.ok) return read;
  const { table, tos } = read.value;
  return ok({
    family: route.family,
    destination: networkAddress(route.destination),
    prefixLength: route.destination.prefixLength,
    table,
    tos,
    priority: priorityOf(route.family, route.metric ?? 0),
  });
}

/** The route a message is about; undefined when it is of another family, or a cached copy of one. */
export function decodeRoute({ payload }: NetlinkMessage): KernelRoute | undefined {
  if (payload.length < headerLength) return undefined;
  const [family, prefixLength = 0, , tos = 0, shortTable = 0, protocol = 0, , type = 0] = payload;
  if (family !== families[4] && family !== families[6]) return undefined;
  const found = decodeAttributes(payload.subarray(headerLength));
  const own: AddressFamily = family === families[4] ? 4 : 6;
  const destination = found.get(attributes.destination);
  const via = found.get(attributes.gateway);
  const source = found.get(attributes.preferredSource);
  return {
    family: own,
    destination: ipAddressFromBytes(destination ?? new Uint8Array(own === 4 ? 4 : 16)),
    prefixLength,
    table: found.has(attributes.table) ? attributeNumber(found.get(attributes.table)) : shortTable,
    tos,
    priority: priorityOf(own, attributeNumber(found.get(attributes.priority))),
    protocol,
    type,
    interfaceIndex: attributeNumber(found.get(attributes.output)),
    ...(via === undefined ? {} : { gateway: ipAddressFromBytes(via) }),
    ...(source === undefined ? {} : { source: ipAddressFromBytes(source) }),
  };
}

/** One text for each identity. */
export function routeIdentityText(route: RouteIdentity): string {
  const { family, destination, prefixLength, table, tos, priority } = route;
  return `${family} ${destination}/${prefixLength} table ${table} tos ${tos} metric ${priority}`;
}

/** IPv6 has no metric 0: net/ipv6/route.c makes it IP6_RT_PRIO_USER. */
function priorityOf(family: AddressFamily, metric: number): number {
  return family === 6 && metric === 0 ? IPV6_DEFAULT_PRIORITY : metric;
}

/** The bits beyond the length are no part of a network; the kernel refuses (IPv4) or clears (IPv6) them. */
function networkAddress({ address, prefixLength }: Route["destination"]): IpAddress {
  const bytes = ipAddressBytes(address);
  for (let at = 0; at < bytes.length; at++) {
    const keep = Math.min(8, Math.max(0, prefixLength - at * 8));
    bytes[at] = (bytes[at] as number) & (0xff00 >> keep) & 0xff;
  }
  return ipAddressFromBytes(bytes);
}

interface RouteNumbers {
  readonly table: number;
  readonly protocol: number;
  readonly scope: number | undefined;
  readonly tos: number;
  readonly output: number | undefined;
}

function readNumbers(route: Route, lookups: RouteLookups): Result<RouteNumbers, string> {
  const { names } = lookups;
  const number = (list: RouteNameList, text: string | undefined) =>
    text === undefined ? undefined : (names.number(list, text) ?? "unknown");
  const table =
    route.vrf === undefined ? number("tables", route.table) : (lookups.vrfTable(route.vrf) ?? "unknown");
  if (table === "unknown")
    return failed(
      route.vrf === undefined
        ? `the routing table ${route.table} is not known: give its number, or name it in /etc/iproute2/rt_tables`
        : `${route.vrf} is no VRF interface of this host`,
    );
  const protocol = number("protocols", route.noTrack ? route.protocol : undefined);
  if (protocol === "unknown")
    return failed(
      `the protocol ${route.protocol} is not known: give its number, or name it in /etc/iproute2/rt_protos`,
    );
  const scope = number("scopes", route.scope);
  if (scope === "unknown")
    return failed(
      `the scope ${route.scope} is not known: give its number, or name it in /etc/iproute2/rt_scopes`,
    );
  const tos = number("fields", route.tos);
  if (tos === "unknown")
    return failed(
      `the tos ${route.tos} is not known: give its number, or name it in /etc/iproute2/rt_dsfield`,
    );
  const output = route.device === undefined ? undefined : (lookups.interfaceIndex(route.device) ?? "unknown");
  if (output === "unknown") return failed(`the interface ${route.device} is not there`);
  return ok({
    table: table ?? MAIN_TABLE,
    protocol: protocol ?? OWN_PROTOCOL,
    scope,
    tos: tos ?? 0,
    output,
  });
}

/** `or` was the way to write two gateways before `nexthop`. */
function nextHopsOf(route: Route): readonly NextHop[] {
  if (route.alternativeGateway === undefined) return route.nextHops;
  const ways = [route.via, route.alternativeGateway].filter((via) => via !== undefined);
  return ways.map((via) => ({ via, weight: 1, onLink: route.onLink }));
}

/** A gateway of the other family needs the newer attribute, which names the family. */
function gateway(via: IpAddress, family: AddressFamily): Attribute {
  const bytes = ipAddressBytes(via);
  const own = familyOf(via);
  if (own === family) return { type: attributes.gateway, value: bytes };
  return { type: attributes.via, value: Uint8Array.of(families[own], 0, ...bytes) };
}

function otherAttributes(route: Route, { names }: RouteLookups): Result<readonly Attribute[], string> {
  const list: Attribute[] = [];
  if (route.realms !== undefined) {
    const flow = readRealms(route.realms, names);
    if (flow === undefined) return failed(unknownRealms(route.realms));
    list.push({ type: attributes.flow, value: flow });
  }
  if (route.expires !== undefined)
    list.push({ type: attributes.expires, value: Math.round(route.expires / 1_000_000) });
  if (route.preference !== undefined) {
    const value = preferences[route.preference] ?? Number(route.preference);
    if (!Number.isInteger(value))
      return failed(`pref ${route.preference} is not known: wanted low, medium or high`);
    list.push({ type: attributes.preference, value: Uint8Array.of(value) });
  }
  if (route.ttlPropagate !== undefined)
    list.push({ type: attributes.ttlPropagate, value: Uint8Array.of(route.ttlPropagate ? 1 : 0) });
  const metrics = encodeMetrics(route.metrics, route.locked);
  if (metrics.length > 0) list.push({ type: attributes.metrics, value: metrics });
  if (route.encapsulation !== undefined) {
    const tunnel = encapsulate(route.encapsulation, names);
    if (!tunnel.ok) return tunnel;
    list.push(...tunnel.value);
  }
  return ok(list);
}

function encapsulate(words: readonly string[], names: RouteNames): Result<readonly Attribute[], string> {
  const tunnel = encodeEncapsulation(words, names);
  if (!tunnel.ok) return tunnel;
  return ok([
    { type: attributes.encapsulation, value: tunnel.value.attributes },
    { type: attributes.encapsulationType, value: Uint8Array.of(tunnel.value.type, 0) },
  ]);
}

/** `[SRC/]DST`: the source realm in the upper half. Undefined when a name is not known. */
export function readRealms(text: string, names: RouteNames): number | undefined {
  const parts = text.split("/").map((part) => names.number("realms", part));
  const [first, second] = parts;
  if (first === undefined || parts.length > 2) return undefined;
  if (parts.length === 1) return first;
  return second === undefined ? undefined : ((first << 16) | second) >>> 0;
}

/** What to say of realms that cannot be read. */
export function unknownRealms(text: string): string {
  return `the realms ${text} are not known: give numbers, or name them in /etc/iproute2/rt_realms`;
}

/** struct rtnexthop for each, with attributes of its own. */
function encodeNextHops(
  hops: readonly NextHop[],
  { family, lookups }: { readonly family: AddressFamily; readonly lookups: RouteLookups },
): Result<Uint8Array, string> {
  const parts: Uint8Array[] = [];
  for (const hop of hops) {
    const part = encodeNextHop(hop, { family, lookups });
    if (!part.ok) return part;
    parts.push(part.value);
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + padded(length), 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  return ok(bytes);
}

function encodeNextHop(
  hop: NextHop,
  { family, lookups }: { readonly family: AddressFamily; readonly lookups: RouteLookups },
): Result<Uint8Array, string> {
  const list: Attribute[] = [];
  if (hop.via !== undefined) list.push(gateway(hop.via, family));
  if (hop.realms !== undefined) {
    const flow = readRealms(hop.realms, lookups.names);
    if (flow === undefined) return failed(unknownRealms(hop.realms));
    list.push({ type: attributes.flow, value: flow });
  }
  if (hop.encapsulation !== undefined) {
    const tunnel = encapsulate(hop.encapsulation, lookups.names);
    if (!tunnel.ok) return tunnel;
    list.push(...tunnel.value);
  }
  const index = hop.device === undefined ? 0 : lookups.interfaceIndex(hop.device);
  if (index === undefined) return failed(`the interface ${hop.device} is not there`);
  const own = encodeAttributes(list);
  const bytes = new Uint8Array(8 + own.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  bytes[2] = hop.onLink ? ON_LINK : 0;
  bytes[3] = hop.weight - 1;
  view.setInt32(4, index, true);
  bytes.set(own, 8);
  return ok(bytes);
}
