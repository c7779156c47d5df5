import type { Link as HostLink, StackedLink } from "../../director/host.ts";
import { type Attribute, attributeNumber, attributeText, decodeAttributes } from "./attributes.ts";
import type { NetlinkMessage } from "./message.ts";

/** rtnetlink message types about links. */
export const linkMessages = { new: 16, delete: 17, get: 18 } as const;

/** A network interface as the kernel describes it. */
export interface Link extends HostLink {
  /** The largest packet, in bytes. */
  readonly mtu: number;
  /** The driver's kind, such as "veth" or "macvlan"; "" for hardware and lo. */
  readonly kind: string;
  readonly loopback: boolean;
  /** The routing table of a VRF. */
  readonly vrfTable?: number;
  /** Index of the bridge, bond or VRF it belongs to; 0 for none. */
  readonly master: number;
  /** `ip link set alias`: a remark that anyone may leave; "" for none. */
  readonly alias: string;
  /** Link group, 0 unless it was put into one. */
  readonly group: number;
}

/** How the alias of an interface begins that locum made; what follows is for its own later use. */
export const OWN_ALIAS = "locum:";

const headerLength = 16; // struct ifinfomsg
const flags = { up: 0x1, loopback: 0x8, running: 0x40, withoutArp: 0x80 } as const;
const attributes = {
  hardwareAddress: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  information: 18,
  alias: 20,
  families: 26,
  group: 27,
  extensionMask: 29,
} as const;
const KIND = 1; // IFLA_INFO_KIND
const SETTINGS = 2; // IFLA_INFO_DATA
const MODE = 1; // IFLA_MACVLAN_MODE and IFLA_IPVLAN_MODE
const IPVLAN_FLAGS = 2;
const MACVLAN_MODES: Readonly<Record<number, string>> = {
  1: "private",
  2: "vepa",
  4: "bridge",
  8: "passthru",
};
const IPVLAN_MODES: Readonly<Record<number, string>> = { 0: "bridge", 1: "private", 2: "vepa" };
const VRF_TABLE = 1; // IFLA_VRF_TABLE
const AF_INET6 = 10;
const INET6_CONFIGURATION = 2; // IFLA_INET6_CONF, whose first number is DEVCONF_FORWARDING
const AF_BRIDGE = 7;
const SKIP_STATISTICS = 0x8; // RTEXT_FILTER_SKIP_STATS

/** Asks for no statistics, which are most of a link's message. */
export const withoutStatistics: readonly Attribute[] = [
  { type: attributes.extensionMask, value: SKIP_STATISTICS },
];

/** struct ifinfomsg; `flags` are changed where `mask` has ones. */
export function encodeLinkHeader(link: { index?: number; flags?: number; mask?: number }): Uint8Array {
  const header = new Uint8Array(headerLength);
  const view = new DataView(header.buffer);
  view.setInt32(4, link.index ?? 0, true);
  view.setUint32(8, link.flags ?? 0, true);
  view.setUint32(12, link.mask ?? 0, true);
  return header;
}

/**
 * The link a message is about. Undefined for a bridge's notes about its ports: they have the same type, and their
 * deletion says only that the interface left the bridge.
 */
export function decodeLink({ payload }: NetlinkMessage): Link | undefined {
  if (payload.length < headerLength || payload[0] === AF_BRIDGE) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, headerLength);
  const state = view.getUint32(8, true);
  const found = decodeAttributes(payload.subarray(headerLength));
  const information = decodeAttributes(found.get(attributes.information) ?? new Uint8Array(0));
  const kind = attributeText(information.get(KIND));
  const alias = attributeText(found.get(attributes.alias));
  const stacked = stackedLink(kind, {
    baseIndex: attributeNumber(found.get(attributes.link)),
    settings: decodeAttributes(information.get(SETTINGS) ?? new Uint8Array(0)),
    ours: alias.startsWith(OWN_ALIAS),
  });
  const forwards = ipv6Forwarding(found.get(attributes.families));
  return {
    index: view.getInt32(4, true),
    name: attributeText(found.get(attributes.name)),
    up: (state & flags.up) !== 0,
    running: (state & flags.running) !== 0,
    hardwareAddress: found.get(attributes.hardwareAddress)?.slice() ?? new Uint8Array(0),
    mtu: attributeNumber(found.get(attributes.mtu)),
    kind,
    ...(kind === "vrf" ? { vrfTable: vrfTable(information.get(SETTINGS)) } : {}),
    withoutNeighbours: (state & (flags.withoutArp | flags.loopback)) !== 0,
    ...(forwards === undefined ? {} : { forwardsIpv6: forwards }),
    loopback: (state & flags.loopback) !== 0,
    master: attributeNumber(found.get(attributes.master)),
    alias,
    group: attributeNumber(found.get(attributes.group)),
    ...(stacked === undefined ? {} : { stacked }),
  };
}

function stackedLink(
  kind: string,
  from: {
    readonly baseIndex: number;
    readonly settings: ReadonlyMap<number, Uint8Array>;
    readonly ours: boolean;
  },
): StackedLink | undefined {
  const { baseIndex, settings, ours } = from;
  if (kind === "macvlan") {
    return { kind, baseIndex, mode: MACVLAN_MODES[attributeNumber(settings.get(MODE))] ?? "other", ours };
  }
  if (kind !== "ipvlan") return undefined;
  const layer2 = (settings.get(MODE)?.[0] ?? 0) === 0;
  const mode = layer2 ? (IPVLAN_MODES[settings.get(IPVLAN_FLAGS)?.[0] ?? 0] ?? "other") : "other";
  return { kind, baseIndex, mode, ours };
}

function vrfTable(data: Uint8Array | undefined): number {
  return attributeNumber(decodeAttributes(data ?? new Uint8Array(0)).get(VRF_TABLE));
}

/** The interface's own setting `forwarding`; undefined where IPv6 is off. */
function ipv6Forwarding(families: Uint8Array | undefined): boolean | undefined {
  const own = decodeAttributes(families ?? new Uint8Array(0)).get(AF_INET6);
  const settings = decodeAttributes(own ?? new Uint8Array(0)).get(INET6_CONFIGURATION);
  return settings === undefined ? undefined : attributeNumber(settings) !== 0;
}
