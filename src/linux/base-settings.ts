import { failed, ok, type Result } from "../base/result.ts";
import { type Link, OWN_ALIAS } from "./netlink/link.ts";
import type { LinkNetlink } from "./netlink/link-netlink.ts";
import { otherOwner } from "./owner-mark.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";

/**
 * What an interface below a virtual MAC has to have. It must not answer for the virtual addresses (arp_ignore,
 * arp_filter), nor name one of them when it asks, for a neighbour takes the hardware address from a question as well
 * (arp_announce; TX-14).
 * Deviation: keepalived leaves arp_announce as it is, and neighbours learn the physical address.
 */
const WANTED = { arp_ignore: 1, arp_filter: 1, arp_announce: 2 } as const;
type BaseSetting = keyof typeof WANTED;
const NAMES: readonly BaseSetting[] = ["arp_ignore", "arp_filter", "arp_announce"];

/** What it had. */
type Original = Readonly<Record<BaseSetting, number>>;

/** net.ipv4.conf.all.rp_filter and its kin, as they were. */
interface ReversePath {
  readonly all: number;
  readonly default: number;
  /** Interfaces that were raised to `all`, and from what. */
  readonly raised: ReadonlyMap<number, number>;
}

const ALL = "net/ipv4/conf/all/rp_filter";
const DEFAULT = "net/ipv4/conf/default/rp_filter";

/**
 * Kernel settings that a virtual MAC needs of the interface below it and of the host, as keepalived sets them. The
 * interface below must not answer for the virtual addresses (arp_ignore 1, arp_filter 1). The virtual MAC needs
 * rp_filter 0, which counts only when that of "all" is 0; so every other interface gets the value of "all" first, which
 * leaves its behaviour as it is. All of it goes back when the last virtual MAC goes.
 */
export class BaseSettings {
  readonly #links: LinkNetlink;
  readonly #everyLink: () => readonly Link[];
  readonly #originals = new Map<number, Original>();
  /** Which virtual MACs stand on which interface: name to index. */
  readonly #users = new Map<string, number>();
  #reversePath: ReversePath | undefined;

  constructor(links: LinkNetlink, everyLink: () => readonly Link[]) {
    this.#links = links;
    this.#everyLink = everyLink;
  }

  /** Takes what an earlier process noted in the alias of a virtual MAC, unless it is known already. */
  remember(alias: string, baseIndex: number | undefined): void {
    const noted = new Map(
      [...alias.matchAll(/(\w+)=(\d+)/g)].map(([, name = "", value]) => [name, Number(value)]),
    );
    if (
      baseIndex !== undefined &&
      !this.#originals.has(baseIndex) &&
      NAMES.every((name) => noted.has(name))
    ) {
      this.#originals.set(
        baseIndex,
        settingsOf((name) => noted.get(name) ?? 0),
      );
    }
    const [all, byDefault] = [noted.get("rp_all"), noted.get("rp_default")];
    if (all !== undefined && byDefault !== undefined) {
      this.#reversePath ??= { all, default: byDefault, raised: new Map() };
    }
  }

  /** What stands in the alias: see `remember`. */
  note(baseIndex: number): string {
    const original = this.#originals.get(baseIndex);
    const words = original === undefined ? [] : NAMES.map((name) => `${name}=${original[name]}`);
    if (this.#reversePath !== undefined) {
      words.push(`rp_all=${this.#reversePath.all}`, `rp_default=${this.#reversePath.default}`);
    }
    return words.join(" ");
  }

  /** Sets what the virtual MAC `name` needs of the interface below it. */
  prepare(name: string, base: Link): Result<void, string> {
    this.#users.set(name, base.index);
    // What they were before another daemon set them stands in the aliases of its virtual MACs.
    for (const { alias } of this.#others(base.index)) this.remember(alias, base.index);
    this.#clearReversePath(name);
    const present = this.#links.ipv4Settings(base.index);
    if (present === undefined) return failed(`cannot read the settings of ${base.name}`);
    if (!this.#originals.has(base.index)) {
      this.#originals.set(
        base.index,
        settingsOf((setting) => present[setting]),
      );
    }
    if (NAMES.every((setting) => present[setting] === WANTED[setting])) return ok(undefined);
    const set = this.#links.setIpv4Settings(base.index, WANTED);
    return set.ok ? ok(undefined) : failed(`cannot set arp_ignore of ${base.name}: ${set.error.message}`);
  }

  /** The virtual MAC `name` is gone. */
  release(name: string): void {
    this.#users.delete(name);
    const inUse = new Set(this.#users.values());
    for (const [base, original] of [...this.#originals]) {
      // The last daemon that needs them puts them back.
      if (inUse.has(base) || this.#others(base).length > 0) continue;
      this.#originals.delete(base);
      this.#restore(base, original);
    }
    if (this.#users.size === 0 && this.#others().length === 0) this.#restoreReversePath();
  }

  /** Virtual MACs that other running daemons made, on one interface or on any. */
  #others(base?: number): readonly Link[] {
    return this.#everyLink().filter(
      ({ alias, stacked }) =>
        alias.startsWith(OWN_ALIAS) &&
        (base === undefined || stacked?.baseIndex === base) &&
        otherOwner(alias) !== undefined,
    );
  }

  /** Only what is still as we set it: somebody else may have changed it meanwhile. */
  #restore(base: number, original: Original): void {
    const present = this.#links.ipv4Settings(base);
    if (present === undefined) return;
    const ours = NAMES.filter((name) => present[name] === WANTED[name]);
    this.#links.setIpv4Settings(base, Object.fromEntries(ours.map((name) => [name, original[name]])));
  }

  #clearReversePath(exempt: string): void {
    const all = numberOf(readSysctl(ALL));
    if (all === undefined || all === 0) return;
    const byDefault = numberOf(readSysctl(DEFAULT)) ?? 0;
    if (byDefault < all) writeSysctl(DEFAULT, all);
    const raised = new Map<number, number>();
    for (const { index, name } of this.#everyLink()) {
      if (name === exempt || this.#users.has(name)) continue;
      const own = this.#links.ipv4Settings(index)?.rp_filter ?? all;
      if (own >= all) continue;
      raised.set(index, own);
      this.#links.setIpv4Settings(index, { rp_filter: all });
    }
    writeSysctl(ALL, 0);
    this.#reversePath = { all, default: byDefault, raised };
  }

  #restoreReversePath(): void {
    const before = this.#reversePath;
    if (before === undefined) return;
    this.#reversePath = undefined;
    if (numberOf(readSysctl(ALL)) === 0) writeSysctl(ALL, before.all);
    if (numberOf(readSysctl(DEFAULT)) === before.all) writeSysctl(DEFAULT, before.default);
    for (const [index, value] of before.raised) {
      if (this.#links.ipv4Settings(index)?.rp_filter === before.all) {
        this.#links.setIpv4Settings(index, { rp_filter: value });
      }
    }
  }
}

function numberOf(read: Result<string, string>): number | undefined {
  return read.ok && /^\d+$/.test(read.value) ? Number(read.value) : undefined;
}

function settingsOf(value: (name: BaseSetting) => number): Original {
  return {
    arp_ignore: value("arp_ignore"),
    arp_filter: value("arp_filter"),
    arp_announce: value("arp_announce"),
  };
}
