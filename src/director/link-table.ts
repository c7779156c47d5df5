import { type AddressFamily, familyOf, type IpAddress } from "../base/ip-address.ts";
import type { InterfaceAddress, Link } from "./host.ts";

/** The addresses of one interface, in the order in which they became known, and usable. */
class AddressList {
  readonly #all = new Map<string, InterfaceAddress>();
  readonly #entries = new Map<IpAddress, number>();

  add(address: InterfaceAddress): void {
    const key = keyOf(address);
    const known = this.#all.get(key);
    if (known === undefined) this.#count(address, 1);
    // Behind those that could be used before, so that nobody who sends from one of them changes over.
    else if (known.tentative === true && address.tentative !== true) this.#all.delete(key);
    this.#all.set(key, address);
  }

  remove(address: InterfaceAddress): void {
    if (this.#all.delete(keyOf(address))) this.#count(address, -1);
  }

  has(address: IpAddress): boolean {
    return this.#entries.has(address);
  }

  find(address: IpAddress): InterfaceAddress | undefined {
    if (!this.has(address)) return undefined;
    for (const known of this.#all.values()) if (known.address === address) return known;
    return undefined;
  }

  values(): Iterable<InterfaceAddress> {
    return this.#all.values();
  }

  /** An address may stand there with more than one prefix length. */
  #count({ address }: InterfaceAddress, change: 1 | -1): void {
    const count = (this.#entries.get(address) ?? 0) + change;
    if (count > 0) this.#entries.set(address, count);
    else this.#entries.delete(address);
  }
}

/**
 * What is known of the interfaces and their addresses. Kept up to date in place: it belongs to one machine's state.
 * Nothing but `all` and `addressesOf` costs more with many addresses.
 */
export class LinkTable {
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #addresses = new Map<number, AddressList>();

  /** Forgets everything and takes this instead: at the start, and after lost notifications. */
  replaceAll(links: readonly Link[], addresses: readonly InterfaceAddress[]): void {
    this.#links.clear();
    this.#byName.clear();
    this.#addresses.clear();
    for (const link of links) this.set(link);
    for (const address of addresses) this.addAddress(address);
  }

  /** Takes a new or changed interface; a renamed one is no longer found by its old name. The Link as it was. */
  set(link: Link): Link | undefined {
    const before = this.#links.get(link.index);
    if (before !== undefined && before.name !== link.name && this.#byName.get(before.name) === before) {
      this.#byName.delete(before.name);
    }
    this.#links.set(link.index, link);
    this.#byName.set(link.name, link);
    return before;
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
    return [...this.#links].map(([index, link]) => ({
      link,
      addresses: [...(this.#addresses.get(index)?.values() ?? [])],
    }));
  }

  /** The interface of that name, when there is one. */
  named(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** The interface of that index, when there is one. */
  indexed(index: number): Link | undefined {
    return this.#links.get(index);
  }

  /** Takes an address; one that is known already is replaced, its place kept unless it becomes usable by this. */
  addAddress(address: InterfaceAddress): void {
    let list = this.#addresses.get(address.interfaceIndex);
    if (list === undefined) {
      list = new AddressList();
      this.#addresses.set(address.interfaceIndex, list);
    }
    list.add(address);
  }

  /** Forgets an address. */
  removeAddress(address: InterfaceAddress): void {
    this.#addresses.get(address.interfaceIndex)?.remove(address);
  }

  /** The addresses of an interface, of both families. */
  addressesOf(interfaceName: string): readonly IpAddress[] {
    return Array.from(this.#listOf(interfaceName)?.values() ?? [], ({ address }) => address);
  }

  /** Whether the interface has this address now. */
  has(interfaceName: string, address: IpAddress): boolean {
    return this.#listOf(interfaceName)?.has(address) ?? false;
  }

  /** An address of an interface as the kernel tells of it. */
  find(interfaceName: string, address: IpAddress): InterfaceAddress | undefined {
    return this.#listOf(interfaceName)?.find(address);
  }

  /**
   * The address advertisements are sent from: the first IPv4 address that is not secondary, or the link-local IPv6
   * address (RFC 9568 section 5.1.2.1), never one of `virtual`. Of several the first that can be sent from; an IPv6 address
   * that the kernel still examines cannot, and a master that is not heard would be one of two.
   */
  primaryAddress(
    interfaceName: string,
    options: { family: AddressFamily; virtual: ReadonlySet<IpAddress> },
  ): IpAddress | undefined {
    let second: IpAddress | undefined;
    for (const { address, secondary, tentative } of this.#listOf(interfaceName)?.values() ?? []) {
      if (familyOf(address) !== options.family || options.virtual.has(address)) continue;
      if (options.family === 6 && (!isLinkLocal(address) || tentative === true)) continue;
      if (options.family === 6 || !secondary) return address;
      second ??= address;
    }
    return second;
  }

  /** Whether there is an IPv6 address that advertisements could be sent from if it were not still examined. */
  examinesSource(interfaceName: string, virtual: ReadonlySet<IpAddress>): boolean {
    const all = [...(this.#listOf(interfaceName)?.values() ?? [])];
    return all.some((one) => isLinkLocal(one.address) && !virtual.has(one.address) && isExamined(one));
  }

  #listOf(interfaceName: string): AddressList | undefined {
    const link = this.#byName.get(interfaceName);
    return link === undefined ? undefined : this.#addresses.get(link.index);
  }
}

/** Whether the kernel still looks for another host that has the address. */
export function isExamined(address: InterfaceAddress | undefined): boolean {
  return address?.tentative === true && address.duplicate !== true;
}

/** Whether an interface can carry traffic: it is there, switched on, and has a carrier. */
export function usable(link: Link | undefined): boolean {
  return link?.up === true && link.running;
}

function keyOf({ address, prefixLength }: InterfaceAddress): string {
  return `${address}/${prefixLength}`;
}

/** fe80::/10. */
export function isLinkLocal(address: IpAddress): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}
