import { compareIpAddresses } from "../base/ip-address.ts";
import {
  after,
  between,
  type Duration,
  type Instant,
  inSeconds,
  microseconds,
  milliseconds,
  seconds,
} from "../base/time.ts";
import { announce, dueBursts, followingBursts } from "./announcements.ts";
import type { Heard, ReceivedAdvertisement } from "./reception.ts";
import { movingAddresses } from "./router-config.ts";
import type { MasterRole, OwnerConflict, RouterEffect, RouterState } from "./router-state.ts";
import { masterDownInterval } from "./timers.ts";
import { advertise, downInterval, type InRole, type RouterStep, yieldTo } from "./transitions.ts";
import { restorePathsDue } from "./upkeep.ts";

/** At most this often is a foreign advertisement answered out of turn, whatever arrives. */
const LEAST_ANSWER_GAP: Duration = milliseconds(10);
const SOON: Duration = microseconds(1);
/** When a burst that answered a lower priority is repeated for those who lost it. */
const SECOND_TRY: Duration = milliseconds(300);
/** At most this often is the same complaint logged. */
const LEAST_LOG_GAP: Duration = seconds(1);

/** The alarm of a Master: whatever is due of the advertisement, lost addresses and announcements. */
export function masterAlarm(before: InRole<MasterRole>, now: Instant): RouterStep {
  const yielded = yieldAfterSleep(before, now);
  if (yielded !== undefined) return yielded;
  const overslept = wakeLate(before, now);
  const regular = regularAdvertisement(overslept.state, now);
  const restored = restoreDue(regular.state, now);
  const paths = restorePathsDue(restored.state, now);
  const bursts = dueBursts(paths.state.role.announcements, now);
  // What was due and led to nothing is not due again: the state has changed even where there are no effects.
  const { state } = paths;
  const moved = bursts.pending !== state.role.announcements;
  return {
    state: moved ? withRole(state, { announcements: bursts.pending }) : state,
    effects: overslept.effects.concat(regular.effects, restored.effects, paths.effects, bursts.effects),
  };
}

interface MasterStep {
  readonly state: InRole<MasterRole>;
  readonly effects: readonly RouterEffect[];
}

function withRole(state: InRole<MasterRole>, part: Partial<MasterRole>): InRole<MasterRole> {
  return { ...state, role: { ...state.role, ...part } };
}

/**
 * `timer_expired_backup`: Backup after a sleep in which another router took over; undefined while there was none. Before
 * anything else that comes after the sleep: what the other said meanwhile would be answered, and the answer ends the
 * silence by which the sleep is known.
 */
export function yieldAfterSleep(state: InRole<MasterRole>, now: Instant): RouterStep | undefined {
  if (!sleptForAnother(state, now)) return undefined;
  const { advertisementInterval: masterInterval, name } = state.config;
  const late = inSeconds(between(state.role.nextAdvertisementAt, now));
  const message = `(${name}) woke up ${late} s late: another router must be master by now, so we are Backup (timer_expired_backup)`;
  const yielded = yieldTo(state, { reason: "overslept", masterInterval, now });
  return { ...yielded, effects: [{ kind: "log", level: "warning", message }, ...yielded.effects] };
}

/**
 * `timer_expired_backup`: whether a router of the priority it names has had time to take over since our last advertisement.
 * Only under `nopreempt`, as in keepalived: a router that preempts would take the addresses back anyway.
 */
function sleptForAnother({ role, config }: InRole<MasterRole>, now: Instant): boolean {
  const { timerExpiredBackup: priority, version, advertisementInterval: interval } = config;
  if (priority === undefined || config.preempt) return false;
  const patience = masterDownInterval({ version, priority, interval, downTimerAdvertisements: 3 });
  return between(role.lastAdvertisementAt, now) >= patience;
}

/**
 * Deviation: a process that slept longer than the others wait for it (TM-9) announces its addresses again when it
 * wakes, because a backup may have taken them and announced them meanwhile.
 */
function wakeLate(state: InRole<MasterRole>, now: Instant): MasterStep {
  const { role, config } = state;
  const silent = between(role.lastAdvertisementAt, now);
  const patience = downInterval(state, config.advertisementInterval);
  if (silent <= patience) return { state, effects: [] };
  const message = `(${config.name}) woke up late: ${inSeconds(silent)} s since the last advertisement, wanted every ${inSeconds(config.advertisementInterval)} s; announcing the addresses again. If this repeats, give the process more CPU or a realtime priority (vrrp_rt_priority)`;
  const soon = {
    kind: "second-burst" as const,
    at: now,
    addresses: movingAddresses(config),
    repeat: config.gratuitousArp.repeat,
  };
  return {
    state: withRole(state, { announcements: [soon, ...followingBursts(config, now)] }),
    effects: [{ kind: "log", level: "warning", message }],
  };
}

/** Keeps to the beat: a late one does not move the next, unless a whole interval was lost. */
function regularAdvertisement(state: InRole<MasterRole>, now: Instant): MasterStep {
  const { role, config } = state;
  if (now < role.nextAdvertisementAt) {
    return role.answerAt === undefined || now < role.answerAt ? { state, effects: [] } : sendNow(state, now);
  }
  const inStep = after(role.nextAdvertisementAt, config.advertisementInterval);
  const next = inStep > now ? inStep : after(now, config.advertisementInterval);
  const told = role.ownerConflict === undefined ? {} : countConflict(state, role.ownerConflict, now);
  return sendNow(state, now, { ...told, nextAdvertisementAt: next });
}

/** One advertisement, which also serves as the answer that was owed; `part` of the role changes with it. */
function sendNow(state: InRole<MasterRole>, now: Instant, part: Partial<MasterRole> = {}): MasterStep {
  const owing = state.role.answerAt !== undefined;
  const role = owing ? withoutAnswer(state.role) : state.role;
  return {
    state: { ...state, role: { ...role, ...part, lastAdvertisementAt: now } },
    effects: advertise(state, state.priority),
  };
}

function withoutAnswer({ answerAt: _, ...role }: MasterRole): MasterRole {
  return role;
}

function restoreDue(state: InRole<MasterRole>, now: Instant): MasterStep {
  if (state.role.restore === undefined || now < state.role.restore.at) return { state, effects: [] };
  const { restore, ...rest } = state.role;
  const { addresses } = restore;
  const { repeat } = state.config.gratuitousArp;
  // Announced in a step of its own, when it is known whether they could be added this time.
  const burst = { kind: "second-burst" as const, at: after(now, SOON), addresses, repeat };
  const announcements = repeat === 0 ? rest.announcements : [...rest.announcements, burst];
  return {
    state: { ...state, role: { ...rest, announcements, restoredAt: now } },
    effects: [{ kind: "add-addresses", addresses }],
  };
}

/** An advertisement heard as Master (section D of the conformance list, third row). */
export function masterAdvertisement(before: InRole<MasterRole>, { received, now }: Heard): RouterStep {
  if (received.priority === 0) return answer(before, now, { restartTimer: true });
  const order = before.source === undefined ? 1 : compareIpAddresses(received.source, before.source);
  if (received.priority === before.priority && order === 0) return ownEcho(before, received, now);
  const { state, effects } = meetOwner(before, { received, order, now });
  const higher = received.priority > state.priority;
  if (!higher && (received.priority < state.priority || order < 0)) {
    const answered = answerLower(state, received, now);
    return { state: answered.state, effects: [...effects, ...answered.effects] };
  }
  const yielded = yieldTo(state, {
    reason: higher ? "higher-priority" : "equal-priority-higher-address",
    masterInterval: state.config.version === 3 ? received.interval : state.config.advertisementInterval,
    now,
  });
  const master = { address: received.source, priority: received.priority };
  return { state: { ...yielded.state, master }, effects: [...effects, ...yielded.effects] };
}

/**
 * Sends an advertisement at once.
 * Deviation: not more often than every 10 ms (half an interval when that is less); what comes faster is answered by
 * one advertisement at the end of that time, so that a flood of valid packets is not returned in kind.
 */
function answer(
  state: InRole<MasterRole>,
  now: Instant,
  how: { readonly restartTimer: boolean },
): MasterStep {
  const { role, config } = state;
  const timer = how.restartTimer ? { nextAdvertisementAt: after(now, config.advertisementInterval) } : {};
  const allowedAt = after(role.lastAdvertisementAt, answerGap(state));
  if (now < allowedAt)
    return { state: withRole(state, { answerAt: role.answerAt ?? allowedAt }), effects: [] };
  return sendNow(state, now, timer);
}

function answerGap({ config }: RouterState): Duration {
  return microseconds(Math.min(LEAST_ANSWER_GAP, config.advertisementInterval / 2));
}

/**
 * A router of lower priority believes it is master (ST-13, RFC 9568 section 6.4.3): it is told so at once, and our
 * addresses are announced again, for it has just announced them as its own.
 */
function answerLower(state: InRole<MasterRole>, received: ReceivedAdvertisement, now: Instant): MasterStep {
  const logged = logLower(state, received, now);
  const answered = state.config.lowerPriorityNoAdvertisement
    ? { state: logged.state, effects: [] }
    : answer(logged.state, now, { restartTimer: false });
  const announced = announceAfterLower(answered.state, now);
  const told = tellOfLower(announced.state, received, now);
  return {
    state: told.state,
    effects: [...logged.effects, ...answered.effects, ...announced.effects, ...told.effects],
  };
}

/**
 * For `notify_master_rx_lower_pri`.
 * Deviation: not more often than every half interval (every second when that is less), for a script may run each time.
 */
function tellOfLower(state: InRole<MasterRole>, received: ReceivedAdvertisement, now: Instant): MasterStep {
  const last = state.role.lowerPriorityToldAt;
  const gap = Math.min(LEAST_LOG_GAP, state.config.advertisementInterval / 2);
  if (last !== undefined && between(last, now) < gap) return { state, effects: [] };
  const { source, priority } = received;
  return {
    state: withRole(state, { lowerPriorityToldAt: now }),
    effects: [{ kind: "lower-priority-heard", source, priority }],
  };
}

/**
 * `garp_lower_prio_repeat` at once and again after `garp_lower_prio_delay`.
 * Deviation: and once between the two, for on a network that loses three packets in ten the first burst is lost as a
 * whole once in 400 times, and five seconds are long for a client (F18). Not under `vrrp_strict`.
 * What comes too soon after the last burst is owed one: the other router announces its addresses after its first
 * advertisement, so that an answer to that one alone comes too early, and its last word has to be answered too.
 */
function announceAfterLower(state: InRole<MasterRole>, now: Instant): MasterStep {
  const { role, config } = state;
  const { lowerPriorityRepeat: repeat, lowerPriorityDelay: delay } = config.gratuitousArp;
  const last = role.lowerPriorityAnnouncedAt;
  if (repeat === 0) return { state, effects: [] };
  const addresses = movingAddresses(config);
  if (last !== undefined && between(last, now) < answerGap(state)) {
    if (role.announcements.some((burst) => burst.kind === "owed")) return { state, effects: [] };
    const owed = { kind: "owed" as const, at: after(last, answerGap(state)), addresses, repeat };
    return { state: withRole(state, { announcements: [...role.announcements, owed] }), effects: [] };
  }
  const waiting = (by: Duration): boolean =>
    role.announcements.some(
      // One that is overdue, after a pause, is made at once and says nothing to those who are deaf just now.
      ({ kind, at }) => kind === "lower-priority" && at > now && at <= after(now, by),
    );
  const wanted = config.strict || delay <= SECOND_TRY ? [delay] : [SECOND_TRY, delay];
  const later = wanted
    .filter((wait) => wait > 0 && !waiting(wait))
    .map((wait) => ({ kind: "lower-priority" as const, at: after(now, wait), addresses, repeat }));
  return {
    state: withRole(state, {
      lowerPriorityAnnouncedAt: now,
      announcements: [...role.announcements, ...later],
    }),
    effects: announce(addresses, repeat),
  };
}

function logLower(state: InRole<MasterRole>, received: ReceivedAdvertisement, now: Instant): MasterStep {
  const message = `(${state.config.name}) ${received.source} advertises the lower priority ${received.priority}, ours is ${state.priority}${state.config.lowerPriorityNoAdvertisement ? "" : "; advertising at once"}`;
  return logSeldom(state, { level: "info", message, now });
}

/** Our own address as the sender: an address conflict, never a reason to move (RX-21). */
function ownEcho(state: InRole<MasterRole>, received: ReceivedAdvertisement, now: Instant): MasterStep {
  const message = `(${state.config.name}) an advertisement of our own priority ${received.priority} came from our own address ${received.source}: another host uses this address, give each director its own`;
  return logSeldom(state, { level: "warning", message, now });
}

function logSeldom(
  state: InRole<MasterRole>,
  line: { readonly level: "info" | "warning"; readonly message: string; readonly now: Instant },
): MasterStep {
  const last = state.role.lowerPriorityLoggedAt;
  const gap = Math.max(LEAST_LOG_GAP, state.config.advertisementInterval);
  if (last !== undefined && between(last, line.now) < gap) return { state, effects: [] };
  return {
    state: withRole(state, { lowerPriorityLoggedAt: line.now }),
    effects: [{ kind: "log", level: line.level, message: line.message }],
  };
}

interface Meeting {
  readonly received: ReceivedAdvertisement;
  /** Sign of the sender's address against ours. */
  readonly order: number;
  readonly now: Instant;
}

/**
 * Two owners of one address (RX-7), settled as keepalived settles it: the one with the lower address yields at once;
 * the other sends two more advertisements and listens a little longer than the longer interval; if its peer goes on
 * all the same, it drops to 254 and yields, because two masters are worse than the wrong one.
 */
function meetOwner(state: InRole<MasterRole>, meeting: Meeting): MasterStep {
  const { received, order, now } = meeting;
  if (state.priority !== 255 || received.priority !== 255) return { state, effects: [] };
  const complaint = `(${state.config.name}) ${received.source} and we are both configured as address owner (priority 255): lower one of the two`;
  if (order > 0) return { state, effects: [{ kind: "log", level: "error", message: complaint }] };
  const conflict = state.role.ownerConflict;
  if (conflict?.kind === "telling") return { state, effects: [] };
  if (conflict?.kind === "listening" && now <= conflict.until) {
    const message = `(${state.config.name}) ${received.source} goes on as address owner: our priority drops from 255 to 254`;
    return { state: { ...state, priority: 254 }, effects: [{ kind: "log", level: "error", message }] };
  }
  const telling: OwnerConflict = { kind: "telling", advertisementsLeft: 2, peerInterval: received.interval };
  return {
    state: withRole(state, { ownerConflict: telling }),
    effects: [{ kind: "log", level: "error", message: complaint }],
  };
}

/** One of our regular advertisements has gone out while we tell the other owner. */
function countConflict(
  state: RouterState,
  conflict: OwnerConflict,
  now: Instant,
): { readonly ownerConflict: OwnerConflict } {
  if (conflict.kind === "listening") return { ownerConflict: conflict };
  const left = conflict.advertisementsLeft - 1;
  if (left > 0) return { ownerConflict: { ...conflict, advertisementsLeft: left } };
  const longer = Math.max(state.config.advertisementInterval, conflict.peerInterval);
  // A quarter more than one interval of the slower side, so that its next advertisement must have come.
  return { ownerConflict: { kind: "listening", until: after(now, microseconds(longer * 1.25)) } };
}
