import { between, inMilliseconds } from "../base/time.ts";
import { LAST_SEQUENCE_NUMBER } from "../vrrp/authentication-header.ts";
import { isExamined, usable } from "./link-table.ts";
import { awaitsOwnInterface } from "./own-interfaces.ts";
import { deliver } from "./router-delivery.ts";
import {
  assess,
  currentFaults,
  priorityOf,
  setOwnAddresses,
  sourceOf,
  tellPriorityChange,
} from "./router-upkeep.ts";
import {
  type RouterEntry,
  routerKey,
  type StepContext,
  type VrrpDirectorState,
} from "./vrrp-director-state.ts";
import type { RouterRecord, VrrpRecord } from "./vrrp-record.ts";

/**
 * Starts those of these routers that have not started; one whose own interface is only just being made waits for it, and
 * one whose only address to send from is still examined waits for the kernel's verdict.
 */
export function startWaiting(entries: Iterable<RouterEntry>, context: StepContext): void {
  const { state } = context;
  if (state.stopping) return;
  const fresh = [...entries].filter(
    (entry) =>
      entry.state.role.kind === "initialize" &&
      !awaitsOwnInterface(entry, state) &&
      !awaitsExamination(entry, state),
  );
  for (const entry of fresh) assess(entry, state);
  for (const entry of fresh) startUp(entry, context);
  if (state.legacy !== undefined) for (const entry of fresh) keepInStep(entry, context);
}

/**
 * A master that was silent for too long begins as Backup, and takes its sync group along as any that yields; those that
 * were started after it did not hear of it.
 */
function keepInStep(entry: RouterEntry, context: StepContext): void {
  const behind = entry.group?.members.some(({ state: { role } }) => role.kind === "backup") === true;
  if (behind && entry.state.role.kind === "master")
    deliver(entry, { kind: "follow-group", to: "backup" }, context);
}

/**
 * Nothing can be sent from an address for the second or two in which the kernel looks for another host that has it.
 * Deviation: keepalived begins, and is master unheard beside another; with `unicast_src_ip` it is at fault for good.
 */
function awaitsExamination(entry: RouterEntry, state: VrrpDirectorState): boolean {
  const { config, instance } = entry;
  const { interface: name, family } = config;
  if (family !== 6 || !usable(state.links.named(name)) || sourceOf(entry, state) !== undefined) return false;
  return instance.sourceAddress === undefined
    ? state.links.examinesSource(name, state.index.virtualOn(name))
    : isExamined(state.links.find(name, instance.sourceAddress));
}

/** Lets a router begin, or go on where a process that crashed left it. */
function startUp(entry: RouterEntry, context: StepContext): void {
  const { state } = context;
  const { legacy } = state;
  const faults = currentFaults(entry);
  entry.faults.clear();
  for (const fault of faults) entry.faults.set(JSON.stringify(fault), fault);
  entry.priority = priorityOf(entry, state);
  const source = sourceOf(entry, state);
  setOwnAddresses(entry, { source, state });
  const begin = { source, priority: entry.priority, faults };
  const known = legacy?.record.routers.find(({ key }) => key === routerKey(entry.instance));
  if (legacy === undefined || known === undefined) {
    if (entry.priority !== entry.instance.priority)
      tellPriorityChange(entry, entry.instance.priority, context);
    deliver(entry, { kind: "startup", ...begin }, context);
    return;
  }
  const { role, master } = known;
  entry.changedAt = known.changedAt ?? entry.changedAt;
  entry.told = known.told;
  entry.mailed = known.mailed;
  restoreCounters(entry, known);
  countOn(entry, known);
  deliver(entry, { kind: "resume", role, master, diedAt: legacy.diedAt, ...begin }, context);
  if (entry.state.role.kind === "master") {
    const gap = inMilliseconds(between(legacy.diedAt, context.now));
    context.out.push({
      kind: "log",
      level: "info",
      message: `(${entry.instance.name}) goes on as MASTER, ${Math.round(gap)} ms after its process ended`,
    });
  }
}

/** Takes over what does not belong to one router alone. */
export function inherit(record: VrrpRecord, state: VrrpDirectorState): void {
  state.scripts.restore(record.scripts);
  state.standings.restore(record.trackers);
  for (const { name, state: told } of record.groups) state.groupStates.set(name, told);
  for (const { name, state: mailed } of record.mailedGroups) state.mailedGroupStates.set(name, mailed);
}

/** In a step that a process dies in the middle of, it may have sent so many packets whose numbers its record does not know. */
const NUMBERS_OF_A_STEP = 16;

/** What it signs next must be newer than all its neighbours have taken, or they refuse it and take its place. */
function countOn(entry: RouterEntry, { sequence }: RouterRecord): void {
  if (entry.sender.headerKey === undefined) {
    entry.exchange = { ...entry.exchange, trailerSequence: BigInt(sequence) };
    return;
  }
  const headerSequence = Math.min(Number(sequence) + NUMBERS_OF_A_STEP, LAST_SEQUENCE_NUMBER);
  entry.exchange = { ...entry.exchange, headerSequence };
}

function restoreCounters({ counters }: RouterEntry, { counters: before }: RouterRecord): void {
  const { rejected, ...numbers } = before;
  Object.assign(counters, numbers);
  for (const [counter, count] of rejected) counters.rejected.set(counter, count);
}
