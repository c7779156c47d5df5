import { familyOf, type IpAddress, ipAddressBytes, ipAddressFromBytes } from "../../base/ip-address.ts";
import type { InterfaceAddress as HostAddress } from "../../director/host.ts";
import { type Attribute, attributeNumber, attributeText, decodeAttributes } from "./attributes.ts";
import type { NetlinkMessage } from "./message.ts";

/** rtnetlink message types about addresses. */
export const addressMessages = { new: 20, delete: 21, get: 22 } as const;

/** An address on an interface. */
export interface InterfaceAddress extends HostAddress {
  /** The kernel's scope number: 0 global, 200 site, 253 link, 254 host. */
  readonly scope: number;
  /** IPv4 label, such as "eth0:vip"; "" for IPv6. */
  readonly label: string;
  /** Duplicate address detection is under way or failed: nothing can be sent from it. */
  readonly tentative: boolean;
  /** Duplicate address detection found it in use elsewhere. */
  readonly duplicate: boolean;
}

/** Scopes of an address, as in `ip address add ... scope`. */
export const addressScopes = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** An address to be added to or removed from an interface. */
export interface AddressSpecification {
  readonly interfaceIndex: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly broadcast?: IpAddress;
  /** A name, or the kernel's number. */
  readonly scope?: keyof typeof addressScopes | number;
  readonly label?: string;
  /** The other end of a point-to-point link; the prefix length is then that of its network. */
  readonly peer?: IpAddress;
  /** Bits of `addressFlags`. */
  readonly flags?: number;
  /** IPv6: after so many seconds no new traffic leaves from it, 0: never; for ever when absent. */
  readonly preferredSeconds?: number;
}

/** IFA_F_*: what may be asked for an address. */
export const addressFlags = {
  withoutDetection: 0x2,
  home: 0x10,
  manageTemporary: 0x100,
  withoutPrefixRoute: 0x200,
  joinGroup: 0x400,
} as const;

const headerLength = 8; // struct ifaddrmsg
const attributes = { address: 1, local: 2, label: 3, broadcast: 4, cache: 6, flags: 8 } as const;
const flagBits = { secondary: 0x1, optimistic: 0x4, duplicate: 0x8, tentative: 0x40 } as const;
const families = { 4: 2, 6: 10 } as const;
const FOREVER = 0xffff_ffff;

/** struct ifaddrmsg and attributes that add or remove an address. */
export function encodeAddress(specification: AddressSpecification): {
  header: Uint8Array;
  attributes: readonly Attribute[];
} {
  const family = familyOf(specification.address);
  const header = new Uint8Array(headerLength);
  header[0] = families[family];
  header[1] = specification.prefixLength;
  const { scope = "global" } = specification;
  header[3] = typeof scope === "number" ? scope : addressScopes[scope];
  new DataView(header.buffer).setUint32(4, specification.interfaceIndex, true);
  const bytes = ipAddressBytes(specification.address);
  const list: Attribute[] = [
    { type: attributes.local, value: bytes },
    {
      type: attributes.address,
      value: specification.peer === undefined ? bytes : ipAddressBytes(specification.peer),
    },
  ];
  if (specification.broadcast !== undefined) {
    list.push({ type: attributes.broadcast, value: ipAddressBytes(specification.broadcast) });
  }
  if (specification.label !== undefined) list.push({ type: attributes.label, value: specification.label });
  const { flags = 0, preferredSeconds } = specification;
  if (flags !== 0) list.push({ type: attributes.flags, value: flags });
  if (preferredSeconds !== undefined) {
    // struct ifa_cacheinfo: preferred, valid, two stamps
    const cache = Uint32Array.of(preferredSeconds, FOREVER, 0, 0);
    list.push({ type: attributes.cache, value: new Uint8Array(cache.buffer) });
  }
  return { header, attributes: list };
}

/** The address a message is about; undefined for a family other than IPv4 and IPv6. */
export function decodeAddress({ payload }: NetlinkMessage): InterfaceAddress | undefined {
  if (payload.length < headerLength || (payload[0] !== families[4] && payload[0] !== families[6])) {
    return undefined;
  }
  const found = decodeAttributes(payload.subarray(headerLength));
  // On a point-to-point interface IFA_ADDRESS is the other end and IFA_LOCAL ours; IPv6 often has the former alone.
  const bytes = found.get(attributes.local) ?? found.get(attributes.address);
  if (bytes === undefined) return undefined;
  const bits = found.has(attributes.flags)
    ? attributeNumber(found.get(attributes.flags))
    : (payload[2] as number);
  return {
    interfaceIndex: new DataView(payload.buffer, payload.byteOffset, headerLength).getUint32(4, true),
    address: ipAddressFromBytes(bytes),
    prefixLength: payload[1] as number,
    secondary: (bits & flagBits.secondary) !== 0,
    scope: payload[3] as number,
    label: attributeText(found.get(attributes.label)),
    // An optimistic one (RFC 4429) may be used while it is examined.
    tentative: (bits & (flagBits.tentative | flagBits.optimistic)) === flagBits.tentative,
    duplicate: (bits & flagBits.duplicate) !== 0,
  };
}
