import { familyOf } from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { FilteredAddress, FilterSettings } from "../../director/host.ts";
import { otherOwner } from "../owner-mark.ts";
import {
  type ClosedAddress,
  closedElements,
  filterTable,
  type GuardedLink,
  guardElements,
  isFilterComment,
  withoutTable,
} from "./filter-table.ts";
import type { NftChange } from "./nft-messages.ts";
import { NftSocket } from "./nft-socket.ts";

const FAMILIES = [4, 6] as const;

/**
 * The packet filter of the VRRP process: which addresses take no packets, and which virtual MACs tell no group
 * memberships. It knows all that should be in its tables, so that one that somebody flushed is made again whole.
 */
export class PacketFilter {
  readonly #options: { readonly namespace?: string };
  readonly #closed = new Map<string, ClosedAddress>();
  readonly #guarded = new Map<string, GuardedLink>();
  #socket: NftSocket | undefined;
  #settings: FilterSettings | undefined;
  /** Another daemon has its rules in our table. */
  #isTaken = false;

  constructor(options: { namespace?: string } = {}) {
    this.#options = options;
  }

  /** Whether `configure` was called. */
  get isConfigured(): boolean {
    return this.#settings !== undefined;
  }

  /** Makes the tables, or makes them anew; removes what an earlier process of ours left and what is no longer wanted. */
  configure(settings: FilterSettings): Result<void, string> {
    const before = this.#isTaken ? undefined : this.#settings;
    this.#settings = settings;
    this.#isTaken = false;
    const wanted = FAMILIES.filter((family) => hasTable(settings, family));
    const changes: NftChange[] = [];
    const socket = this.#open();
    if (socket === undefined) {
      return wanted.length === 0 ? ok(undefined) : failed(`cannot filter packets: ${NO_TABLES}`);
    }
    for (const family of FAMILIES) {
      if (before !== undefined && before.table !== settings.table && hasTable(before, family)) {
        changes.push(...withoutTable(family, before.table));
      }
      const comment = socket.tableComment(family, settings.table);
      const owner = isFilterComment(comment) ? otherOwner(comment) : undefined;
      if (hasTable(settings, family)) {
        if (owner !== undefined) return this.#taken(settings.table, owner);
        changes.push(...this.#whole(family, settings));
      } else if (isFilterComment(comment) && owner === undefined) {
        changes.push(...withoutTable(family, settings.table));
      }
    }
    if (changes.length === 0) return ok(undefined);
    const applied = socket.apply(changes);
    return applied.ok ? ok(undefined) : failed(`cannot filter packets: ${applied.error.message}`);
  }

  /** Nothing of it may be touched, until that daemon has ended. */
  #taken(table: string, owner: number): Result<never, string> {
    this.#isTaken = true;
    return failed(
      `cannot filter packets: the table ${table} is that of another locum that runs here (pid ${owner}); write nftables NAME with another name in global_defs`,
    );
  }

  /** Packets to these addresses are dropped from now on, or taken again. */
  change(
    change: "close" | "open",
    addresses: readonly (FilteredAddress & { readonly interfaceIndex: number })[],
  ): Result<void, string> {
    const changed = addresses.flatMap(({ address, interface: name, interfaceIndex }) => {
      const key = `${address} ${name}`;
      const known = this.#closed.get(key);
      if (change === "open") {
        this.#closed.delete(key);
        return known ?? [];
      }
      const one = { address, family: familyOf(address), interface: name, interfaceIndex };
      if (known?.interfaceIndex === interfaceIndex) return [];
      this.#closed.set(key, one);
      return [one];
    });
    return this.#apply(
      changed.map(({ family }) => family),
      (settings) =>
        FAMILIES.flatMap((family) =>
          closedElements(
            change === "close" ? "newElements" : "deleteElements",
            settings,
            changed.filter((one) => one.family === family),
          ),
        ),
    );
  }

  /** A virtual MAC is there: before it is switched on, so that it never says where it is. */
  guard(name: string, link: GuardedLink): Result<void, string> {
    const known = this.#guarded.get(name);
    if (known?.index === link.index && known.baseIndex === link.baseIndex) return ok(undefined);
    this.#guarded.set(name, link);
    return this.#apply([link.family], (settings) => guardElements("newElements", settings, [link]));
  }

  /** A virtual MAC is gone. */
  release(name: string): Result<void, string> {
    const link = this.#guarded.get(name);
    if (link === undefined) return ok(undefined);
    this.#guarded.delete(name);
    return this.#apply([link.family], (settings) => guardElements("deleteElements", settings, [link]));
  }

  /** Changes elements; when the table is not as it was left, all of it is made again. */
  #apply(
    families: readonly (4 | 6)[],
    elements: (settings: FilterSettings) => readonly NftChange[],
  ): Result<void, string> {
    const settings = this.#settings;
    if (settings === undefined || !families.some((family) => hasTable(settings, family)))
      return ok(undefined);
    if (this.#isTaken) {
      // That it is another's was told; the owner may be gone meanwhile.
      const again = this.configure(settings);
      return this.#isTaken ? ok(undefined) : again;
    }
    const socket = this.#open();
    if (socket === undefined) return failed(`cannot filter packets: ${NO_TABLES}`);
    const small = elements(settings);
    if (small.length === 0 || socket.apply(small).ok) return ok(undefined);
    const whole = FAMILIES.filter((family) => hasTable(settings, family));
    const applied = socket.apply(whole.flatMap((family) => this.#whole(family, settings)));
    return applied.ok ? ok(undefined) : failed(`cannot filter packets: ${applied.error.message}`);
  }

  #whole(family: 4 | 6, settings: FilterSettings): readonly NftChange[] {
    const ofFamily = (one: { readonly family: number }) => one.family === family;
    return [
      ...withoutTable(family, settings.table),
      ...filterTable(family, settings, {
        closed: [...this.#closed.values()].filter(ofFamily),
        guarded: [...this.#guarded.values()].filter(ofFamily),
      }),
    ];
  }

  #open(): NftSocket | undefined {
    try {
      this.#socket ??= new NftSocket(this.#options);
    } catch {
      return undefined; // a kernel without nfnetlink
    }
    return this.#socket;
  }
}

const NO_TABLES =
  "this kernel has no nf_tables (CONFIG_NF_TABLES); remove no_accept, strict mode and use_vmac, or run a kernel that has them";

function hasTable({ closes, guards }: FilterSettings, family: 4 | 6): boolean {
  return closes.includes(family) || guards.includes(family);
}
