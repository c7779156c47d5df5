import { unreachable } from "../base/assert.ts";
import { inMilliseconds } from "../base/time.ts";
import { diagnosticName, encodeControlPacket, stateNames } from "../bfd/control-packet.ts";
import { bfdSession, type SessionEffect, type SessionEvent } from "../bfd/session.ts";
import { type BfdContext, type BfdEntry, logNowAndThen } from "./bfd-director-state.ts";
import type { SessionNews } from "./bfd-host.ts";

/** Hands one event to a session and passes on what comes of it. */
export function deliverToSession(entry: BfdEntry, event: SessionEvent, context: BfdContext): void {
  const { state, effects } = bfdSession.step(entry.session, event, context.now);
  entry.session = state;
  for (const effect of effects) passOn(entry, effect, context);
}

/** How a session stands, for its followers. */
export function newsOf({ instance, up }: BfdEntry): SessionNews {
  const { name, forVrrp, forChecker } = instance;
  return { kind: "session", name, up, forVrrp, forChecker };
}

function passOn(entry: BfdEntry, effect: SessionEffect, context: BfdContext): void {
  const { state, out } = context;
  const { discriminator } = entry.session;
  switch (effect.kind) {
    case "send":
      entry.counters.sent++;
      entry.send = entry.send === "works" ? "works" : entry.send === "fails" ? "still-fails" : "works";
      out.push({ kind: "send-packet", session: discriminator, bytes: encodeControlPacket(effect.packet) });
      return;
    case "entered":
      entered(entry, effect, context);
      return;
    case "followers":
      entry.up = effect.up;
      out.push(newsOf(entry));
      return;
    case "gone":
      state.entries.delete(discriminator);
      out.push({ kind: "close-session", session: discriminator });
      if (state.stopping && state.entries.size === 0) out.push({ kind: "stopped" });
      return;
    case "expired":
    case "detection-time":
    case "polling":
    case "pace":
      describe(entry, effect, context);
      return;
    default:
      unreachable(effect);
  }
}

/** keepalived's lines: Up and its end are told, the way there only to who looks closely. */
function entered(
  entry: BfdEntry,
  { from, state }: Extract<SessionEffect, { kind: "entered" }>,
  { now, out }: BfdContext,
): void {
  const { instance, session, counters } = entry;
  entry.changedAt = now;
  if (state === "up") counters.ups++;
  const reasons = `Local diagnostic - ${diagnosticName(session.diagnostic)}, Remote diagnostic - ${diagnosticName(session.remote.diagnostic)}`;
  const loud = state === "up" || state === "admin-down" || from === "up";
  out.push({
    kind: "log",
    level: !loud ? "debug" : state === "up" ? "info" : "warning",
    message: `(${instance.name}) Entering ${stateNames[state]} state${state === "down" ? ` (${reasons})` : ""}`,
  });
}

function describe(
  entry: BfdEntry,
  effect: Extract<SessionEffect, { kind: "expired" | "detection-time" | "polling" | "pace" }>,
  context: BfdContext,
): void {
  const { name } = entry.instance;
  const { out } = context;
  switch (effect.kind) {
    case "expired": {
      const silence = Math.floor(inMilliseconds(effect.silence));
      const message = `(${name}) Expired after ${silence} ms (${effect.overdue} usec overdue)`;
      out.push({ kind: "log", level: "warning", message });
      return;
    }
    case "detection-time": {
      // A neighbour may change it with every packet.
      const message = `(${name}) Detection time is ${effect.now} us (was ${effect.before} us)`;
      logNowAndThen(
        { key: `detection-time ${name} ${entry.session.state}`, level: "info", message },
        context,
      );
      return;
    }
    case "polling":
      out.push({ kind: "log", level: "debug", message: `(${name}) Starting poll sequence` });
      return;
    case "pace": {
      const message = effect.slower
        ? `the path over several hops lost too many packets; once up again, a packet every ${inMilliseconds(effect.transmit)} ms`
        : `the path has been steady; a packet every ${inMilliseconds(effect.transmit)} ms`;
      out.push({ kind: "log", level: "info", message: `(${name}) ${message}` });
      return;
    }
    default:
      unreachable(effect);
  }
}
