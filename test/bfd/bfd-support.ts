import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Instant, instant, milliseconds } from "../../src/base/time.ts";
import type { ControlPacket } from "../../src/bfd/control-packet.ts";
import { bfdSession, type SessionEffect, type SessionEvent } from "../../src/bfd/session.ts";
import { type BfdSession, newSession, type SessionConfig } from "../../src/bfd/session-state.ts";

/** The address of the neighbour in these tests. */
export const NEIGHBOUR = "192.0.2.2" as IpAddress;

/** keepalived's defaults for a neighbour on the link. */
export function sessionConfig(changes: Partial<SessionConfig> = {}): SessionConfig {
  return {
    minReceive: milliseconds(10),
    minTransmit: milliseconds(10),
    idleTransmit: milliseconds(1000),
    multiplier: 5,
    passive: false,
    expectedTtl: 255,
    maxHops: 0,
    multihop: false,
    ...changes,
  };
}

/** A packet of the neighbour: Down, in the idle pace, knowing nobody. */
export function packetOf(changes: Partial<ControlPacket> = {}): ControlPacket {
  return {
    diagnostic: 0,
    state: "down",
    poll: false,
    final: false,
    controlPlaneIndependent: false,
    authenticated: false,
    demand: false,
    detectMultiplier: 3,
    myDiscriminator: 77,
    yourDiscriminator: 0,
    desiredMinTransmit: 1_000_000,
    requiredMinReceive: 50_000,
    requiredMinEchoReceive: 0,
    ...changes,
  };
}

/** A session with a clock of its own, and everything it asked for. */
export class Bench {
  session: BfdSession;
  now: Instant = instant(1_000_000);
  readonly effects: SessionEffect[] = [];

  constructor(changes: Partial<SessionConfig> = {}, { seed = 1 } = {}) {
    this.session = newSession(sessionConfig(changes), { discriminator: 9, seed });
  }

  /** Hands over one event now; what the session asked for. */
  take(event: SessionEvent): readonly SessionEffect[] {
    const { state, effects } = bfdSession.step(this.session, event, this.now);
    this.session = state;
    this.effects.push(...effects);
    return effects;
  }

  /** A packet of the neighbour that knows this session, unless told otherwise. */
  hear(changes: Partial<ControlPacket> = {}): readonly SessionEffect[] {
    return this.take({ kind: "packet", packet: packetOf({ yourDiscriminator: 9, ...changes }) });
  }

  /** Lets time pass in microseconds, with an alarm at every deadline; what the session asked for meanwhile. */
  pass(duration: number): readonly SessionEffect[] {
    const end = instant(this.now + duration);
    const before = this.effects.length;
    for (let at = bfdSession.deadline(this.session); at !== undefined && at <= end; ) {
      this.now = at;
      this.take({ kind: "alarm" });
      at = bfdSession.deadline(this.session);
    }
    this.now = end;
    return this.effects.slice(before);
  }

  /** Brings the session up with a neighbour that then wishes to send every `desiredMinTransmit`. */
  bringUp(changes: Partial<ControlPacket> = {}): this {
    this.take({ kind: "start" });
    this.hear({ yourDiscriminator: 0 });
    this.hear({ state: "init" });
    this.hear({ state: "up", desiredMinTransmit: 20_000, final: true, ...changes });
    return this;
  }
}

/** The packets among effects. */
export function sent(effects: readonly SessionEffect[]): readonly ControlPacket[] {
  return effects.flatMap((effect) => (effect.kind === "send" ? [effect.packet] : []));
}
