import type { Instant } from "../base/time.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import { type Diagnostic, diagnostics, type EndState } from "./control-packet.ts";
import { type Parameters, wantedParameters } from "./session-timing.ts";

/** What a session needs of its `bfd_instance`. */
export type SessionConfig = Pick<
  BfdInstance,
  | "minReceive"
  | "minTransmit"
  | "idleTransmit"
  | "multiplier"
  | "passive"
  | "expectedTtl"
  | "maxHops"
  | "multihop"
>;

/** What the neighbour said last (the bfd.Remote... variables of RFC 5880 section 6.8.1). Intervals in microseconds. */
export interface RemoteEnd {
  readonly state: EndState;
  readonly diagnostic: Diagnostic;
  /** 0 while it is not known. */
  readonly discriminator: number;
  readonly desiredMinTransmit: number;
  readonly requiredMinReceive: number;
  readonly detectMultiplier: number;
  readonly demand: boolean;
}

/** One asynchronous BFD session (RFC 5880 section 6.8.1). */
export interface BfdSession {
  readonly config: SessionConfig;
  readonly state: EndState;
  readonly diagnostic: Diagnostic;
  /** Ours: not 0, and no other session's. */
  readonly discriminator: number;
  readonly remote: RemoteEnd;
  /** The intervals that govern sending and detection; what is announced may be ahead of them until a poll has ended. */
  readonly inUse: Parameters;
  /** "again": the parameters changed while a poll was under way, so another one must follow. */
  readonly poll: "none" | "running" | "again";
  readonly nextTransmitAt: Instant | undefined;
  readonly heardAt: Instant | undefined;
  /** When the detection time ends. */
  readonly silentAt: Instant | undefined;
  /** State of the generator of jitter. */
  readonly random: number;
  /** How often the intervals are doubled for a path that may be congested; see `leave`. */
  readonly slowness: number;
  /** When they are halved again. */
  readonly steadyAt: Instant | undefined;
  /** Packets that say AdminDown and are still to be sent at the end. */
  readonly farewells: number;
}

/** The neighbour before anything was heard of it (RFC 5880 section 6.8.1). */
export const UNKNOWN_REMOTE: RemoteEnd = {
  state: "down",
  diagnostic: diagnostics.none,
  discriminator: 0,
  desiredMinTransmit: 0,
  requiredMinReceive: 1,
  detectMultiplier: 0,
  demand: false,
};

/** A session before its `start`: Down, with a discriminator that no other session has (RFC 5880 section 6.8.1). */
export function newSession(
  config: SessionConfig,
  { discriminator, seed }: { readonly discriminator: number; readonly seed: number },
): BfdSession {
  return {
    config,
    state: "down",
    diagnostic: diagnostics.none,
    discriminator,
    remote: UNKNOWN_REMOTE,
    inUse: wantedParameters({ config, state: "down", slowness: 0 }),
    poll: "none",
    nextTransmitAt: undefined,
    heardAt: undefined,
    silentAt: undefined,
    random: seed,
    slowness: 0,
    steadyAt: undefined,
    farewells: 0,
  };
}
