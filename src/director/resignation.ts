import { after, type Duration, type Instant, milliseconds } from "../base/time.ts";
import type { RouterState } from "../vrrp/router-state.ts";
import { resignation } from "../vrrp/transitions.ts";
import { isSilenced, packetsOf } from "./advertisement-sending.ts";
import type { SendPacket } from "./host.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** How long after a change the resignations are prepared anew: many routers change their roles together. */
const PAUSE: Duration = milliseconds(5);

/** The resignations that the host holds ready. */
export interface PreparedResignations {
  /** Whose they are. */
  readonly routers: Set<RouterEntry>;
  /** When they are to be prepared anew; undefined: they are what they should be. */
  dueAt: Instant | undefined;
  /** A router that will have a resignation, or another one than before, has changed in this step. */
  stale: boolean;
}

/** Nothing is held ready, and nothing need be. */
export function initialResignations(): PreparedResignations {
  return { routers: new Set(), dueAt: undefined, stale: false };
}

/** Notes a change of a router by which another packet, or none, would resign for it. */
export function noteResignation(from: RouterState, to: RouterState, state: VrrpDirectorState): void {
  if (from.role.kind !== "master" && to.role.kind !== "master") return;
  const isSame = from.role.kind === to.role.kind && from.config === to.config && from.source === to.source;
  if (!isSame) state.resignations.stale = true;
}

/**
 * At the end of a step: what has changed is prepared a moment later. Until then nothing is held ready, for who is no
 * longer master must not resign.
 */
export function scheduleResignations({ state, now, out }: StepContext): void {
  const { resignations, stopping } = state;
  if (stopping) resignations.dueAt = undefined;
  if (stopping || !resignations.stale) return;
  resignations.stale = false;
  resignations.dueAt = after(now, PAUSE);
  if (resignations.routers.size === 0) return;
  resignations.routers.clear();
  out.push({ kind: "prepare-resignation", packets: [] });
}

/**
 * Has the host hold ready what it sends when the process is told to stop, before this director has even heard of it.
 * Deviation: keepalived resigns when its event loop gets to it. IPv4 without counted authentication only, whose packets
 * are the same whenever they are sent; the others resign in the ordinary way.
 */
export function resignationsAlarm({ state, now, out }: StepContext): void {
  const { resignations } = state;
  if (resignations.dueAt === undefined || now < resignations.dueAt) return;
  resignations.dueAt = undefined;
  const packets: SendPacket[] = [];
  for (const entry of state.routers.values()) {
    if (entry.config.family !== 4 || countsItsPackets(entry) || isSilenced(entry)) continue;
    for (const { advertisement, source } of resignation(entry.state)) {
      resignations.routers.add(entry);
      packets.push(...packetsOf(advertisement, source, { entry, clock: now }).effects);
    }
  }
  if (packets.length > 0) out.push({ kind: "prepare-resignation", packets });
}

function countsItsPackets({ sender }: RouterEntry): boolean {
  return sender.headerKey !== undefined || sender.trailer !== undefined;
}

/** At the stop, when the host has sent what it held ready: counts it if it was this router's too, and says whether it was. */
export function acknowledgeResignation(entry: RouterEntry, { state }: StepContext): boolean {
  if (!state.resignations.routers.has(entry)) return false;
  entry.counters.advertisementsSent++;
  entry.counters.priorityZeroSent++;
  return true;
}
