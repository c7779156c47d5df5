import { readFileSync } from "node:fs";
import { failed, ok, type Result } from "../base/result.ts";
import type { OwnLink } from "../director/host.ts";
import { BaseSettings } from "./base-settings.ts";
import { type Link, OWN_ALIAS } from "./netlink/link.ts";
import { LinkNetlink } from "./netlink/link-netlink.ts";
import type { NetlinkFailure } from "./netlink/request-socket.ts";
import { RouteNetlink } from "./netlink/route-netlink.ts";
import { otherOwner, ownerMark } from "./owner-mark.ts";
import { writeSysctl } from "./sysctl.ts";

const EOPNOTSUPP = 95;
const GROUP_FILES = ["/etc/iproute2/group", "/usr/share/iproute2/group", "/usr/lib/iproute2/group"];

/** What IPv4 needs on a virtual MAC; keepalived's values. */
const VMAC_SETTINGS = {
  // Requests for the addresses of the interface below are none of its business.
  arp_ignore: 1,
  // Another director on this host is heard although its address is ours.
  accept_local: 1,
  // It receives while it has no address.
  rp_filter: 0,
  promote_secondaries: 1,
} as const;

/**
 * The macvlans and ipvlans that the VRRP process makes for virtual routers, and what has to be changed around them in
 * the kernel. What the settings were before is kept in the alias of each such interface as well, so that they come
 * back even when the process that changed them was killed.
 */
export class OwnInterfaces {
  readonly #links: LinkNetlink;
  readonly #addresses: RouteNetlink;
  readonly #settings: BaseSettings;
  /** By name, with the index. */
  readonly #made = new Map<string, number>();
  readonly #onMade: (own: OwnLink, indexes: { readonly index: number; readonly baseIndex: number }) => void;

  /** `onMade` is called when an interface is there and as yet switched off. @throws {SystemError} */
  constructor(
    options: {
      namespace?: string;
      onMade?: (own: OwnLink, indexes: { readonly index: number; readonly baseIndex: number }) => void;
    } = {},
  ) {
    this.#onMade = options.onMade ?? (() => undefined);
    this.#links = new LinkNetlink(options);
    this.#addresses = new RouteNetlink(options);
    this.#settings = new BaseSettings(this.#links, () => this.#addresses.links());
  }

  /** Makes it, or makes what has its name so; the interface as it is then. */
  make(own: OwnLink): Result<Link, string> {
    const base = this.#links.find(own.base);
    if (base === undefined) return failed(`cannot make ${own.name}: there is no interface ${own.base}`);
    const before = this.#links.find(own.name);
    if (before !== undefined && before.stacked === undefined) {
      return failed(
        `cannot make ${own.name}: an interface of that name is there and is no ${KERNEL_KIND[own.kind]}; write another name after use_${own.kind}`,
      );
    }
    const owner = before === undefined ? undefined : otherOwner(before.alias);
    if (owner !== undefined) {
      return failed(
        `cannot make ${own.name}: it belongs to another locum that runs here (pid ${owner}); stop one of the two, or write another name after use_${own.kind} and another virtual_router_id`,
      );
    }
    if (before !== undefined && !fits(before, own, base)) {
      const removed = this.#links.delete(before.index);
      if (!removed.ok) return this.#refused(own, "replace", removed.error);
    }
    const reused = before !== undefined && fits(before, own, base);
    if (!reused) {
      const created = this.#create(own, base);
      if (!created.ok) return created;
    }
    const made = this.#links.find(own.name);
    if (made === undefined) return failed(`cannot make ${own.name}: it is gone again already`);
    this.#made.set(own.name, made.index);
    const prepared = this.#prepare(own, { made, base });
    if (!prepared.ok) return prepared;
    if (own.notify && !reused) this.#links.setGroup(base.index, base.group);
    return ok(this.#links.find(made.index) ?? made);
  }

  /** Whether an interface of that name was made and not removed by us. */
  has(name: string): boolean {
    return this.#made.has(name);
  }

  /** Whether this is the index of one that was made, and somebody else has removed. */
  isGone(index: number): boolean {
    return [...this.#made.values()].includes(index) && this.#links.find(index) === undefined;
  }

  /** An interface as it is now. */
  present(index: number): Link | undefined {
    return this.#links.find(index);
  }

  /** Removes it, and puts back what was changed for it when it was the last one. */
  remove(own: OwnLink): Result<void, string> {
    this.#made.delete(own.name);
    const found = this.#links.find(own.name);
    const link = found === undefined || otherOwner(found.alias) === undefined ? found : undefined;
    const base = this.#links.find(own.base);
    let refusal: Result<void, string> = ok(undefined);
    if (link?.stacked !== undefined) {
      this.#settings.remember(link.alias, base?.index);
      const removed = this.#links.delete(link.index);
      if (!removed.ok) refusal = this.#refused(own, "remove", removed.error);
      else if (own.notify && base !== undefined) this.#links.setGroup(base.index, base.group);
    }
    this.#settings.release(own.name);
    return refusal;
  }

  close(): void {
    this.#links.close();
    this.#addresses.close();
  }

  #create(own: OwnLink, base: Link): Result<void, string> {
    const group = own.group === undefined ? ok(base.group) : groupNumber(own.group);
    if (!group.ok) return failed(`cannot make ${own.name}: ${group.error}`);
    // In the VRF of the interface below, when it is in one.
    const master = base.master === 0 ? undefined : this.#links.find(base.master);
    const created = this.#links.create({
      kind: KERNEL_KIND[own.kind],
      name: own.name,
      baseIndex: base.index,
      mode: own.mode,
      group: group.value,
      master: master?.kind === "vrf" ? master.index : 0,
      ...(own.hardwareAddress === undefined ? {} : { hardwareAddress: octetsOf(own.hardwareAddress) }),
    });
    return created.ok ? ok(undefined) : this.#refused(own, "make", created.error);
  }

  #prepare(own: OwnLink, { made, base }: { readonly made: Link; readonly base: Link }): Result<void, string> {
    this.#settings.remember(made.alias, base.index);
    this.#onMade(own, { index: made.index, baseIndex: base.index });
    if (own.kind === "vmac" && own.family === 4) {
      const settings = this.#links.setIpv4Settings(made.index, VMAC_SETTINGS);
      if (!settings.ok) return this.#refused(own, "prepare", settings.error);
      const prepared = this.#settings.prepare(own.name, base);
      if (!prepared.ok) return prepared;
    }
    // A kernel without IPv6 has no such setting.
    writeSysctl(`net/ipv6/conf/${own.name}/disable_ipv6`, own.ipv6 ? 0 : 1);
    this.#links.stopAddressGeneration(made.index);
    this.#links.setAlias(made.index, `${OWN_ALIAS} ${ownerMark()} ${this.#settings.note(base.index)}`.trim());
    const up = this.#links.setUp(made.index);
    if (!up.ok) return this.#refused(own, "switch on", up.error);
    for (const { address, prefixLength } of own.addresses) {
      const added = this.#addresses.addAddress({
        interfaceIndex: made.index,
        address,
        prefixLength,
        ...(address.includes(":") ? { withoutDuplicateDetection: true, deprecated: true } : {}),
      });
      if (!added.ok) return this.#refused(own, `give ${address} to`, added.error);
    }
    return ok(undefined);
  }

  #refused(own: OwnLink, verb: string, { errno, message }: NetlinkFailure): Result<never, string> {
    const way =
      errno === EOPNOTSUPP
        ? `; this kernel has no ${KERNEL_KIND[own.kind]} interfaces (CONFIG_${KERNEL_KIND[own.kind].toUpperCase()}): remove use_${own.kind}, or run a kernel that has them`
        : "";
    return failed(`cannot ${verb} ${own.name} on ${own.base}: ${message}${way}`);
  }
}

const KERNEL_KIND = { vmac: "macvlan", ipvlan: "ipvlan" } as const;

/** Whether an interface is what is wanted already: one that a killed process left, or somebody made for us. */
function fits({ stacked, hardwareAddress }: Link, own: OwnLink, base: Link): boolean {
  if (stacked === undefined || stacked.kind !== KERNEL_KIND[own.kind] || stacked.mode !== own.mode)
    return false;
  if (stacked.baseIndex !== (base.stacked?.baseIndex ?? base.index)) return false;
  return (
    own.hardwareAddress === undefined ||
    octetsOf(own.hardwareAddress).every((o, at) => hardwareAddress[at] === o)
  );
}

function octetsOf(hardwareAddress: string): Uint8Array {
  return Uint8Array.from(hardwareAddress.split(":"), (octet) => Number.parseInt(octet, 16));
}

/** `group` of `use_vmac`: a number, or a name that iproute2 knows. */
function groupNumber(group: string): Result<number, string> {
  if (/^\d+$/.test(group)) return ok(Number(group));
  for (const file of GROUP_FILES) {
    for (const line of linesOf(file)) {
      const [number, name] = line.trim().split(/\s+/);
      if (name === group && number !== undefined && /^\d+$/.test(number)) return ok(Number(number));
    }
  }
  return failed(`the link group ${group} is in none of ${GROUP_FILES.join(", ")}; write its number`);
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return []; // a host without the file has no names
  }
}
