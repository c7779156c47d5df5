import type { AddressFamily } from "../base/ip-address.ts";
import type { Config } from "../conf/model/config.ts";
import type { OwnInterface, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { LinkTable } from "./link-table.ts";

/** IFNAMSIZ without its NUL. */
const LONGEST_NAME = 15;

interface Wanted {
  readonly ownInterface: OwnInterface;
  readonly base: string;
  readonly hardwareAddress?: string;
  readonly remarks: string[];
}

/** Gives names to the interfaces of one configuration; no two get the same. */
export class OwnInterfaceNames {
  readonly #config: Config;
  readonly #links: LinkTable;
  readonly #given = new Set<string>();
  readonly #ofAddresses = new Map<string, string>();

  constructor(config: Config, links: LinkTable) {
    this.#config = config;
    this.#links = links;
    for (const { ownInterface } of config.vrrpInstances) {
      if (ownInterface?.name !== undefined) this.#given.add(ownInterface.name);
    }
  }

  /** The name of what `use_vmac` or `use_ipvlan` of an instance makes. */
  choose(instance: VrrpInstance, wanted: Wanted): string {
    const { name, virtualRouterId, family } = instance;
    const { ownInterface, base, hardwareAddress, remarks } = wanted;
    const written = ownInterface.name;
    const present =
      hardwareAddress === undefined
        ? undefined
        : this.#present({ base, hardwareAddress, except: this.#given, written });
    if (present !== undefined) {
      if (written !== undefined && written !== present) {
        remarks.push(
          `(${name}) ${present} on ${base} has the hardware address already; using it instead of ${written}`,
        );
      }
      this.#given.add(present);
      return present;
    }
    if (written !== undefined && this.#usable(written)) return written;
    if (written !== undefined) {
      remarks.push(
        `(${name}) there is an interface ${written} already that is no macvlan or ipvlan, so another name is taken for use_${ownInterface.kind}`,
      );
    }
    return this.#unused(this.#config.global.vrrp.macvlanPrefix, { family, virtualRouterId });
  }

  /** The name of the virtual MAC for addresses on some interface; the same for all addresses that share it. */
  chooseForAddress(
    virtualRouterId: number,
    wanted: { readonly family: AddressFamily; readonly base: string; readonly hardwareAddress: string },
  ): string {
    const { family, base, hardwareAddress } = wanted;
    const key = `${base} ${hardwareAddress}`;
    const known = this.#ofAddresses.get(key) ?? this.#present({ base, hardwareAddress });
    const prefix = this.#config.global.vrrp.addressMacvlanPrefix;
    const name = known ?? this.#unused(prefix, { family, virtualRouterId });
    this.#ofAddresses.set(key, name);
    this.#given.add(name);
    return name;
  }

  /** A private macvlan of that hardware address on that interface. */
  #present(at: {
    readonly base: string;
    readonly hardwareAddress: string;
    readonly except?: ReadonlySet<string>;
    readonly written?: string | undefined;
  }): string | undefined {
    const below = this.#links.named(at.base);
    if (below === undefined) return undefined;
    const baseIndex = below.stacked?.baseIndex ?? below.index;
    const found = this.#links.all().find(({ link: { name, stacked, hardwareAddress } }) => {
      if (stacked?.kind !== "macvlan" || stacked.mode !== "private" || stacked.baseIndex !== baseIndex)
        return false;
      if (at.except?.has(name) === true && name !== at.written) return false;
      return hardwareAddressText(hardwareAddress) === at.hardwareAddress;
    });
    return found?.link.name;
  }

  #usable(name: string): boolean {
    const present = this.#links.named(name);
    return present === undefined || present.stacked !== undefined;
  }

  /** `vrrp.VRID`; when that is taken vrrp1.VRID and so on, of IPv6 vrrp6.VRID first. A long prefix is cut. */
  #unused(
    prefix: string,
    { family, virtualRouterId }: { readonly family: AddressFamily; readonly virtualRouterId: number },
  ): string {
    for (const number of numbers(family)) {
      const tail = `${number}.${virtualRouterId}`;
      const name = `${prefix.slice(0, LONGEST_NAME - tail.length)}${tail}`;
      if (this.#given.has(name) || this.#links.named(name) !== undefined) continue;
      this.#given.add(name);
      return name;
    }
    return prefix;
  }
}

function* numbers(family: AddressFamily): Iterable<string> {
  yield "";
  if (family === 6) yield "6";
  for (let number = 1; number < 10_000; number++) if (family === 4 || number !== 6) yield `${number}`;
}

/** `00:00:5e:00:01:33`. */
export function hardwareAddressText(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(":");
}
