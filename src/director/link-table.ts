import { type AddressFamily, familyOf, type IpAddress } from "../base/ip-address.ts";
import type { InterfaceAddress, Link } from "./host.ts";

/** What is known of the interfaces and their addresses. Kept up to date in place: it belongs to one machine's state. */
export class LinkTable {
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #addresses = new Map<number, InterfaceAddress[]>();

  /** Forgets everything and takes this instead: at the start, and after lost notifications. */
  replaceAll(links: readonly Link[], addresses: readonly InterfaceAddress[]): void {
    this.#links.clear();
    this.#byName.clear();
    this.#addresses.clear();
    for (const link of links) this.set(link);
    for (const address of addresses) this.addAddress(address);
  }

  /** Takes a new or changed interface; a renamed one is no longer found by its old name. */
  set(link: Link): void {
    const before = this.#links.get(link.index);
    if (before !== undefined && before.name !== link.name) this.#byName.delete(before.name);
    this.#links.set(link.index, link);
    this.#byName.set(link.name, link);
  }

  /** Forgets an interface and its addresses; the Link as it was. */
  remove(index: number): Link | undefined {
    const link = this.#links.get(index);
    this.#links.delete(index);
    this.#addresses.delete(index);
    if (link !== undefined && this.#byName.get(link.name)?.index === index) this.#byName.delete(link.name);
    return link;
  }

  /** Every interface with its addresses, in the order in which they became known. */
  all(): readonly { readonly link: Link; readonly addresses: readonly InterfaceAddress[] }[] {
    return [...this.#links].map(([index, link]) => ({ link, addresses: this.#addresses.get(index) ?? [] }));
  }

  /** The interface of that name, when there is one. */
  named(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** The interface of that index, when there is one. */
  indexed(index: number): Link | undefined {
    return this.#links.get(index);
  }

  /** Takes an address; one that is known already is replaced, its place kept. */
  addAddress(address: InterfaceAddress): void {
    const known = this.#addresses.get(address.interfaceIndex) ?? [];
    const at = known.findIndex((other) => sameAddress(other, address));
    if (at < 0) known.push(address);
    else known[at] = address;
    this.#addresses.set(address.interfaceIndex, known);
  }

  /** Forgets an address. */
  removeAddress(address: InterfaceAddress): void {
    const known = this.#addresses.get(address.interfaceIndex);
    const at = known?.findIndex((other) => sameAddress(other, address)) ?? -1;
    if (at >= 0) known?.splice(at, 1);
  }

  /** The addresses of an interface, of both families. */
  addressesOf(interfaceName: string): readonly IpAddress[] {
    const link = this.#byName.get(interfaceName);
    if (link === undefined) return [];
    return (this.#addresses.get(link.index) ?? []).map(({ address }) => address);
  }

  /** Whether the interface has this address now. */
  has(interfaceName: string, address: IpAddress): boolean {
    const link = this.#byName.get(interfaceName);
    if (link === undefined) return false;
    return this.#addresses.get(link.index)?.some((known) => known.address === address) ?? false;
  }

  /**
   * The address advertisements are sent from: the first IPv4 address that is not secondary, or the link-local IPv6
   * address (RFC 9568 section 5.1.2.1), never one of `virtual`.
   */
  primaryAddress(
    interfaceName: string,
    options: { family: AddressFamily; virtual: ReadonlySet<IpAddress> },
  ): IpAddress | undefined {
    const link = this.#byName.get(interfaceName);
    if (link === undefined) return undefined;
    const candidates = (this.#addresses.get(link.index) ?? []).filter(
      ({ address }) => familyOf(address) === options.family && !options.virtual.has(address),
    );
    if (options.family === 6) return candidates.find(({ address }) => isLinkLocal(address))?.address;
    return (candidates.find(({ secondary }) => !secondary) ?? candidates[0])?.address;
  }
}

/** Whether an interface can carry traffic: it is there, switched on, and has a carrier. */
export function usable(link: Link | undefined): boolean {
  return link?.up === true && link.running;
}

function sameAddress(a: InterfaceAddress, b: InterfaceAddress): boolean {
  return a.address === b.address && a.prefixLength === b.prefixLength;
}

/** fe80::/10. */
function isLinkLocal(address: IpAddress): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}
