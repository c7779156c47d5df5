import { unreachable } from "../base/assert.ts";
import { familyOf } from "../base/ip-address.ts";
import type { Machine, Step } from "../base/machine.ts";
import { after, earliest, seconds } from "../base/time.ts";
import { decodeControlPacket } from "../bfd/control-packet.ts";
import { acceptPacket, describeRejection, type PacketOrigin, type Rejection } from "../bfd/reception.ts";
import { bfdSession } from "../bfd/session.ts";
import { newSession } from "../bfd/session-state.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import {
  type BfdContext,
  type BfdDirectorState,
  type BfdEntry,
  drawDiscriminator,
  drawSeed,
  logNowAndThen,
  sessionKey,
} from "./bfd-director-state.ts";
import type { BfdConfig, BfdHostEffect, BfdHostEvent, BfdPort } from "./bfd-host.ts";
import { deliverToSession, newsOf } from "./bfd-session-effects.ts";

/** A port that could not be opened is tried again after this. */
const PORT_RETRY = seconds(10);

/** Joins BFD sessions: the machine of the BFD process. */
export const bfdDirector: Machine<BfdDirectorState, BfdHostEvent, BfdHostEffect> = {
  step(state, event, now): Step<BfdDirectorState, BfdHostEffect> {
    const context: BfdContext = { state, now, out: [] };
    take(event, context);
    return { state, effects: context.out };
  },
  deadline(state) {
    const sessions = [...state.entries.values()].map(({ session }) => bfdSession.deadline(session));
    return earliest([state.retryPortsAt, ...sessions]);
  },
};

function take(event: BfdHostEvent, context: BfdContext): void {
  const { state } = context;
  switch (event.kind) {
    case "start":
      state.random = event.seed;
      configure(event.config, context);
      return;
    case "reload":
      configure(event.config, context);
      return;
    case "alarm":
      alarm(context);
      return;
    case "packet":
      packet(event, context);
      return;
    case "effect-failed":
      effectFailed(event, context);
      return;
    case "trouble":
      logNowAndThen({ key: `trouble ${event.about}`, level: "warning", message: event.message }, context);
      return;
    case "shutdown":
      shutdown(context);
      return;
    default:
      unreachable(event);
  }
}

/** Takes a configuration, the first or another: a session between the same addresses goes on, whatever its name. */
function configure(config: BfdConfig, context: BfdContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  const namesBefore = new Map(present(state).map((entry) => [entry.instance.name, entry]));
  const wanted = new Map(config.bfdInstances.map((instance) => [sessionKey(instance), instance]));
  const kept = new Map<string, BfdEntry>();
  for (const entry of present(state)) {
    const key = sessionKey(entry.instance);
    if (wanted.has(key)) kept.set(key, entry);
    else {
      entry.leaving = true;
      deliverToSession(entry, { kind: "shutdown" }, context);
    }
  }
  for (const port of portsOf(wanted.values())) openPort(port, context);
  for (const [key, instance] of wanted) {
    const entry = kept.get(key);
    if (entry === undefined) create(instance, context);
    else replaceInstance(entry, instance, context);
  }
  closePorts(portsOf(wanted.values()), context);
  const names = new Set(config.bfdInstances.map(({ name }) => name));
  for (const [name, entry] of namesBefore) {
    if (!names.has(name)) out.push({ ...newsOf(entry), name, up: undefined });
  }
}

/** The sessions that are to stay, as opposed to those that only say their farewell. */
function present(state: BfdDirectorState): readonly BfdEntry[] {
  return [...state.entries.values()].filter(({ leaving }) => !leaving);
}

function create(instance: BfdInstance, context: BfdContext): void {
  const { state, now, out } = context;
  const discriminator = drawDiscriminator(state);
  const entry: BfdEntry = {
    instance,
    session: newSession(instance, { discriminator, seed: drawSeed(state) }),
    up: false,
    leaving: false,
    send: "works",
    changedAt: now,
    counters: { sent: 0, received: 0, ups: 0, rejected: new Map() },
  };
  state.entries.set(discriminator, entry);
  out.push(openSession(entry), newsOf(entry));
  deliverToSession(entry, { kind: "start" }, context);
}

function openSession({ instance, session }: BfdEntry): BfdHostEffect {
  const { neighbourAddress, sourceAddress, multihop, ttl } = instance;
  return {
    kind: "open-session",
    session: session.discriminator,
    neighbour: neighbourAddress,
    ...(sourceAddress === undefined ? {} : { source: sourceAddress }),
    multihop,
    ttl,
  };
}

function replaceInstance(entry: BfdEntry, instance: BfdInstance, context: BfdContext): void {
  const { ttl } = entry.instance;
  entry.instance = instance;
  if (instance.ttl !== ttl) context.out.push(openSession(entry));
  // Told again: its name, or who follows it, may be another.
  context.out.push(newsOf(entry));
  deliverToSession(entry, { kind: "reconfigure", config: instance }, context);
}

function* portsOf(instances: Iterable<BfdInstance>): Iterable<BfdPort> {
  for (const { neighbourAddress, multihop } of instances) {
    yield { family: familyOf(neighbourAddress), multihop };
  }
}

function portKey({ family, multihop }: BfdPort): string {
  return `${multihop ? 4784 : 3784}/${family}`;
}

function openPort(port: BfdPort, { state, out }: BfdContext): void {
  if (state.ports.has(portKey(port))) return;
  state.ports.set(portKey(port), port);
  out.push({ kind: "open-port", port });
}

/** A port of which nobody is left is closed, once the farewells are said: they need no answer. */
function closePorts(wanted: Iterable<BfdPort>, { state, out }: BfdContext): void {
  const keys = new Set([...wanted].map(portKey));
  for (const [key, port] of state.ports) {
    if (keys.has(key)) continue;
    state.ports.delete(key);
    out.push({ kind: "close-port", port });
  }
}

function alarm(context: BfdContext): void {
  const { state, now } = context;
  for (const entry of [...state.entries.values()]) {
    const due = bfdSession.deadline(entry.session);
    if (due !== undefined && due <= now) deliverToSession(entry, { kind: "alarm" }, context);
  }
  if (state.retryPortsAt === undefined || now < state.retryPortsAt) return;
  state.retryPortsAt = undefined;
  for (const port of portsOf(present(state).map(({ instance }) => instance))) openPort(port, context);
}

function packet(
  { bytes, origin }: { readonly bytes: Uint8Array; readonly origin: PacketOrigin },
  context: BfdContext,
): void {
  const { state } = context;
  const decoded = decodeControlPacket(bytes);
  if (!decoded.ok) {
    reject(decoded.error, { origin, entry: undefined }, context);
    return;
  }
  const { yourDiscriminator } = decoded.value;
  // RFC 5880 section 6.8.6: the discriminator alone selects the session; without one, RFC 5881 section 3: the addresses.
  const entry = yourDiscriminator === 0 ? byAddress(state, origin) : state.entries.get(yourDiscriminator);
  if (entry === undefined) {
    reject({ kind: "no-session", yourDiscriminator }, { origin, entry }, context);
    return;
  }
  const accepted = acceptPacket(decoded.value, { session: entry.session, origin });
  if (!accepted.ok) {
    reject(accepted.error, { origin, entry }, context);
    return;
  }
  entry.counters.received++;
  deliverToSession(entry, { kind: "packet", packet: accepted.value }, context);
}

function byAddress(state: BfdDirectorState, origin: PacketOrigin): BfdEntry | undefined {
  const candidates = present(state).filter(
    ({ instance }) => instance.neighbourAddress === origin.source && instance.multihop === origin.multihop,
  );
  const exact = candidates.find(({ instance }) => instance.sourceAddress === origin.destination);
  return exact ?? candidates.find(({ instance }) => instance.sourceAddress === undefined);
}

function reject(
  rejection: Rejection,
  { origin, entry }: { readonly origin: PacketOrigin; readonly entry: BfdEntry | undefined },
  context: BfdContext,
): void {
  const { kind } = rejection;
  const counters = entry?.counters.rejected ?? context.state.rejected;
  counters.set(kind, (counters.get(kind) ?? 0) + 1);
  const name = entry?.instance.name;
  logNowAndThen(
    {
      key: `rejected ${name ?? ""} ${kind}`,
      level: "warning",
      message: `${name === undefined ? "BFD" : `(${name}) BFD`} ${describeRejection(rejection, origin.source)}`,
    },
    context,
  );
}

function effectFailed(event: Extract<BfdHostEvent, { kind: "effect-failed" }>, context: BfdContext): void {
  const { state, now } = context;
  const { effect, reason } = event;
  if (effect.kind === "open-port") {
    state.ports.delete(portKey(effect.port));
    state.retryPortsAt ??= after(now, PORT_RETRY);
  }
  if (effect.kind === "send-packet") {
    const entry = state.entries.get(effect.session);
    // Said once, until a packet has gone out again.
    const silent = entry?.send !== "works";
    if (entry !== undefined) entry.send = "fails";
    if (entry === undefined || silent) return;
    context.out.push({ kind: "log", level: "error", message: `(${entry.instance.name}) ${reason}` });
    return;
  }
  logNowAndThen({ key: `failed ${effect.kind} ${reason}`, level: "error", message: reason }, context);
}

function shutdown(context: BfdContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.stopping = true;
  state.retryPortsAt = undefined;
  closePorts([], context);
  if (state.entries.size === 0) out.push({ kind: "stopped" });
  for (const entry of [...state.entries.values()]) deliverToSession(entry, { kind: "shutdown" }, context);
}
