import { type AddressFamily, familyOf, type IpAddress, ipAddressFromBytes } from "../base/ip-address.ts";
import type { Config } from "../conf/model/config.ts";
import type { VirtualAddress, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { Link, OwnLink } from "./host.ts";
import type { LinkTable } from "./link-table.ts";
import { OwnInterfaceNames } from "./own-interface-names.ts";

/** On which interfaces an instance lives, and which of them have to be made. */
export interface Placement {
  /** The instance, with the interface of each of its addresses filled in where it is not the instance's own. */
  readonly instance: VrrpInstance;
  /** Advertisements leave by this interface and are heard there. */
  readonly wire: string;
  /** `use_vmac` or `use_ipvlan`: where the addresses stand. */
  readonly own?: OwnLink;
  /** Every interface that has to be made, `own` among them. */
  readonly made: readonly OwnLink[];
  /** What to tell the operator of the choice. */
  readonly remarks: readonly string[];
}

/** The hardware address of a virtual router (RFC 9568 section 7.3): 00-00-5E-00-01-VRID, of IPv6 00-00-5E-00-02-VRID. */
export function virtualHardwareAddress(family: AddressFamily, virtualRouterId: number): string {
  return `00:00:5e:00:0${family === 4 ? 1 : 2}:${virtualRouterId.toString(16).padStart(2, "0")}`;
}

/** An octet with two digits; five octets are followed by the virtual router id. */
function customHardwareAddress(written: string, virtualRouterId: number): string {
  const octets = written.split(":").map((octet) => octet.padStart(2, "0"));
  if (octets.length === 5) octets.push(virtualRouterId.toString(16).padStart(2, "0"));
  return octets.join(":");
}

/**
 * What an instance's hardware address is. Strict mode knows none but that of the RFC (keepalived's rule).
 */
function hardwareAddressOf(instance: VrrpInstance, family: AddressFamily): string {
  const { ownInterface, virtualRouterId, strict } = instance;
  const written = ownInterface?.kind === "vmac" && !strict ? ownInterface.hardwareAddress : undefined;
  return written === undefined
    ? virtualHardwareAddress(family, virtualRouterId)
    : customHardwareAddress(written, virtualRouterId);
}

/**
 * Decides on which interfaces the instances of a configuration live, as keepalived does. An interface that is already
 * there and is what is wanted, for instance because an earlier process was killed, keeps its name.
 */
export function placeInstances(config: Config, links: LinkTable): ReadonlyMap<VrrpInstance, Placement> {
  const names = new OwnInterfaceNames(config, links);
  const placed = new Map<VrrpInstance, Placement>();
  for (const instance of config.vrrpInstances) placed.set(instance, placeInstance(instance, names));
  return placed;
}

/** An instance that lives on its interface alone. */
export function unplaced(instance: VrrpInstance): Placement {
  return { instance, wire: instance.interface, made: [], remarks: [] };
}

function placeInstance(instance: VrrpInstance, names: OwnInterfaceNames): Placement {
  const remarks: string[] = [];
  const made = new Map<string, OwnLink>();
  const own = ownLink(instance, names, remarks);
  if (own !== undefined) made.set(own.name, own);
  const place = (virtual: VirtualAddress): VirtualAddress => {
    const link = linkOfAddress(virtual, { instance, own, names });
    if (link === undefined) return virtual;
    made.set(link.name, made.get(link.name) ?? link);
    return { ...virtual, device: link.name };
  };
  const virtualAddresses = instance.virtualAddresses.map(place);
  const excludedAddresses = instance.excludedAddresses.map(place);
  const transmitFromBase = transmitsFromBase(instance);
  const unchanged = made.size === 0;
  return {
    instance: unchanged ? instance : { ...instance, virtualAddresses, excludedAddresses },
    wire: own === undefined || transmitFromBase ? instance.interface : own.name,
    ...(own === undefined ? {} : { own }),
    made: [...made.values()].map((link) => withIpv6(link, [...virtualAddresses, ...excludedAddresses])),
    remarks,
  };
}

/** `vmac_xmit_base`, which unicast needs (a peer answers to the address of the interface below) and strict mode lacks. */
function transmitsFromBase({ unicastPeers, transmitFromBase, strict }: VrrpInstance): boolean {
  return unicastPeers.length > 0 || (transmitFromBase && !strict);
}

/** IPv6 is on where an IPv6 address stands, or advertisements of IPv6 are sent. */
function withIpv6(link: OwnLink, addresses: readonly VirtualAddress[]): OwnLink {
  const ipv6 =
    link.family === 6 ||
    addresses.some(({ device, address }) => device === link.name && familyOf(address) === 6);
  return { ...link, ipv6 };
}

function ownLink(instance: VrrpInstance, names: OwnInterfaceNames, remarks: string[]): OwnLink | undefined {
  const { ownInterface, family } = instance;
  if (ownInterface === undefined) return undefined;
  const base = ownInterface.base ?? instance.interface;
  const common = {
    kind: ownInterface.kind,
    base,
    family,
    ipv6: family === 6,
    ...(ownInterface.group === undefined ? {} : { group: ownInterface.group }),
  };
  if (ownInterface.kind === "ipvlan") {
    const name = names.choose(instance, { ownInterface, base, remarks });
    return { ...common, name, mode: ownInterface.mode, addresses: [], notify: false };
  }
  const hardwareAddress = hardwareAddressOf(instance, family);
  const name = names.choose(instance, { ownInterface, base, hardwareAddress, remarks });
  const { netlinkNotify: notify } = ownInterface;
  return { ...common, name, hardwareAddress, mode: "private", addresses: [], notify };
}

/**
 * The addresses that have to stand on an instance's own interface as long as it is there. On an ipvlan its configured
 * one. On a virtual MAC of IPv6 what advertisements are sent from, which must not be made of the virtual hardware
 * address (RFC 9568 section 7.4): the link-local address of the interface below; while that has none, the one that was
 * mirrored before, or one made of its hardware address.
 */
export function standingAddresses(
  { instance, own, wire }: Placement,
  links: LinkTable,
): OwnLink["addresses"] {
  if (own === undefined) return [];
  if (own.kind === "ipvlan") {
    const source = instance.ownInterface?.kind === "ipvlan" ? instance.ownInterface.source : undefined;
    if (source === undefined) return [];
    return [{ address: source, prefixLength: familyOf(source) === 4 ? 32 : 128 }];
  }
  if (own.family === 4 || wire !== own.name) return [];
  const virtual = new Set<IpAddress>(
    [...instance.virtualAddresses, ...instance.excludedAddresses].map(({ address }) => address),
  );
  const linkLocal = (name: string) => links.primaryAddress(name, { family: 6, virtual });
  const below = links.named(own.base);
  const address =
    instance.sourceAddress ??
    linkLocal(own.base) ??
    linkLocal(own.name) ??
    (below === undefined ? undefined : linkLocalOf(below));
  return address === undefined ? [] : [{ address, prefixLength: 64 }];
}

/**
 * Where an address stands, when it is not on the instance's interface or on one that is named for it. An address of the
 * instance's family stands on its own interface; one of another interface, or of the other family, on a virtual MAC of
 * its own under `use_vmac_addr` or the word `use_vmac`.
 */
function linkOfAddress(
  virtual: VirtualAddress,
  where: {
    readonly instance: VrrpInstance;
    readonly own: OwnLink | undefined;
    readonly names: OwnInterfaceNames;
  },
): OwnLink | undefined {
  const { instance, own, names } = where;
  const family = familyOf(virtual.address);
  const base = virtual.device ?? instance.interface;
  const elsewhere = base !== instance.interface;
  if (!elsewhere && own !== undefined && family === instance.family) return own;
  const asked = virtual.flags?.includes("use_vmac") === true;
  const byDefault = instance.ownInterfaceForAddresses && (elsewhere || family !== instance.family);
  if (!asked && !byDefault) return undefined;
  const hardwareAddress = hardwareAddressOf(instance, family);
  return {
    kind: "vmac",
    name: names.chooseForAddress(instance.virtualRouterId, { family, base, hardwareAddress }),
    base,
    family,
    hardwareAddress,
    mode: "private",
    ipv6: family === 6,
    addresses: [],
    notify: false,
  };
}

/** fe80::/64 and the hardware address as a modified EUI-64 (RFC 4291 appendix A). */
function linkLocalOf({ hardwareAddress }: Link): IpAddress | undefined {
  if (hardwareAddress.length !== 6) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = hardwareAddress;
  return ipAddressFromBytes(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f));
}
