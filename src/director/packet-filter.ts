import { type AddressFamily, familyOf } from "../base/ip-address.ts";
import type { Config } from "../conf/model/config.ts";
import type { VirtualAddress, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { FilterSettings } from "./host.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** keepalived's name for its table when the file gives none. */
export const DEFAULT_TABLE = "keepalived";

const FAMILIES = [4, 6] as const;

/**
 * Whether packets to the addresses of a master are dropped: `no_accept`, and strict mode unless the file says `accept`.
 * The owner of an address always takes what is sent to it (RFC 3768 section 6.4.3).
 */
function closes({ accept, priority }: VrrpInstance): boolean {
  return !accept && priority !== 255;
}

/** Asks for the filter that a configuration needs, when it is another than before. */
export function configureFilter({ state, out }: StepContext): void {
  const { config } = state;
  if (config === undefined) return;
  const settings = settingsOf(config, state);
  const text = JSON.stringify(settings);
  const idle = settings.closes.length === 0 && settings.guards.length === 0;
  if (state.filter === text || (state.filter === undefined && idle)) return;
  state.filter = idle ? undefined : text;
  out.push({ kind: "configure-filter", settings });
}

/** `disable_local_igmp`, when it is another than before. */
export function configureLocalIgmp({ state, out }: StepContext): void {
  const silent = !state.stopping && state.config?.global.vrrp.disableLocalIgmp === true;
  if (silent === state.localIgmpSilent) return;
  state.localIgmpSilent = silent;
  out.push({ kind: "set-local-igmp", silent });
}

/** At the end nothing of it stays. */
export function removeFilter(context: StepContext): void {
  const { state, out } = context;
  if (state.filter !== undefined && state.config !== undefined) {
    state.filter = undefined;
    const settings = { ...settingsOf(state.config, state), closes: [], guards: [] };
    out.push({ kind: "configure-filter", settings });
  }
  configureLocalIgmp(context);
}

/** A master that does not take packets to its addresses closes them before they are there, and opens them after. */
export function filterAddresses(
  change: "close" | "open",
  addresses: readonly VirtualAddress[],
  { entry, step }: { readonly entry: RouterEntry; readonly step: StepContext },
): void {
  if (!closes(entry.instance) || addresses.length === 0) return;
  push(change, addresses, { entry, step });
}

/** A reload that changes the mode of a master: done before its addresses change, and after. */
export function filterAtReload(
  entry: RouterEntry,
  how: { readonly before: VrrpInstance; readonly when: "before" | "after"; readonly step: StepContext },
): void {
  const { before, when, step } = how;
  const now = closes(entry.instance);
  if (entry.state.role.kind !== "master" || closes(before) === now) return;
  // Until the router has taken it, its state has the configuration of before.
  const addresses = movingAddresses(entry.state.config);
  if (when === "before" && !now) push("open", addresses, { entry, step });
  if (when === "after" && now) push("close", addresses, { entry, step });
}

function push(
  change: "close" | "open",
  addresses: readonly VirtualAddress[],
  { entry, step }: { readonly entry: RouterEntry; readonly step: StepContext },
): void {
  const filtered = addresses.map(({ address, device = entry.config.interface }) => ({
    address,
    interface: device,
  }));
  step.out.push({ kind: "filter-addresses", change, addresses: filtered });
}

function settingsOf(config: Config, state: VrrpDirectorState): FilterSettings {
  const { filter, vrrp } = config.global;
  const entries = [...state.routers.values()];
  const closed = new Set(
    entries
      .filter(({ instance }) => closes(instance))
      .flatMap((entry) => movingAddresses(entry.config).map(({ address }) => familyOf(address))),
  );
  const guarded = new Set(
    entries.flatMap(({ placement }) =>
      placement.made.flatMap(({ kind, family }) => (kind === "vmac" ? [family] : [])),
    ),
  );
  if (vrrp.disableLocalIgmp) guarded.delete(4);
  const ordered = (families: ReadonlySet<AddressFamily>) => FAMILIES.filter((family) => families.has(family));
  return {
    table: filter.table ?? DEFAULT_TABLE,
    priority: filter.priority,
    byInterfaceIndex: filter.byInterfaceIndex,
    counters: filter.counters,
    closes: ordered(closed),
    guards: ordered(guarded),
  };
}
