import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import {
  after,
  between,
  type Duration,
  earliest,
  type Instant,
  milliseconds,
  seconds,
} from "../base/time.ts";
import type { VrrpHostEvent } from "./host.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/**
 * So many refused packets in one window are a flood: a neighbour sends 10 at most in that time for each virtual router, or
 * once a second for all 255 at once. The window is short, because every packet that is read meanwhile lets more of them
 * wait in the socket's buffer, where there is soon no room for genuine ones.
 */
const MOST_REFUSED = 300;
const WINDOW = milliseconds(100);

/** The same of those that only a digest can tell to be wrong, which costs several times as much as all other checks. */
const MOST_DIGESTS = 200;
const DIGEST_WINDOW = milliseconds(200);
/** What was in the socket's buffer when the kernel began to hold packets back has been read by then. */
const BACKLOG = milliseconds(100);

/** How long the kernel refuses before all packets are let through again, to see whether it is over. */
const SCREENED = seconds(10);
/** How long after that a flood would have shown itself, so that it may be called over. */
const QUIET = seconds(2);

/** One in so many is looked at, of the packets that only a digest can tell to be wrong and whose sender was never right. */
export const LOOKED_AT = 32;

/** Counts within windows of one length; the next begins with the first that comes after the end of one. */
class WindowCount {
  readonly #length: Duration;
  #from: Instant;
  #count = 0;

  constructor(length: Duration, now: Instant) {
    this.#length = length;
    this.#from = now;
  }

  get count(): number {
    return this.#count;
  }

  add(now: Instant): void {
    if (between(this.#from, now) >= this.#length) this.restart(now);
    this.#count++;
  }

  restart(now: Instant): void {
    this.#from = now;
    this.#count = 0;
  }
}

interface Standing {
  readonly interface: string;
  readonly family: AddressFamily;
  readonly refused: WindowCount;
  readonly digests: WindowCount;
  /** Until when the kernel refuses; undefined while it does not. */
  screenedUntil: Instant | undefined;
  /** Until when packets of the time before it held them back may come, while it does; and how many came. */
  backlogUntil: Instant | undefined;
  heldBack: number;
  /** A flood has been told of, and when it is called over unless it shows itself again. */
  quietFrom: Instant | undefined;
  told: boolean;
}

/** A wire whose kernel filter refuses by itself. */
export type Flooded = Pick<Standing, "interface" | "family">;

type Packet = Extract<VrrpHostEvent, { kind: "packet" }>;

/** Why a packet was refused, in words; and whether it took a digest to find out. */
export interface Refusal {
  readonly reason: string;
  readonly byDigest: boolean;
}

/**
 * Counts refused packets by wire, and while there are too many of them has the kernel refuse what it can tell to be wrong: a flood
 * would otherwise push genuine advertisements out of the socket's buffer. What the kernel drops is neither counted nor logged, so
 * every ten seconds it is let through for a moment.
 *
 * Wrong digests cannot be told in the kernel. When there are too many, one in 32 is looked at of all packets whose sender was
 * never right: those who were heard before are heard on, and a newcomer late, or not before the flood is over. Of what is
 * looked at the host drops what has a wrong digest, uncounted too: it may come in the name of those who are heard.
 */
export class FloodWatch {
  readonly #standings = new Map<string, Standing>();

  /** A packet was refused. */
  refused(packet: Packet, refusal: Refusal, context: StepContext): void {
    const { now } = context;
    const standing = this.#standing(packet, now);
    standing.refused.add(now);
    if (refusal.byDigest) standing.digests.add(now);
    const holdsBack = standing.backlogUntil === undefined && standing.digests.count >= MOST_DIGESTS;
    const screens = standing.screenedUntil === undefined && standing.refused.count >= MOST_REFUSED;
    if (!holdsBack && !screens) return;
    if (holdsBack) standing.backlogUntil = after(now, BACKLOG);
    standing.screenedUntil ??= after(now, SCREENED);
    standing.quietFrom = undefined;
    screen(standing, context);
    tell(standing, { packet, refusal, context });
  }

  /** Whether a packet that calls for a digest is passed over, because it came before the kernel began to do so. */
  passesOver(packet: Packet, trusted: readonly IpAddress[], now: Instant): boolean {
    if (this.#standings.size === 0) return false;
    const standing = this.#standings.get(keyOf(packet));
    if (standing?.backlogUntil === undefined || now > standing.backlogUntil) return false;
    if (trusted.includes(packet.source)) return false;
    standing.heldBack++;
    return standing.heldBack % LOOKED_AT !== 0;
  }

  /** A sender was found right that was not known before: it may not be held back. */
  trusts(wire: Flooded, context: StepContext): void {
    const standing = this.#standings.get(keyOf(wire));
    if (standing?.backlogUntil !== undefined) screen(standing, context);
  }

  /** A packet was taken: nobody need look at it a second time. */
  took(packet: Packet, { receiver, exchange }: RouterEntry, { out }: StepContext): void {
    if (this.#standings.get(keyOf(packet))?.backlogUntil === undefined) return;
    const { virtualRouterId } = receiver.config;
    const { headerSequence, heard } = exchange;
    const { interface: name, family } = packet;
    out.push({ kind: "screen-heard", interface: name, family, virtualRouterId, headerSequence, heard });
  }

  /** Lets everything through again: what is screened for has changed. A flood that goes on shows itself at once. */
  lift(context: StepContext): void {
    for (const standing of this.#standings.values()) {
      if (standing.screenedUntil !== undefined) letThrough(standing, context);
    }
  }

  /** A wire is closed. */
  forget(wire: Flooded): void {
    this.#standings.delete(keyOf(wire));
  }

  /** When the next wire is to be looked at. */
  deadline(): Instant | undefined {
    if (this.#standings.size === 0) return undefined;
    return earliest(
      [...this.#standings.values()].map(({ screenedUntil, quietFrom }) => screenedUntil ?? quietFrom),
    );
  }

  /** Lets through what was screened long enough, and calls over what has not come again since. */
  alarm(context: StepContext): void {
    for (const standing of this.#standings.values()) {
      const { screenedUntil, quietFrom } = standing;
      if (screenedUntil !== undefined && screenedUntil <= context.now) letThrough(standing, context);
      if (quietFrom === undefined || quietFrom > context.now) continue;
      standing.quietFrom = undefined;
      standing.told = false;
      const where = nameOf(standing);
      const message = () =>
        `(${where}) the flood of bad packets is over: everything is counted and logged again`;
      logNowAndThen({ key: `${where} flood over`, level: "notice", message }, context);
    }
  }

  /** The wires whose kernel filter refuses by itself now, or did a moment ago. */
  flooded(): readonly Flooded[] {
    return [...this.#standings.values()]
      .filter(({ told }) => told)
      .map((standing) => ({ interface: standing.interface, family: standing.family }));
  }

  #standing(packet: Flooded, now: Instant): Standing {
    const key = keyOf(packet);
    const known = this.#standings.get(key);
    if (known !== undefined) return known;
    const made: Standing = {
      interface: packet.interface,
      family: packet.family,
      refused: new WindowCount(WINDOW, now),
      digests: new WindowCount(DIGEST_WINDOW, now),
      screenedUntil: undefined,
      backlogUntil: undefined,
      heldBack: 0,
      quietFrom: undefined,
      told: false,
    };
    this.#standings.set(key, made);
    return made;
  }
}

function keyOf(wire: Flooded): string {
  return `${wire.interface}/${wire.family}`;
}

function nameOf(wire: Flooded): string {
  return `${wire.interface}, IPv${wire.family}`;
}

function screen(standing: Standing, { state, out }: StepContext): void {
  const at = `${keyOf(standing)}/`;
  const routers = [...state.listeners]
    .filter(([key]) => key.startsWith(at))
    .map(([, entry]) => ({
      receiver: entry.receiver,
      headerSequence: entry.exchange.headerSequence,
      heard: entry.exchange.heard,
      ...(standing.backlogUntil === undefined ? {} : { trusted: trustedBy(entry) }),
    }));
  out.push({ kind: "screen-wire", interface: standing.interface, family: standing.family, routers });
}

/** Whom a router was right to hear before, and its peers. */
export function trustedBy({ heardFrom, config }: RouterEntry): readonly IpAddress[] {
  return config.unicastPeers.length === 0
    ? heardFrom
    : [...heardFrom, ...config.unicastPeers.map(({ address }) => address)];
}

function tell(
  standing: Standing,
  { packet, refusal, context }: { packet: Packet; refusal: Refusal; context: StepContext },
): void {
  const where = nameOf(standing);
  const held = standing.backlogUntil !== undefined;
  if (!standing.told || held) {
    const consequence = held
      ? `of packets from senders that were never right the kernel passes on one in ${LOOKED_AT} only, so that a newcomer may be heard late`
      : "the kernel drops what is plainly wrong, and most of it is neither counted nor logged";
    const message = () =>
      `(${where}) a flood of bad packets, the last one from ${packet.source} (${refusal.reason}): while it goes on, ${consequence}`;
    logNowAndThen({ key: `${where} flood${held ? " of digests" : ""}`, level: "warning", message }, context);
  }
  standing.told = true;
}

function letThrough(standing: Standing, { now, out }: StepContext): void {
  standing.screenedUntil = undefined;
  standing.backlogUntil = undefined;
  standing.refused.restart(now);
  standing.digests.restart(now);
  standing.quietFrom = after(now, QUIET);
  out.push({ kind: "screen-wire", interface: standing.interface, family: standing.family });
}
