import { drawRandom } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import type { Rejection } from "../bfd/reception.ts";
import type { BfdSession } from "../bfd/session-state.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import type { BfdHostEffect, BfdPort } from "./bfd-host.ts";
import type { LogLevel } from "./host.ts";
import { RejectionLog } from "./rejection-log.ts";

/** One session and what the director keeps beside its machine. */
export interface BfdEntry {
  instance: BfdInstance;
  session: BfdSession;
  /** What its followers were told last. */
  up: boolean;
  /** Its `bfd_instance` is gone; it only says its farewell. */
  leaving: boolean;
  /** Whether its packets go out: a failure is logged once, until one goes out again. */
  send: "works" | "fails" | "still-fails";
  /** When the state changed last, or the session began. */
  changedAt: Instant;
  readonly counters: BfdCounters;
}

/** Statistics of one session. */
export interface BfdCounters {
  sent: number;
  received: number;
  /** How often it came up. */
  ups: number;
  readonly rejected: Map<Rejection["kind"], number>;
}

/** The state of the BFD process; changed in place by `step` alone, as VrrpDirectorState is. */
export interface BfdDirectorState {
  /** By our discriminator, which is also the session's name towards the host. */
  readonly entries: Map<number, BfdEntry>;
  /** Where the host listens, by port and family. */
  readonly ports: Map<string, BfdPort>;
  retryPortsAt: Instant | undefined;
  readonly log: RejectionLog;
  /** Packets that belonged to no session, by reason. */
  readonly rejected: Map<Rejection["kind"], number>;
  /** State of the generator of discriminators. */
  random: number;
  stopping: boolean;
}

/** One step: the state, the time, and what the world is asked to do. */
export interface BfdContext {
  readonly state: BfdDirectorState;
  readonly now: Instant;
  readonly out: BfdHostEffect[];
}

/** The state before the `start` event. */
export function initialBfdState(): BfdDirectorState {
  return {
    entries: new Map(),
    ports: new Map(),
    retryPortsAt: undefined,
    log: new RejectionLog(),
    rejected: new Map(),
    random: 0,
    stopping: false,
  };
}

/**
 * Sessions are the same across reloads when these agree. Deviation: keepalived goes by the name alone and keeps the state
 * of a session whose neighbour has become another.
 */
export function sessionKey({ neighbourAddress, sourceAddress, multihop }: BfdInstance): string {
  return `${neighbourAddress} from ${sourceAddress ?? "any"}${multihop ? " multihop" : ""}`;
}

/** A discriminator that is not 0 and no other session's (RFC 5880 section 6.8.1), and hard to guess. */
export function drawDiscriminator(state: BfdDirectorState): number {
  for (;;) {
    const discriminator = drawSeed(state);
    if (discriminator !== 0 && !state.entries.has(discriminator)) return discriminator;
  }
}

/** The next 32 random bits of the process. */
export function drawSeed(state: BfdDirectorState): number {
  const { value, next } = drawRandom(state.random);
  state.random = next;
  return Math.floor(value * 2 ** 32);
}

/** Logs the first time at once and then at most once a minute, with how many were left out. */
export function logNowAndThen(
  line: { readonly key: string; readonly level: LogLevel; readonly message: string },
  { state, now, out }: BfdContext,
): void {
  const due = state.log.note(line.key, now);
  if (due === undefined) return;
  const more = due.suppressed === 0 ? "" : ` (and ${due.suppressed} more times since this was last said)`;
  out.push({ kind: "log", level: line.level, message: `${line.message}${more}` });
}
