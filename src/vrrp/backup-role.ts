import { after, type Duration, type Instant } from "../base/time.ts";
import { farewellDue, nextFarewell, winnerHeard } from "./farewell.ts";
import type { Heard, ReceivedAdvertisement } from "./reception.ts";
import type { BackupRole, Farewell, KnownMaster, RouterEffect, RouterState } from "./router-state.ts";
import { skewTime } from "./timers.ts";
import {
  advertise,
  downInterval,
  enterMaster,
  type InRole,
  isOwner,
  type RouterStep,
  unchanged,
} from "./transitions.ts";

const LOWEST_PRIORITY = 1;

/** The alarm of a Backup: the master is gone when its time is up (RFC 3768 section 6.4.2). */
export function backupAlarm(state: InRole<BackupRole>, now: Instant): RouterStep {
  if (now >= state.role.masterDownAt) return enterMaster(state, now);
  const { farewell } = state.role;
  const due = farewell === undefined ? undefined : farewellDue(farewell);
  if (farewell === undefined || due === undefined || now < due) return unchanged(state);
  return sayFarewell(state, farewell, now);
}

/**
 * With the lowest priority there is, so that it moves nobody; not when the winner has come down to it, for then it would
 * be a claim.
 */
function sayFarewell(state: InRole<BackupRole>, farewell: Farewell, now: Instant): RouterStep {
  const { farewell: _, ...rest } = state.role;
  const next = nextFarewell(farewell, rest.masterInterval, now);
  const role: BackupRole = next === undefined ? rest : { ...rest, farewell: next };
  const isClaim = state.master?.priority === LOWEST_PRIORITY;
  return { state: { ...state, role }, effects: isClaim ? [] : advertise(state, LOWEST_PRIORITY) };
}

/**
 * What is owed to a winner that is not heard, and so shows no beat: while a sync group keeps us from taking its place, it may
 * hear us all the same.
 */
export function sayUnheard(state: InRole<BackupRole>, now: Instant): RouterStep {
  const { farewell } = state.role;
  return farewell === undefined ? unchanged(state) : sayFarewell(state, farewell, now);
}

function stillToSay(
  farewell: Farewell | undefined,
  masterInterval: Duration,
  now: Instant,
): Pick<BackupRole, "farewell"> {
  const left = farewell === undefined ? undefined : winnerHeard(farewell, masterInterval, now);
  return left === undefined ? {} : { farewell: left };
}

/** An advertisement heard as Backup. */
export function backupAdvertisement(before: InRole<BackupRole>, { received, now }: Heard): RouterStep {
  const { state, effects } = reclaimOwnership(before, received);
  if (received.priority === 0) return { state: masterResigned(state, now), effects };
  if (accepted(state, received, now)) return { state: masterHeard(state, received, now), effects };
  // Lower than ours and preemption is on: discarded, and the down timer runs on.
  const master = knownMaster(state, received);
  const { farewell, ...role } = state.role;
  return {
    state: { ...state, role: { ...role, ...stillToSay(farewell, role.masterInterval, now) }, master },
    effects: [...effects, ...lowerHeard(state, received)],
  };
}

/** Priority 0: the master leaves, so only the skew stands between us and its addresses (TM-4). */
function masterResigned(state: InRole<BackupRole>, now: Instant): RouterState {
  const { version } = state.config;
  const skew = skewTime({ version, priority: state.priority, interval: state.role.masterInterval });
  return { ...state, role: { ...state.role, masterDownAt: after(now, skew) } };
}

/** TM-3, with `nopreempt` and a `preempt_delay` that has not passed: a lower master is left in peace. */
function accepted(state: InRole<BackupRole>, received: ReceivedAdvertisement, now: Instant): boolean {
  const { config, role } = state;
  if (received.priority >= state.priority || !config.preempt) return true;
  return config.preemptDelay > 0 && (role.preemptNotBefore === undefined || now < role.preemptNotBefore);
}

/** The down timer starts again, in version 3 with the interval of the master heard (RX-10, TM-6). */
function masterHeard(state: InRole<BackupRole>, received: ReceivedAdvertisement, now: Instant): RouterState {
  const { config } = state;
  const masterInterval = config.version === 3 ? received.interval : config.advertisementInterval;
  const role: BackupRole = {
    kind: "backup",
    ...stillToSay(state.role.farewell, masterInterval, now),
    masterInterval,
    masterDownAt: after(now, downInterval(state, masterInterval)),
    ...preemptNotBefore(state, received, now),
  };
  return { ...state, role, master: knownMaster(state, received) };
}

/** Who was heard; mostly the same as before. */
function knownMaster({ master }: RouterState, { source, priority }: ReceivedAdvertisement): KnownMaster {
  const same = master?.address === source && master.priority === priority;
  return same ? master : { address: source, priority };
}

/** The delay starts with the first advertisement of a lower master, and is forgotten when a better one is heard. */
function preemptNotBefore(
  state: InRole<BackupRole>,
  received: ReceivedAdvertisement,
  now: Instant,
): Pick<BackupRole, "preemptNotBefore"> {
  if (state.config.preemptDelay === 0 || received.priority >= state.priority) return {};
  return { preemptNotBefore: state.role.preemptNotBefore ?? after(now, state.config.preemptDelay) };
}

/** Logged once per master and priority: the same one repeats it every interval until our timer ends. */
function lowerHeard(state: RouterState, received: ReceivedAdvertisement): readonly RouterEffect[] {
  const known = state.master;
  if (known?.address === received.source && known.priority === received.priority) return [];
  return [
    {
      kind: "log",
      level: "info",
      message: `(${state.config.name}) ignoring the advertisement of ${received.source}: its priority is ${received.priority}, ours ${state.priority}`,
    },
  ];
}

/** An owner that had yielded to a second owner takes its priority back once that one is heard no more (as keepalived). */
function reclaimOwnership(
  state: InRole<BackupRole>,
  received: ReceivedAdvertisement,
): { readonly state: InRole<BackupRole>; readonly effects: readonly RouterEffect[] } {
  const yielded = isOwner(state.config) && state.priority < 255;
  const stillThere = received.priority === 255 && state.master?.address === received.source;
  if (!yielded || stillThere) return { state, effects: [] };
  const message = `(${state.config.name}) priority restored from ${state.priority} to 255: ${received.source} advertises ${received.priority}`;
  return { state: { ...state, priority: 255 }, effects: [{ kind: "log", level: "info", message }] };
}
