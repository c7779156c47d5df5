import { familyOf } from "../base/ip-address.ts";
import type { AddressFlag, VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { heldPrefixLength } from "../vrrp/router-config.ts";
import { type AddressSpecification, addressFlags } from "./netlink/interface-address.ts";

const FLAGS: Partial<Record<AddressFlag, number>> = {
  home: addressFlags.home,
  mngtmpaddr: addressFlags.manageTemporary,
  noprefixroute: addressFlags.withoutPrefixRoute,
  autojoin: addressFlags.joinGroup,
};

/**
 * What the kernel is asked for. As keepalived: an IPv6 address answers at once (no duplicate address detection) unless
 * `-nodad` says otherwise, and a /128 without `preferred_lft` is deprecated, so that no new connection of the host
 * itself leaves from it.
 */
export function addressSpecification(virtual: VirtualAddress, interfaceIndex: number): AddressSpecification {
  const { address, broadcast, scope, label, peer, flags = [] } = virtual;
  const family = familyOf(address);
  const prefixLength = heldPrefixLength(virtual);
  const bits = flags.reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
  const detect = family === 4 || flags.includes("-nodad");
  const preferred = preferredSeconds(virtual);
  return {
    interfaceIndex,
    address,
    prefixLength,
    flags: detect ? bits : bits | addressFlags.withoutDetection,
    ...(peer === undefined ? {} : { peer: peer.address }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(scope === undefined || family === 6 ? {} : { scope }),
    ...(label === undefined || family === 6 ? {} : { label }),
    ...(preferred === undefined ? {} : { preferredSeconds: preferred }),
  };
}

/** Undefined: for ever. IPv4 addresses do not age (keepalived asks for it, for IPv6 only). */
function preferredSeconds(virtual: VirtualAddress): number | undefined {
  if (familyOf(virtual.address) === 4) return undefined;
  const { preferredLifetime } = virtual;
  if (preferredLifetime === "forever") return undefined;
  if (preferredLifetime !== undefined) return Math.round(preferredLifetime / 1_000_000);
  return heldPrefixLength(virtual) === 128 ? 0 : undefined;
}
