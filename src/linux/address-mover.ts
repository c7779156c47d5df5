import { familyOf } from "../base/ip-address.ts";
import type { Result } from "../base/result.ts";
import type { VrrpHostEffect } from "../director/host.ts";
import type { AddressSpecification, InterfaceAddress } from "./netlink/interface-address.ts";
import type { NetlinkFailure } from "./netlink/request-socket.ts";
import type { RouteNetlink } from "./netlink/route-netlink.ts";
import { addressSpecification } from "./virtual-address.ts";

/** Puts addresses on interfaces and takes them off. */
export class AddressMover {
  readonly #netlink: RouteNetlink;
  readonly #indexOf: (interfaceName: string) => number | undefined;
  /** Removals of ours that the kernel has not told of yet, and whether the address was put back since. */
  readonly #untold = new Map<string, { readonly putBack: boolean }>();

  constructor(netlink: RouteNetlink, indexOf: (interfaceName: string) => number | undefined) {
    this.#netlink = netlink;
    this.#indexOf = indexOf;
  }

  /** Does as asked; what stands on an interface that `keeps` names stays there. The reason when it cannot be done. */
  move(
    effect: Extract<VrrpHostEffect, { kind: "add-address" | "remove-address" }>,
    { keeps }: { readonly keeps: (index: number | undefined) => boolean },
  ): string | undefined {
    const index = this.#indexOf(effect.interface);
    if (effect.kind === "remove-address" && keeps(index)) return undefined;
    const { address } = effect;
    if (index === undefined) {
      return effect.kind === "remove-address"
        ? undefined
        : `cannot add ${address.address} to ${effect.interface}: it is not there`;
    }
    const specification = addressSpecification(address, index);
    const done =
      effect.kind === "add-address" ? this.#add(specification) : this.#netlink.deleteAddress(specification);
    if (done.ok) {
      this.#note(specification, done.value);
      return undefined;
    }
    const verb = effect.kind === "add-address" ? "add" : "remove";
    return `cannot ${verb} ${address.address}/${address.prefixLength} on ${effect.interface}: ${done.error.message}`;
  }

  /** Whether a removal that the kernel tells of is one of ours after which the address was put back: no news any more. */
  isOvertaken({ address, portId }: { readonly address: InterfaceAddress; readonly portId: number }): boolean {
    if (portId === 0 || portId !== this.#netlink.portId) return false;
    const key = placeOf(address);
    const untold = this.#untold.get(key);
    this.#untold.delete(key);
    return untold?.putBack === true;
  }

  /** Events were lost, and everything is asked for again. */
  forgetUntold(): void {
    this.#untold.clear();
  }

  #note(specification: AddressSpecification, done: unknown): void {
    const key = placeOf(specification);
    if (done === "deleted") this.#untold.set(key, { putBack: false });
    else if (done === "added" && this.#untold.has(key)) this.#untold.set(key, { putBack: true });
  }

  /** One that is there already may lack a property; where the kernel can change that in place, it does. */
  #add(specification: AddressSpecification): Result<unknown, NetlinkFailure> {
    const added = this.#netlink.addAddress(specification);
    const isThere = added.ok && added.value === "present";
    return isThere && familyOf(specification.address) === 6
      ? this.#netlink.replaceAddress(specification)
      : added;
  }
}

/** What the kernel has once: an address with its length on an interface. */
function placeOf({
  interfaceIndex,
  address,
  prefixLength,
}: Pick<InterfaceAddress, "interfaceIndex" | "address" | "prefixLength">): string {
  return `${interfaceIndex} ${address}/${prefixLength}`;
}
