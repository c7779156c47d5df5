import type { IpAddress } from "../base/ip-address.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import type { InterfaceAddress, Link, VrrpHostEvent } from "../director/host.ts";

/** An interface of a simulated host, and the addresses it has whether a director runs or not. */
export interface InterfaceSetup {
  readonly name: string;
  readonly hardwareAddress: Uint8Array;
  readonly addresses: readonly { readonly address: IpAddress; readonly prefixLength: number }[];
}

interface Interface {
  readonly setup: InterfaceSetup;
  link: Link;
  present: boolean;
  readonly addresses: InterfaceAddress[];
}

/** What the kernel may refuse to do. */
export type Refusal = "add-address" | "send-packet";

/**
 * The kernel of a simulated host: interfaces and addresses, which outlive the process that set them. Every change is
 * told, a little later, to whoever listens, as netlink does it.
 */
export class SimulatedKernel {
  /** What it refuses for the moment. */
  readonly refusals = new Set<Refusal>();
  /** Counts every change, so that whoever compares can see that there is nothing to compare. */
  changes = 0;
  readonly #interfaces: readonly Interface[];
  readonly #tell: (event: VrrpHostEvent) => void;
  #nextIndex: number;

  constructor(setups: readonly InterfaceSetup[], tell: (event: VrrpHostEvent) => void) {
    this.#interfaces = setups.map((setup, at) => newInterface(setup, at + 2));
    this.#nextIndex = setups.length + 2;
    this.#tell = tell;
  }

  /** What a process finds when it looks at everything. */
  snapshot(): { readonly links: readonly Link[]; readonly addresses: readonly InterfaceAddress[] } {
    const present = this.#interfaces.filter((one) => one.present);
    return { links: present.map(({ link }) => link), addresses: present.flatMap((one) => one.addresses) };
  }

  /** Whether the interface is there and has a carrier. */
  isUp(name: string): boolean {
    const found = this.#named(name);
    return found?.link.up === true && found.link.running;
  }

  /** Whether the interface is there. */
  isThere(name: string): boolean {
    return this.#named(name) !== undefined;
  }

  /** Whether the interface has the address now. */
  has(name: string, address: IpAddress): boolean {
    return this.#named(name)?.addresses.some((known) => known.address === address) ?? false;
  }

  /** The addresses that somebody has added: `interface address`, in the order of the interfaces. */
  added(): readonly { readonly interface: string; readonly address: IpAddress }[] {
    return this.#interfaces.flatMap(({ present, link, addresses, setup }) =>
      present
        ? addresses
            .filter(({ address }) => !setup.addresses.some((own) => own.address === address))
            .map(({ address }) => ({ interface: link.name, address }))
        : [],
    );
  }

  /** RTM_NEWADDR; the reason when it is refused. An address that is there already is no error, as the live host sees it. */
  addAddress(name: string, { address, prefixLength }: VirtualAddress): string | undefined {
    const found = this.#named(name);
    if (found === undefined) return `cannot add ${address} to ${name}: it is not there`;
    if (this.refusals.has("add-address"))
      return `cannot add ${address}/${prefixLength} on ${name}: the kernel refuses`;
    if (found.addresses.some((known) => known.address === address && known.prefixLength === prefixLength))
      return undefined;
    const added = { interfaceIndex: found.link.index, address, prefixLength, secondary: true };
    found.addresses.push(added);
    this.changes++;
    this.#tell({ kind: "address-added", address: added });
    return undefined;
  }

  /** RTM_DELADDR, by the process or by hand. An address that is not there is no error. */
  removeAddress(name: string, address: IpAddress): void {
    const found = this.#named(name);
    const at = found?.addresses.findIndex((known) => known.address === address) ?? -1;
    if (found === undefined || at < 0) return;
    const [removed] = found.addresses.splice(at, 1);
    this.changes++;
    if (removed !== undefined) this.#tell({ kind: "address-removed", address: removed });
  }

  /** Carrier lost or back. */
  setLink(name: string, running: boolean): void {
    const found = this.#named(name);
    if (found === undefined || found.link.running === running) return;
    found.link = { ...found.link, running };
    this.changes++;
    this.#tell({ kind: "link", link: found.link });
  }

  /** The interface is deleted with all of its addresses, or made anew with another index. */
  setPresence(name: string, present: boolean): void {
    const found = this.#interfaces.find(({ setup }) => setup.name === name);
    if (found === undefined || found.present === present) return;
    this.changes++;
    found.present = present;
    if (!present) {
      for (const address of found.addresses.splice(0)) this.#tell({ kind: "address-removed", address });
      this.#tell({ kind: "link-removed", index: found.link.index });
      return;
    }
    const fresh = newInterface(found.setup, this.#nextIndex++);
    found.link = fresh.link;
    found.addresses.push(...fresh.addresses);
    this.#tell({ kind: "link", link: found.link });
    for (const address of found.addresses) this.#tell({ kind: "address-added", address });
  }

  /** The machine was switched off: what was added is gone, interfaces are as they were made. */
  reboot(): void {
    for (const { present, link, setup } of this.#interfaces) {
      if (!present) continue;
      for (const { interface: name, address } of this.added())
        if (name === link.name) this.removeAddress(setup.name, address);
    }
  }

  #named(name: string): Interface | undefined {
    for (const one of this.#interfaces) if (one.present && one.setup.name === name) return one;
    return undefined;
  }
}

function newInterface(setup: InterfaceSetup, index: number): Interface {
  return {
    setup,
    present: true,
    link: { index, name: setup.name, up: true, running: true, hardwareAddress: setup.hardwareAddress },
    addresses: setup.addresses.map((own) => ({ ...own, interfaceIndex: index, secondary: false })),
  };
}
