import type { Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { BfdStatus } from "./bfd-status.ts";
import { type BfdReload, planBfd } from "./reload-bfd.ts";
import { blockDifferences } from "./reload-blocks.ts";
import { type CheckerSituation, type HealthReload, planHealthReload } from "./reload-health.ts";
import { globalDifferences, type SettingChange } from "./reload-settings.ts";
import { planVrrp, type VrrpReload } from "./reload-vrrp.ts";
import type { VrrpStatus } from "./vrrp-status.ts";

/**
 * What a reload would do, in its order: the checkers' process is told first, then the VRRP process, then the BFD process. It holds no
 * password.
 */
export interface ReloadPlan {
  /** `global_defs` that differ. */
  readonly global: readonly SettingChange[];
  /** Other blocks that differ: sync groups, trackers, static routes and the like. */
  readonly blocks: readonly SettingChange[];
  /** Absent when that process neither runs nor would start. */
  readonly checkers?: HealthReload;
  readonly vrrp?: VrrpReload;
  readonly bfd?: BfdReload;
  /** unchanged: nothing at all. address-lost: an address held now would be gone, for a moment or for longer. */
  readonly outcome: "unchanged" | "changed" | "address-lost";
}

/** How the processes of a daemon stand; absent for one that may not run (`-P`, `-C`). */
export interface ReloadSituation {
  readonly vrrp?: { readonly kind: "running" | "idle"; readonly status: VrrpStatus };
  readonly checkers?: CheckerSituation;
  readonly bfd?: BfdStatus;
  readonly now: Instant;
}

/** Foretells what a reload from one configuration to another does to a daemon in this situation. */
export function planReload(
  running: Config,
  options: { readonly next: Config; readonly situation: ReloadSituation },
): ReloadPlan {
  const { next, situation } = options;
  const checkers = planCheckers(running, { next, situation });
  const vrrp = planVrrpProcess(running, { next, situation });
  const bfd = planBfdProcess(running, { next, situation });
  const global = globalDifferences(running.global, next.global);
  const blocks = blockDifferences(running, next);
  const lost = vrrp?.addresses.some(
    ({ fate }) => fate === "removed" || fate === "interrupted" || fate === "dropped",
  );
  const changed =
    global.length + blocks.length > 0 ||
    (bfd !== undefined && bfd.sessions.length > 0) ||
    (checkers !== undefined && checkers.virtualServers.length > 0) ||
    (vrrp !== undefined &&
      vrrp.instances.length + vrrp.addresses.length + vrrp.scripts.length + vrrp.operations.length > 0);
  return {
    global,
    blocks,
    ...(checkers === undefined ? {} : { checkers }),
    ...(vrrp === undefined ? {} : { vrrp }),
    ...(bfd === undefined ? {} : { bfd }),
    outcome: lost === true ? "address-lost" : changed ? "changed" : "unchanged",
  };
}

function planCheckers(
  running: Config,
  { next, situation }: { readonly next: Config; readonly situation: ReloadSituation },
): HealthReload | undefined {
  const { checkers, now } = situation;
  if (checkers === undefined) return undefined;
  if (checkers.kind === "idle" && next.virtualServers.length === 0) return undefined;
  return planHealthReload(running, { next, situation: checkers, now });
}

function planBfdProcess(
  running: Config,
  { next, situation: { bfd } }: { readonly next: Config; readonly situation: ReloadSituation },
): BfdReload | undefined {
  if (bfd === undefined || running.bfdInstances.length + next.bfdInstances.length === 0) return undefined;
  return planBfd(running, { next, status: bfd });
}

function planVrrpProcess(
  running: Config,
  { next, situation }: { readonly next: Config; readonly situation: ReloadSituation },
): VrrpReload | undefined {
  const { vrrp } = situation;
  if (vrrp === undefined) return undefined;
  const idle = vrrp.kind === "idle";
  if (idle && next.vrrpInstances.length === 0) return undefined;
  return planVrrp(running, { next, status: vrrp.status, idle });
}
