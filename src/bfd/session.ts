import { unreachable } from "../base/assert.ts";
import type { Machine, Step } from "../base/machine.ts";
import { drawRandom } from "../base/random.ts";
import {
  after,
  between,
  type Duration,
  earliest,
  type Instant,
  microseconds,
  seconds,
} from "../base/time.ts";
import { type ControlPacket, type Diagnostic, diagnostics, type EndState } from "./control-packet.ts";
import { type BfdSession, type SessionConfig, UNKNOWN_REMOTE } from "./session-state.ts";
import { detectionTime, periodicInterval, wantedParameters } from "./session-timing.ts";

/** What happens to a session. Packets have passed the receiver's checks. */
export type SessionEvent =
  | { readonly kind: "start" }
  | { readonly kind: "alarm" }
  | { readonly kind: "packet"; readonly packet: ControlPacket }
  | { readonly kind: "reconfigure"; readonly config: SessionConfig }
  /** Tell the neighbour that the end is ours, not the path's. */
  | { readonly kind: "shutdown" };

/** What a session asks for. */
export type SessionEffect =
  | { readonly kind: "send"; readonly packet: ControlPacket }
  | { readonly kind: "entered"; readonly from: EndState; readonly state: EndState }
  /** Who follows the session takes the path for up or down from now on. */
  | { readonly kind: "followers"; readonly up: boolean }
  | { readonly kind: "expired"; readonly silence: Duration; readonly overdue: Duration }
  | { readonly kind: "detection-time"; readonly now: Duration; readonly before: Duration }
  | { readonly kind: "polling" }
  | { readonly kind: "pace"; readonly slower: boolean; readonly transmit: Duration }
  /** The farewell is said: nothing more will come of this session. */
  | { readonly kind: "gone" };

/** The farewell: packets that follow the first, and the bounds of the time between two of them. */
const FAREWELLS = 2;
const FAREWELL_GAP = { least: 10_000, most: 300_000 };

/** A congested path is given twice the time, at most this often; up for that long, half of it is taken back. */
const SLOWEST = 7;
const STEADY = seconds(60);

interface Turn {
  session: BfdSession;
  readonly now: Instant;
  readonly out: SessionEffect[];
}

/** One session in asynchronous mode, without echo, demand and authentication, as keepalived's `bfd_instance`. */
export const bfdSession: Machine<BfdSession, SessionEvent, SessionEffect> = {
  step(session, event, now): Step<BfdSession, SessionEffect> {
    const turn: Turn = { session, now, out: [] };
    take(event, turn);
    return { state: turn.session, effects: turn.out };
  },
  deadline({ nextTransmitAt, silentAt, steadyAt }) {
    return earliest([nextTransmitAt, silentAt, steadyAt]);
  },
};

function take(event: SessionEvent, turn: Turn): void {
  switch (event.kind) {
    case "start":
      // RFC 5881 section 3 has both ends active; `passive` is keepalived's and RFC 5880's.
      if (!turn.session.config.passive) send(turn);
      reschedule(turn);
      return;
    case "alarm":
      alarm(turn);
      return;
    case "packet":
      hear(event.packet, turn);
      return;
    case "reconfigure":
      reconfigure(event.config, turn);
      return;
    case "shutdown":
      bidFarewell(turn);
      return;
    default:
      unreachable(event);
  }
}

function change(turn: Turn, fields: Partial<BfdSession>): void {
  turn.session = { ...turn.session, ...fields };
}

function alarm(turn: Turn): void {
  const due = (at: Instant | undefined) => at !== undefined && at <= turn.now;
  if (due(turn.session.silentAt)) fallSilent(turn);
  if (due(turn.session.steadyAt)) quicken(turn);
  if (!due(turn.session.nextTransmitAt)) return;
  if (turn.session.state === "admin-down") sayFarewell(turn);
  else {
    send(turn);
    reschedule(turn);
  }
}

/** The detection time is over: nothing more is known of the neighbour (RFC 5880 sections 6.8.1 and 6.8.4). */
function fallSilent(turn: Turn): void {
  const { session, now } = turn;
  const { state, silentAt, heardAt, remote } = session;
  change(turn, {
    silentAt: undefined,
    poll: "none",
    remote: { ...UNKNOWN_REMOTE, diagnostic: remote.diagnostic, state: remote.state },
  });
  if (state === "up" || state === "init") {
    const [silence, overdue] = [between(heardAt ?? now, now), between(silentAt ?? now, now)];
    if (state === "up") turn.out.push({ kind: "expired", silence, overdue });
    enter(turn, { state: "down", diagnostic: diagnostics.detectionTimeExpired });
    if (!turn.session.config.passive) send(turn);
  }
  change(turn, { remote: { ...turn.session.remote, state: "down" } });
  reschedule(turn);
}

function hear(packet: ControlPacket, turn: Turn): void {
  const before = turn.session;
  if (before.state === "admin-down") return;
  change(turn, {
    heardAt: turn.now,
    remote: {
      state: packet.state,
      diagnostic: packet.diagnostic,
      discriminator: packet.myDiscriminator,
      desiredMinTransmit: packet.desiredMinTransmit,
      requiredMinReceive: packet.requiredMinReceive,
      detectMultiplier: packet.detectMultiplier,
      demand: packet.demand,
    },
  });
  if (packet.final) endPoll(turn);
  const state = nextState(before.state, packet.state);
  if (state !== before.state) {
    const diagnostic = state === "down" ? diagnostics.neighbourSignalledDown : diagnostics.none;
    enter(turn, { state, diagnostic });
  }
  const detection = detectionTime(turn.session);
  change(turn, { silentAt: after(turn.now, detection) });
  if (detection !== detectionTime(before)) {
    turn.out.push({ kind: "detection-time", now: detection, before: detectionTime(before) });
  }
  // A change is told at once, and a question is answered outside of the timer (RFC 5880 sections 6.5 and 6.8.7).
  if (packet.poll) send(turn, { final: true });
  else if (state !== before.state) send(turn);
  adaptSchedule(before, turn);
}

/** The state machine of RFC 5880 section 6.2. */
function nextState(local: EndState, received: EndState): EndState {
  if (received === "admin-down") return "down";
  if (local === "down") return received === "down" ? "init" : received === "init" ? "up" : "down";
  if (local === "init") return received === "down" ? "init" : "up";
  return received === "down" ? "down" : local;
}

function enter(
  turn: Turn,
  { state, diagnostic }: { readonly state: EndState; readonly diagnostic: Diagnostic },
): void {
  const { state: from } = turn.session;
  adopt(turn, { state, diagnostic });
  turn.out.push({ kind: "entered", from, state });
  if (state === "up") {
    const { slowness } = turn.session;
    change(turn, { steadyAt: slowness === 0 ? undefined : after(turn.now, STEADY) });
    turn.out.push({ kind: "followers", up: true });
  } else if (from === "up") leave(turn, diagnostic);
}

function leave(turn: Turn, diagnostic: Diagnostic): void {
  const { config, remote, slowness } = turn.session;
  change(turn, { steadyAt: undefined });
  // As keepalived, and RFC 5882 section 3.2: whoever is switched off on purpose says nothing about the path.
  if (remote.state !== "admin-down") turn.out.push({ kind: "followers", up: false });
  // RFC 5880 section 7: over several hops, loss must slow us down. On one hop it is taken for a failure, as everywhere.
  if (config.multihop && diagnostic === diagnostics.detectionTimeExpired && slowness < SLOWEST) {
    change(turn, { slowness: slowness + 1 });
    const { transmit } = wantedParameters({ ...turn.session, state: "up" });
    turn.out.push({ kind: "pace", slower: true, transmit });
  }
}

function quicken(turn: Turn): void {
  const slowness = turn.session.slowness - 1;
  adopt(turn, { slowness, steadyAt: slowness === 0 ? undefined : after(turn.now, STEADY) });
  turn.out.push({ kind: "pace", slower: false, transmit: wantedParameters(turn.session).transmit });
}

/**
 * Changes what the intervals follow from. A session that is up announces new ones with a poll and until its end sends no
 * slower and waits no shorter than before; otherwise they count at once (RFC 5880 section 6.8.3).
 */
function adopt(turn: Turn, fields: Partial<BfdSession>): void {
  const before = wantedParameters(turn.session);
  change(turn, fields);
  const { state, inUse, remote, poll } = turn.session;
  const wanted = wantedParameters(turn.session);
  if (wanted.transmit === before.transmit && wanted.receive === before.receive) return;
  const transmit = state === "up" ? Math.min(wanted.transmit, inUse.transmit) : wanted.transmit;
  const receive = state === "up" ? Math.max(wanted.receive, inUse.receive) : wanted.receive;
  change(turn, { inUse: { transmit: microseconds(transmit), receive: microseconds(receive) } });
  if (remote.discriminator === 0) return;
  change(turn, { poll: poll === "none" ? "running" : "again" });
  turn.out.push({ kind: "polling" });
}

function endPoll(turn: Turn): void {
  const { poll } = turn.session;
  if (poll === "running") change(turn, { poll: "none", inUse: wantedParameters(turn.session) });
  else if (poll === "again") change(turn, { poll: "running" });
}

function reconfigure(config: SessionConfig, turn: Turn): void {
  const before = turn.session;
  if (before.state === "admin-down") return;
  adopt(turn, { config });
  const { heardAt, silentAt } = turn.session;
  if (heardAt !== undefined && silentAt !== undefined) {
    change(turn, { silentAt: after(heardAt, detectionTime(turn.session)) });
  }
  adaptSchedule(before, turn);
}

/** Keeps the time of the next packet, unless it must come sooner, not at all, or at the pace of another state. */
function adaptSchedule(before: BfdSession, turn: Turn): void {
  const { session } = turn;
  const [past, present] = [periodicInterval(before), periodicInterval(session)];
  if (session.nextTransmitAt === undefined || present === undefined || session.state !== before.state) {
    reschedule(turn);
  } else if (past === undefined || present < past) {
    const { nextTransmitAt } = session;
    reschedule(turn);
    change(turn, { nextTransmitAt: earliest([nextTransmitAt, turn.session.nextTransmitAt]) });
  }
}

/**
 * The next packet comes an interval from now, less 0 to 25 percent by chance; 10 to 25 percent when one missing packet
 * is enough to end the session (RFC 5880 section 6.8.7).
 */
function reschedule(turn: Turn): void {
  const interval = periodicInterval(turn.session);
  if (interval === undefined) {
    change(turn, { nextTransmitAt: undefined });
    return;
  }
  const { value, next } = drawRandom(turn.session.random);
  const share = turn.session.config.multiplier === 1 ? 0.9 - 0.15 * value : 1 - 0.25 * value;
  change(turn, { random: next, nextTransmitAt: after(turn.now, microseconds(interval * share)) });
}

function send(turn: Turn, { final } = { final: false }): void {
  const { session } = turn;
  const { transmit, receive } = wantedParameters(session);
  turn.out.push({
    kind: "send",
    packet: {
      diagnostic: session.diagnostic,
      state: session.state,
      poll: !final && session.poll !== "none",
      final,
      controlPlaneIndependent: false,
      authenticated: false,
      demand: false,
      detectMultiplier: session.config.multiplier,
      myDiscriminator: session.discriminator,
      yourDiscriminator: session.remote.discriminator,
      desiredMinTransmit: transmit,
      requiredMinReceive: receive,
      requiredMinEchoReceive: 0,
    },
  });
}

/**
 * Says AdminDown at once and twice more. RFC 5880 section 6.8.16 wishes it said for a detection time; three packets get
 * through nearly always, and a daemon that is told to stop should not take seconds.
 */
function bidFarewell(turn: Turn): void {
  const { state, remote, inUse } = turn.session;
  if (state === "admin-down") return;
  if (remote.discriminator === 0) {
    change(turn, { nextTransmitAt: undefined, silentAt: undefined, steadyAt: undefined });
    turn.out.push({ kind: "gone" });
    return;
  }
  const gap = Math.min(FAREWELL_GAP.most, Math.max(FAREWELL_GAP.least, inUse.transmit));
  change(turn, {
    state: "admin-down",
    diagnostic: diagnostics.administrativelyDown,
    poll: "none",
    farewells: FAREWELLS,
    inUse: { ...inUse, transmit: microseconds(gap) },
    silentAt: undefined,
    steadyAt: undefined,
    nextTransmitAt: after(turn.now, microseconds(gap)),
  });
  turn.out.push({ kind: "entered", from: state, state: "admin-down" });
  send(turn);
}

function sayFarewell(turn: Turn): void {
  const farewells = turn.session.farewells - 1;
  send(turn);
  const nextTransmitAt = farewells === 0 ? undefined : after(turn.now, turn.session.inUse.transmit);
  change(turn, { farewells, nextTransmitAt });
  if (farewells === 0) turn.out.push({ kind: "gone" });
}
