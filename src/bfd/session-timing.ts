import { type Duration, microseconds, seconds } from "../base/time.ts";
import type { BfdSession } from "./session-state.ts";

/** The two intervals that a session announces and works by. */
export interface Parameters {
  /** bfd.DesiredMinTxInterval. */
  readonly transmit: Duration;
  /** bfd.RequiredMinRxInterval. */
  readonly receive: Duration;
}

/** A session that is not up sends no faster (RFC 5880 section 6.8.3). */
const SLOW = seconds(1);

/** The longest detection time: a day. The fields of a packet allow for twelve. */
const LONGEST_DETECTION = seconds(86_400);

/** The intervals that a session in this state wants and announces. */
export function wantedParameters({
  config,
  state,
  slowness,
}: Pick<BfdSession, "config" | "state" | "slowness">): Parameters {
  const idle = Math.max(SLOW, config.idleTransmit);
  if (state !== "up") return { transmit: microseconds(idle), receive: config.minReceive };
  const paced = (interval: Duration) =>
    microseconds(Math.max(interval, Math.min(idle, interval * 2 ** slowness)));
  return { transmit: paced(config.minTransmit), receive: paced(config.minReceive) };
}

/**
 * How long the neighbour may be silent: its multiplier times the slower of what we ask it for and what it wishes to send
 * (RFC 5880 section 6.8.4), at most a day. 0 before it was heard.
 */
export function detectionTime({ remote, inUse }: Pick<BfdSession, "remote" | "inUse">): Duration {
  const interval = Math.max(inUse.receive, remote.desiredMinTransmit);
  return microseconds(Math.min(LONGEST_DETECTION, remote.detectMultiplier * interval));
}

/**
 * The time between two periodic packets before jitter: the slower of our wish and the neighbour's need, so never less
 * than our own. undefined when none may be sent (RFC 5880 section 6.8.7): passive and not spoken to, not wanted by the
 * neighbour, or in demand mode with nothing to ask.
 */
export function periodicInterval(session: BfdSession): Duration | undefined {
  const { config, state, remote, poll, inUse } = session;
  if (state === "admin-down" || remote.requiredMinReceive === 0) return undefined;
  if (config.passive && remote.discriminator === 0) return undefined;
  if (remote.demand && state === "up" && remote.state === "up" && poll === "none") return undefined;
  return microseconds(Math.max(inUse.transmit, remote.requiredMinReceive));
}
