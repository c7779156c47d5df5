import type { GlobalDefinitions } from "../conf/model/global-definitions.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { isOwner } from "../vrrp/transitions.ts";
import type { VrrpHostEffect } from "./host.ts";
import {
  inStartingOrder,
  isHeard,
  lowerPriorityNotification,
  type Notification,
  priorityNotification,
  repeatedState,
  type Subject,
  stateNotification,
  type ToldState,
} from "./notification.ts";
import { groupState } from "./sync-groups.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/**
 * Tells of a router's new state. A router that a reload removed is told of as DELETED, unless it was at fault: that was
 * told as FAULT, the old word for it. The first wait for a script is told to nobody, as in keepalived.
 */
export function tellState(
  entry: RouterEntry,
  { state, priority, context }: { state: ToldState; priority: number; context: StepContext },
): void {
  const { config } = context.state;
  if (config === undefined) return;
  const { notify } = entry.instance;
  const removed = state === "STOP" && entry.removed;
  if (removed && entry.told === "FAULT" && notify.deleted === undefined) return;
  if (state === "FAULT" && entry.told === undefined && isPending(entry)) {
    context.state.untold.add(entry);
    return;
  }
  const told = removed ? "DELETED" : state;
  const notification = stateNotification(subjectOf(entry.instance), {
    state: told,
    priority,
    mailed: entry.mailed,
    global: config.global,
  });
  entry.told = told;
  context.state.touched.add(entry);
  if (notification.mail !== undefined) entry.mailed = notification.state;
  tell(notification, context);
}

/**
 * Whether this router is Master as soon as it starts: it owns its addresses, and no sync group has a say. The Backup that
 * it passes through is told to nobody, as in keepalived.
 */
export function beginsAsMaster({ config, group }: RouterEntry): boolean {
  return group === undefined && isOwner(config) && config.initialState === "master";
}

/** Tells that a router as master heard another of lower priority. */
export function tellLowerPriority(entry: RouterEntry, context: StepContext): void {
  const { config } = context.state;
  if (config === undefined) return;
  const told = { priority: entry.priority, global: config.global };
  tell(lowerPriorityNotification(subjectOf(entry.instance), told), context);
}

/** Tells of another effective priority, where the instance, else its group, else the default asks for it. */
export function tellPriority(entry: RouterEntry, context: StepContext): void {
  const asked = entry.instance.notifyPriorityChanges ?? entry.group?.block.notifyPriorityChanges;
  if (!(asked ?? context.state.config?.global.defaults.notifyPriorityChanges)) return;
  const told = { isMaster: entry.state.role.kind === "master", priority: entry.priority };
  tell(priorityNotification(subjectOf(entry.instance), told), context);
}

/** Tells of routers whose first wait for a script ended in a fault: their role is the same, and now it is told. */
export function tellLateFaults(context: StepContext): void {
  if (context.state.untold.size === 0) return;
  const untold = [...context.state.untold];
  context.state.untold.clear();
  for (const entry of untold) {
    if (entry.state.role.kind !== "fault" || entry.told !== undefined) continue;
    tellState(entry, { state: "FAULT", priority: entry.priority, context });
  }
}

/** Tells of groups whose state changed during the step, in the log and to whom it concerns. */
export function tellGroupChanges(context: StepContext): void {
  const { state, out } = context;
  if (state.config === undefined || state.changedGroups.size === 0) return;
  const { global } = state.config;
  const changed = state.index.groups.filter((group) => state.changedGroups.has(group));
  state.changedGroups.clear();
  for (const whole of changed) {
    const { block: group } = whole;
    const now = groupState(whole, state);
    if (now === undefined || state.groupStates.get(group.name) === now) continue;
    if (now === "FAULT" && !state.groupStates.has(group.name) && whole.members.some(isPending)) {
      state.changedGroups.add(whole);
      continue;
    }
    state.groupStates.set(group.name, now);
    out.push({
      kind: "log",
      level: "info",
      message: `VRRP_Group(${group.name}) Syncing instances to ${now} state`,
    });
    const told = { state: now, priority: 0, mailed: state.mailedGroupStates.get(group.name), global };
    const notification = stateNotification({ kind: "group", ...group }, told);
    if (notification.mail !== undefined) state.mailedGroupStates.set(group.name, now);
    tell(notification, context);
  }
}

/**
 * `fifo_write_vrrp_states_on_reload`: the pipes hear every state that the reload did not change.
 *
 * Deviation: 2.2.7 leaves out the instances that are MASTER; a reader that asks for all states gets all of them.
 */
export function repeatStates(context: StepContext): void {
  const { state, out } = context;
  if (state.config?.global.scripts.writeStatesOnReload !== true) return;
  const told = new Set(
    out.flatMap((effect) => (effect.kind === "notification" ? [effect.notification.about] : [])),
  );
  for (const group of state.config.syncGroups) {
    const now = state.groupStates.get(group.name);
    if (now === undefined || told.has(`group ${group.name}`)) continue;
    tell(repeatedState({ kind: "group", ...group }, { state: now, priority: 0 }), context);
  }
  for (const entry of state.routers.values()) {
    if (entry.told === undefined || told.has(`instance ${entry.instance.name}`)) continue;
    tell(repeatedState(subjectOf(entry.instance), { state: entry.told, priority: entry.priority }), context);
  }
}

/** The effects of a start or a reload, with what they tell at their end and in keepalived's order. */
export function toldInStartingOrder(effects: readonly VrrpHostEffect[]): readonly VrrpHostEffect[] {
  const notifications: Notification[] = [];
  const others: VrrpHostEffect[] = [];
  for (const effect of effects) {
    if (effect.kind === "notification") notifications.push(effect.notification);
    else others.push(effect);
  }
  const told = inStartingOrder(notifications);
  return [...others, ...told.map((notification): VrrpHostEffect => ({ kind: "notification", notification }))];
}

function tell(notification: Notification, { state, out }: StepContext): void {
  const global: GlobalDefinitions | undefined = state.config?.global;
  if (global !== undefined && isHeard(notification, global)) out.push({ kind: "notification", notification });
}

function subjectOf(instance: VrrpInstance): Subject {
  const { name, notify, smtpAlert } = instance;
  return { kind: "instance", name, notify, smtpAlert };
}

/** Whether a router is held back by nothing but trackers not yet heard of, its own or those of its companions. */
function isPending(entry: RouterEntry): boolean {
  if (entry.state.role.kind !== "fault") return false;
  const waits = ({ faults }: RouterEntry) =>
    [...faults.values()].every(({ kind }) => kind === "script-pending" || kind === "sync-group");
  const knows = ({ faults }: RouterEntry) =>
    [...faults.values()].some(({ kind }) => kind === "script-pending");
  const all = entry.group?.members ?? [entry];
  return all.every(waits) && all.some(knows);
}
