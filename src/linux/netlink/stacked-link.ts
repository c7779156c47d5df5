import { type Attribute, attributeNumber, decodeAttributes } from "./attributes.ts";
import type { NetlinkMessage } from "./message.ts";

/** A macvlan or ipvlan to be made. */
export interface StackedLinkSpecification {
  readonly kind: "macvlan" | "ipvlan";
  readonly name: string;
  readonly baseIndex: number;
  readonly mode: "bridge" | "private" | "vepa";
  /** macvlan: six octets. */
  readonly hardwareAddress?: Uint8Array;
  /** Link group; 0 is the default one. */
  readonly group: number;
  /** Index of the VRF it belongs to; 0 for none. */
  readonly master: number;
}

const attributes = {
  hardwareAddress: 1,
  name: 3,
  link: 5,
  master: 10,
  information: 18,
  alias: 20,
  families: 26,
  group: 27,
} as const;
const information = { kind: 1, settings: 2 } as const;
const AF_INET = 2;
const AF_INET6 = 10;
const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4 } as const;
const IPVLAN_FLAGS = { bridge: 0, private: 1, vepa: 2 } as const;
const IPVLAN_LAYER_2 = 0;
const INET_CONFIGURATION = 1; // IFLA_INET_CONF
const ADDRESS_GENERATION = 8; // IFLA_INET6_ADDR_GEN_MODE
const GENERATE_NONE = 1;

/** Settings of IPv4 on one interface that are changed by netlink, by their number (linux/ip.h, IPV4_DEVCONF_*). */
export const ipv4Settings = {
  rp_filter: 8,
  arp_filter: 13,
  arp_announce: 18,
  arp_ignore: 19,
  promote_secondaries: 20,
  accept_local: 23,
} as const;

/** A name of `ipv4Settings`. */
export type Ipv4Setting = keyof typeof ipv4Settings;

/** What RTM_NEWLINK is told to make such an interface. */
export function encodeStackedLink(link: StackedLinkSpecification): readonly Attribute[] {
  const settings: readonly Attribute[] =
    link.kind === "macvlan"
      ? [{ type: 1, value: MACVLAN_MODES[link.mode] }]
      : [
          { type: 1, value: uint16(IPVLAN_LAYER_2) },
          { type: 2, value: uint16(IPVLAN_FLAGS[link.mode]) },
        ];
  return [
    { type: attributes.link, value: link.baseIndex },
    { type: attributes.name, value: link.name },
    ...(link.hardwareAddress === undefined
      ? []
      : [{ type: attributes.hardwareAddress, value: link.hardwareAddress }]),
    ...(link.group === 0 ? [] : [{ type: attributes.group, value: link.group }]),
    ...(link.master === 0 ? [] : [{ type: attributes.master, value: link.master }]),
    {
      type: attributes.information,
      value: [
        { type: information.kind, value: link.kind },
        { type: information.settings, value: settings },
      ],
    },
  ];
}

/** The kernel makes no link-local address of the hardware address; it looks at this for existing interfaces only. */
export function encodeNoGeneratedAddress(): readonly Attribute[] {
  const mode = { type: ADDRESS_GENERATION, value: Uint8Array.of(GENERATE_NONE) };
  return [{ type: attributes.families, value: [{ type: AF_INET6, value: [mode] }] }];
}

/** Changes settings of IPv4 on one interface. */
export function encodeIpv4Settings(values: Partial<Record<Ipv4Setting, number>>): readonly Attribute[] {
  const list = Object.entries(values).map(([name, value]) => ({
    type: ipv4Settings[name as Ipv4Setting],
    value,
  }));
  const configuration = { type: INET_CONFIGURATION, value: list };
  return [{ type: attributes.families, value: [{ type: AF_INET, value: [configuration] }] }];
}

/** The settings of IPv4 in the message of a link: an array of 32-bit numbers, in the order of their numbers from 1. */
export function decodeIpv4Settings({ payload }: NetlinkMessage): Readonly<Record<Ipv4Setting, number>> {
  const found = decodeAttributes(payload.subarray(16));
  const families = decodeAttributes(found.get(attributes.families) ?? new Uint8Array(0));
  const inet = decodeAttributes(families.get(AF_INET) ?? new Uint8Array(0));
  const values = inet.get(INET_CONFIGURATION) ?? new Uint8Array(0);
  const at = (name: Ipv4Setting) => attributeNumber(values.subarray((ipv4Settings[name] - 1) * 4));
  return {
    rp_filter: at("rp_filter"),
    arp_filter: at("arp_filter"),
    arp_announce: at("arp_announce"),
    arp_ignore: at("arp_ignore"),
    promote_secondaries: at("promote_secondaries"),
    accept_local: at("accept_local"),
  };
}

/** A remark on an interface, at most 255 octets. */
export function encodeAlias(text: string): readonly Attribute[] {
  return [{ type: attributes.alias, value: new TextEncoder().encode(text) }];
}

/** Selects an interface by its name. */
export function encodeLinkName(name: string): readonly Attribute[] {
  return [{ type: attributes.name, value: name }];
}

/** Puts an interface into a link group. */
export function encodeLinkGroup(group: number): readonly Attribute[] {
  return [{ type: attributes.group, value: group }];
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}
