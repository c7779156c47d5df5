import { unreachable } from "../base/assert.ts";
import type { IpAddress } from "../base/ip-address.ts";
import type { Machine, Step } from "../base/machine.ts";
import { after, earliest, type Instant, instant } from "../base/time.ts";
import { backupAdvertisement, backupAlarm, sayUnheard } from "./backup-role.ts";
import { farewellDue } from "./farewell.ts";
import { masterAdvertisement, masterAlarm, yieldAfterSleep } from "./master-role.ts";
import type { ReceivedAdvertisement } from "./reception.ts";
import { resume } from "./resume.ts";
import type { RouterConfig } from "./router-config.ts";
import type { FaultReason, MasterRole, RouterEffect, RouterEvent, RouterState } from "./router-state.ts";
import {
  begin,
  downInterval,
  enterFault,
  enterInitialize,
  enterMaster,
  inRole,
  leaveFault,
  type RouterStep,
  unchanged,
  usablePriority,
  yieldTo,
} from "./transitions.ts";
import { checkPaths, effectFailed, reconfigure, restoreLost, restorePath } from "./upkeep.ts";

const NO_SOURCE: FaultReason = { kind: "no-source-address" };

/** A router before its `startup` event. */
export function initialRouterState(config: RouterConfig): RouterState {
  return {
    config,
    role: { kind: "initialize", faults: [] },
    source: undefined,
    priority: config.priority,
    master: undefined,
    knownFailures: [],
  };
}

/**
 * The VRRP state machine of one virtual router (RFC 3768 section 6.4, RFC 9568 section 6.4) with keepalived's
 * additions. The driver must deliver every packet received before it delivers an `alarm`: a backup whose process was
 * held up has the master's advertisements waiting for it, and its deadline behind it.
 */
export const virtualRouter: Machine<RouterState, RouterEvent, RouterEffect> = { step, deadline };

function step(state: RouterState, event: RouterEvent, now: Instant): Step<RouterState, RouterEffect> {
  switch (event.kind) {
    case "startup":
      return startup(state, event, now);
    case "shutdown":
      return enterInitialize(state, event);
    case "resume":
      return resumeWithSource(state, event, now);
    case "advertisement":
      return advertisement(state, event.received, now);
    case "alarm":
      return alarm(state, now);
    case "priority-changed":
      return changePriority(state, event.priority);
    case "fault-raised":
      return raiseFault(state, event.reason);
    case "fault-cleared":
      return clearFault(state, event.reason, now);
    case "source-address-changed":
      return changeSource(state, event.source, now);
    case "await-group":
      return awaitGroup(state, now);
    case "follow-group":
      return followGroup(state, event.to, now);
    case "reconfigure":
      return reconfigure(state, { ...event, now });
    case "addresses-lost":
      return restoreLost(state, { ...event, now });
    case "path-lost":
      return restorePath(state, { ...event, now });
    case "paths-uncertain":
      return checkPaths(state, { ...event, now });
    case "effect-failed":
      return effectFailed(state, { ...event, now });
    default:
      return unreachable(event);
  }
}

function deadline(state: RouterState): Instant | undefined {
  const { role } = state;
  switch (role.kind) {
    case "initialize":
    case "fault":
      return undefined;
    case "backup":
      return role.farewell === undefined
        ? role.masterDownAt
        : earliest([role.masterDownAt, farewellDue(role.farewell)]);
    case "master":
      return masterDeadline(role);
    default:
      return unreachable(role);
  }
}

/** Asked after every step: mostly there is the next advertisement and nothing else. */
function masterDeadline({
  nextAdvertisementAt,
  answerAt,
  restore,
  restorePaths,
  announcements,
}: MasterRole): Instant {
  let first = nextAdvertisementAt;
  if (answerAt !== undefined && answerAt < first) first = answerAt;
  if (restore !== undefined && restore.at < first) first = restore.at;
  if (restorePaths !== undefined && restorePaths.at < first) first = restorePaths.at;
  for (const { at } of announcements) if (at < first) first = at;
  return first;
}

/** Starts; under `vrrp_startup_delay` it is deaf first. A second startup changes nothing. */
function startup(
  before: RouterState,
  event: Extract<RouterEvent, { kind: "startup" }>,
  now: Instant,
): RouterStep {
  const { role, config } = before;
  if (role.kind !== "initialize") return unchanged(before);
  const missing = event.source === undefined ? [NO_SOURCE] : [];
  const faults = [...role.faults, ...event.faults, ...missing].reduce(withReason, []);
  const state = { ...before, source: event.source, priority: usablePriority(config, event.priority) };
  const deafness = config.startupDelay === 0 ? {} : { deafUntil: after(now, config.startupDelay) };
  return begin({ ...state, role: { kind: "initialize", faults, ...deafness } }, now);
}

function resumeWithSource(
  state: RouterState,
  event: Extract<RouterEvent, { kind: "resume" }>,
  now: Instant,
): RouterStep {
  const faults = event.source === undefined ? withReason(event.faults, NO_SOURCE) : event.faults;
  return resume(state, { ...event, faults, now });
}

function advertisement(state: RouterState, received: ReceivedAdvertisement, now: Instant): RouterStep {
  const { role } = state;
  switch (role.kind) {
    case "initialize":
    case "fault":
      return unchanged(state);
    case "backup":
      if (role.deafUntil !== undefined && now < role.deafUntil) return unchanged(state);
      return backupAdvertisement(inRole(state, role), { received, now });
    case "master": {
      const slept = yieldAfterSleep(inRole(state, role), now);
      if (slept === undefined) return masterAdvertisement(inRole(state, role), { received, now });
      const heard = advertisement(slept.state, received, now);
      return { state: heard.state, effects: [...slept.effects, ...heard.effects] };
    }
    default:
      return unreachable(role);
  }
}

function alarm(state: RouterState, now: Instant): RouterStep {
  const { role } = state;
  switch (role.kind) {
    case "initialize":
    case "fault":
      return unchanged(state);
    case "backup":
      return backupAlarm(inRole(state, role), now);
    case "master":
      return masterAlarm(inRole(state, role), now);
    default:
      return unreachable(role);
  }
}

/**
 * A master advertises it with its next advertisement. A backup's wait grows or shrinks by the difference in skew, as in
 * keepalived, so that of several backups the best one is still the first. The director logs the change.
 */
function changePriority(before: RouterState, wanted: number): RouterStep {
  const { config, role } = before;
  const priority = usablePriority(config, wanted);
  if (priority === before.priority || config.priority === 255) return unchanged(before);
  const state: RouterState = { ...before, priority };
  if (role.kind !== "backup") return unchanged(state);
  const shift = downInterval(state, role.masterInterval) - downInterval(before, role.masterInterval);
  return unchanged({ ...state, role: { ...role, masterDownAt: instant(role.masterDownAt + shift) } });
}

/** keepalived's rule: the members of a sync group become Master when all of them would, or a half-cut group would thrash. */
function awaitGroup(state: RouterState, now: Instant): RouterStep {
  const { role } = state;
  if (role.kind !== "backup" || now < role.masterDownAt) return unchanged(state);
  const masterDownAt = after(now, downInterval(state, role.masterInterval));
  return sayUnheard({ ...state, role: { ...role, awaitsGroup: true, masterDownAt } }, now);
}

/** The members of a sync group are Master and Backup together (keepalived's rule; no RFC knows such groups). */
function followGroup(state: RouterState, to: "master" | "backup", now: Instant): RouterStep {
  const { role, config } = state;
  if (to === "master")
    return role.kind === "backup" ? enterMaster(state, now, "sync-group") : unchanged(state);
  if (role.kind !== "master") return unchanged(state);
  const masterInterval = config.advertisementInterval;
  return yieldTo({ ...state, role }, { reason: "sync-group", masterInterval, now });
}

function raiseFault(state: RouterState, reason: FaultReason): RouterStep {
  const { role } = state;
  switch (role.kind) {
    case "initialize":
      return unchanged({ ...state, role: { ...role, faults: withReason(role.faults, reason) } });
    case "fault": {
      const { starting, ...rest } = role;
      const still = starting === true && reason.kind === "script-pending" ? { starting } : {};
      return unchanged({ ...state, role: { ...rest, ...still, reasons: withReason(role.reasons, reason) } });
    }
    case "backup":
    case "master":
      return enterFault(state, [reason]);
    default:
      return unreachable(role);
  }
}

function clearFault(state: RouterState, reason: FaultReason, now: Instant): RouterStep {
  const { role } = state;
  if (role.kind === "initialize") {
    return unchanged({ ...state, role: { ...role, faults: withoutReason(role.faults, reason) } });
  }
  if (role.kind !== "fault") return unchanged(state);
  const reasons = withoutReason(role.reasons, reason);
  if (reasons.length > 0) return unchanged({ ...state, role: { ...role, reasons } });
  return leaveFault({ ...state, role }, now);
}

/** Follows the interface's address; without one there is nothing to send from, which is a fault. */
function changeSource(before: RouterState, source: IpAddress | undefined, now: Instant): RouterStep {
  if (source === undefined) {
    const raised = raiseFault(before, NO_SOURCE);
    return { ...raised, state: { ...raised.state, source: undefined } };
  }
  return clearFault({ ...before, source }, NO_SOURCE, now);
}

function withReason(reasons: readonly FaultReason[], reason: FaultReason): readonly FaultReason[] {
  return [...withoutReason(reasons, reason), reason];
}

function withoutReason(reasons: readonly FaultReason[], reason: FaultReason): readonly FaultReason[] {
  return reasons.filter((known) => reasonKey(known) !== reasonKey(reason));
}

function reasonKey(reason: FaultReason): string {
  if ("interface" in reason) return `${reason.kind} ${reason.interface}`;
  return "name" in reason ? `${reason.kind} ${reason.name}` : reason.kind;
}
