import { assert, unreachable } from "../base/assert.ts";
import type { Machine, Step } from "../base/machine.ts";
import { after, between, type Instant, milliseconds, seconds } from "../base/time.ts";
import type { Checker, HttpChecker, HttpUrl } from "../conf/model/virtual-server.ts";
import { judgeHttp } from "./judge/http.ts";
import { type Judgement, judgeTcp } from "./judge/tcp.ts";
import type { CancelProbeEffect, Observation, ProbeEffect, ProbeId, ProbeRequest } from "./probe.ts";

/** keepalived starts no check earlier than this after the start of the process. */
const BOOTSTRAP_DELAY = seconds(1);

/**
 * An alarm later than this past a deadline means that we overslept, not that the server was slow. The answer may lie
 * unread in its socket, so once, what was overslept is given on top, `connect_timeout` at most.
 */
const OVERSLEPT = milliseconds(100);

/** What one checker is to do. */
export interface CheckerSpec {
  readonly checker: Checker;
  /** The real server in keepalived's words, `[192.0.2.1]:tcp:80`; for log lines. */
  readonly service: string;
  /** The virtual server's `virtualhost`, for urls and checks that name none. */
  readonly virtualHost?: string;
  /** Counts as down until its first success: `alpha`, or known to have been down before a restart. */
  readonly startsDown: boolean;
  /** `checker_log_all_failures`: log each failed attempt, not only the one that counts. */
  readonly logAllFailures: boolean;
}

/** What a checker is doing. */
export type CheckerPhase =
  | { readonly kind: "idle" }
  | { readonly kind: "waiting"; readonly until: Instant }
  | { readonly kind: "probing"; readonly id: ProbeId; readonly dueBy: Instant; readonly graceGiven: boolean };

/** Everything a checker remembers; immutable. */
export interface CheckerState {
  readonly spec: CheckerSpec;
  readonly up: boolean;
  /** False until the first verdict; until then a failure counts at once, without retries. */
  readonly hasRun: boolean;
  /** Retries spent on the failure at hand. */
  readonly retriesUsed: number;
  /** The url to ask next (HTTP). */
  readonly urlIndex: number;
  readonly phase: CheckerPhase;
  /** Ids count upwards from 1. */
  readonly nextProbe: ProbeId;
  /** When `up` last changed, or when the checker was started. */
  readonly since?: Instant;
  /** What the last attempt showed; empty before the first. */
  readonly lastReason: string;
  /** The last attempt could not be made, and that was logged. */
  readonly hampered: boolean;
}

/** What a checker is told. */
export type CheckerEvent =
  /** `warmupShare` is a random number in [0, 1): which part of `warmup` to wait. */
  | { readonly kind: "start"; readonly warmupShare: number }
  | { readonly kind: "alarm" }
  | { readonly kind: "probe-result"; readonly id: ProbeId; readonly observation: Observation }
  /** How the BFD session stands that the checker follows (BFD_CHECK). */
  | { readonly kind: "session"; readonly up: boolean }
  | { readonly kind: "stop" };

/** The checker's opinion of its server, when it is new or has changed. */
export interface VerdictChangedEffect {
  readonly kind: "verdict-changed";
  readonly up: boolean;
  readonly reason: string;
}

/** What a checker asks of the world, in order. */
export type CheckerEffect =
  | ProbeEffect
  | CancelProbeEffect
  | VerdictChangedEffect
  | { readonly kind: "log"; readonly level: "info" | "warning"; readonly message: string };

type CheckerStep = Step<CheckerState, CheckerEffect>;

/** A checker that has not been started. */
export function newChecker(spec: CheckerSpec): CheckerState {
  return {
    spec,
    up: !spec.startsDown,
    hasRun: false,
    retriesUsed: 0,
    urlIndex: 0,
    phase: { kind: "idle" },
    nextProbe: 1,
    lastReason: "",
    hampered: false,
  };
}

/**
 * The life cycle of one checker, as observed of keepalived 2.2.7: the first check after 1 s and a random part of
 * `warmup`; from then on `delay_loop` after the end of each; a failure is tried again `retry` times at
 * `delay_before_retry` before it counts, save the very first, which counts at once; a success starts the count again.
 * Several urls are asked one per round, in order, and the server comes up when the last has passed.
 *
 * Deviation: `connect_timeout` bounds the whole attempt from its start. keepalived starts it anew at each byte, so a
 * server that sends a byte a second is never taken out.
 */
export const checkerMachine: Machine<CheckerState, CheckerEvent, CheckerEffect> = {
  step(state, event, now) {
    switch (event.kind) {
      case "start":
        return start(state, event.warmupShare, now);
      case "alarm":
        return alarm(state, now);
      case "probe-result":
        if (state.phase.kind !== "probing" || state.phase.id !== event.id) return unchanged(state);
        return conclude(state, judge(state, event.observation), now);
      case "session":
        return followSession(state, event.up, now);
      case "stop":
        return stop(state);
      default:
        return unreachable(event);
    }
  },
  deadline({ phase }) {
    if (phase.kind === "waiting") return phase.until;
    return phase.kind === "probing" ? phase.dueBy : undefined;
  },
};

function unchanged(state: CheckerState): CheckerStep {
  return { state, effects: [] };
}

function start(state: CheckerState, warmupShare: number, now: Instant): CheckerStep {
  if (state.phase.kind !== "idle") return unchanged(state);
  if (state.spec.checker.kind === "bfd") return unchanged({ ...state, since: now });
  const warmup = Math.floor(state.spec.checker.timing.warmup * warmupShare);
  const until = (after(now, BOOTSTRAP_DELAY) + warmup) as Instant;
  return unchanged({ ...state, since: now, phase: { kind: "waiting", until } });
}

/** A BFD_CHECK asks nothing: its verdict is the session's state, from the first report on. As keepalived. */
function followSession(state: CheckerState, up: boolean, now: Instant): CheckerStep {
  const { checker, service } = state.spec;
  if (checker.kind !== "bfd" || (state.hasRun && state.up === up)) return unchanged(state);
  const lastReason = `BFD session ${checker.name} ${up ? "up" : "down"}`;
  const since = state.up === up ? (state.since ?? now) : now;
  const message = `BFD check of [${checker.name}] RS(${service}) is ${up ? "UP" : "DOWN"}`;
  return {
    state: { ...state, up, hasRun: true, since, lastReason },
    effects: [
      { kind: "log", level: "info", message },
      { kind: "verdict-changed", up, reason: lastReason },
    ],
  };
}

function stop(state: CheckerState): CheckerStep {
  const effects: CheckerEffect[] =
    state.phase.kind === "probing" ? [{ kind: "cancel-probe", id: state.phase.id }] : [];
  return { state: { ...state, phase: { kind: "idle" } }, effects };
}

function alarm(state: CheckerState, now: Instant): CheckerStep {
  const { phase } = state;
  if (phase.kind === "waiting") return now < phase.until ? unchanged(state) : probe(state, now);
  if (phase.kind === "idle" || now < phase.dueBy) return unchanged(state);
  const late = between(phase.dueBy, now);
  if (!phase.graceGiven && late > OVERSLEPT) {
    const dueBy = after(
      now,
      late < state.spec.checker.timing.timeout ? late : state.spec.checker.timing.timeout,
    );
    return unchanged({ ...state, phase: { ...phase, dueBy, graceGiven: true } });
  }
  const step = conclude(state, judge(state, { kind: "timed-out" }), now);
  return { state: step.state, effects: [{ kind: "cancel-probe", id: phase.id }, ...step.effects] };
}

function probe(state: CheckerState, now: Instant): CheckerStep {
  const id = state.nextProbe;
  const dueBy = after(now, state.spec.checker.timing.timeout);
  return {
    state: { ...state, nextProbe: id + 1, phase: { kind: "probing", id, dueBy, graceGiven: false } },
    effects: [{ kind: "probe", id, request: requestOf(state), dueBy }],
  };
}

/** The url in turn, and its number of companions. */
function urlInTurn(checker: HttpChecker, index: number): HttpUrl {
  return checker.urls[index] ?? { path: "/", statusCodes: [] };
}

function requestOf({ spec, urlIndex }: CheckerState): ProbeRequest {
  const { checker } = spec;
  assert(checker.kind !== "bfd", "a BFD_CHECK asks nothing");
  if (checker.kind === "tcp") return { kind: "tcp", target: checker.target };
  const url = urlInTurn(checker, urlIndex);
  const virtualHost = url.virtualHost ?? checker.virtualHost ?? spec.virtualHost;
  return {
    kind: "http",
    target: checker.target,
    tls: checker.tls,
    ...(checker.tls && checker.enableSni === true && virtualHost !== undefined
      ? { serverName: withoutPort(virtualHost) }
      : {}),
    host: virtualHost ?? addressAsHost(checker),
    path: url.path,
    digest: url.digest !== undefined,
  };
}

/** keepalived puts the address into the Host header when no name is configured, and the port unless it is the usual one. */
function addressAsHost({ target, tls }: HttpChecker): string {
  const host = target.address.includes(":") ? `[${target.address}]` : target.address;
  return target.port === (tls ? 443 : 80) ? host : `${host}:${target.port}`;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}

function judge({ spec, urlIndex }: CheckerState, observation: Observation): Judgement {
  const { checker } = spec;
  return checker.kind === "http"
    ? judgeHttp(urlInTurn(checker, urlIndex), observation)
    : judgeTcp(observation);
}

function conclude(state: CheckerState, judgement: Judgement, now: Instant): CheckerStep {
  const seen = { ...state, lastReason: judgement.reason };
  switch (judgement.verdict) {
    case "passed":
      return passed({ ...seen, hampered: false }, now);
    case "failed":
      return failed({ ...seen, hampered: false }, now);
    case "no-verdict":
      return notAsked(seen, now);
    default:
      return unreachable(judgement.verdict);
  }
}

function waitLoop(state: CheckerState, now: Instant): CheckerState {
  return { ...state, phase: { kind: "waiting", until: after(now, state.spec.checker.timing.delayLoop) } };
}

function passed(state: CheckerState, now: Instant): CheckerStep {
  const { checker, service } = state.spec;
  const next = waitLoop({ ...state, retriesUsed: 0 }, now);
  const urls = checker.kind === "http" ? checker.urls.length : 1;
  if (state.urlIndex + 1 < urls) return unchanged({ ...next, urlIndex: state.urlIndex + 1 });
  const settled = { ...next, urlIndex: 0, hasRun: true };
  if (state.up && state.hasRun) return unchanged(settled);
  const message =
    checker.kind === "http"
      ? `Remote Web server ${service} succeed on service.`
      : `TCP connection to ${service} success.`;
  return {
    state: { ...settled, up: true, since: state.up ? (state.since ?? now) : now },
    effects: [
      { kind: "log", level: "info", message },
      { kind: "verdict-changed", up: true, reason: state.lastReason },
    ],
  };
}

function failed(state: CheckerState, now: Instant): CheckerStep {
  const { timing } = state.spec.checker;
  if (state.up && state.hasRun && state.retriesUsed < timing.retry) {
    const until = after(now, timing.delayBeforeRetry);
    const retrying = { ...state, retriesUsed: state.retriesUsed + 1 };
    return { state: { ...retrying, phase: { kind: "waiting", until } }, effects: attemptLog(retrying) };
  }
  const settled = { ...waitLoop(state, now), retriesUsed: 0, urlIndex: 0, hasRun: true };
  if (!state.up && state.hasRun) return { state: settled, effects: attemptLog(state) };
  const since = state.up ? now : (state.since ?? now);
  return {
    state: { ...settled, up: false, since },
    effects: [
      { kind: "log", level: "info", message: failureMessage(state) },
      { kind: "verdict-changed", up: false, reason: state.lastReason },
    ],
  };
}

/** The failures that bring no news. */
function attemptLog({ spec, retriesUsed, lastReason }: CheckerState): readonly CheckerEffect[] {
  if (!spec.logAllFailures) return [];
  const retry = retriesUsed > 0 ? `, attempt ${retriesUsed} of ${spec.checker.timing.retry + 1}` : "";
  return [
    {
      kind: "log",
      level: "info",
      message: `Check of service ${spec.service} failed${retry}: ${lastReason}.`,
    },
  ];
}

/** keepalived's line, with the reason behind it. */
function failureMessage({ spec, retriesUsed, urlIndex, lastReason }: CheckerState): string {
  const { checker, service } = spec;
  const retries = retriesUsed > 0 ? ` after ${retriesUsed} retries` : "";
  if (checker.kind !== "http") return `TCP_CHECK on service ${service} failed${retries}: ${lastReason}.`;
  const name = checker.tls ? "SSL_CHECK" : "HTTP_CHECK";
  const { path } = urlInTurn(checker, urlIndex);
  return `${name} on service ${service} failed${retries}: url(${path}) ${lastReason}.`;
}

function notAsked(state: CheckerState, now: Instant): CheckerStep {
  const { service } = state.spec;
  const message =
    `Cannot check service ${service}: ${state.lastReason}; it stays ${state.up ? "up" : "down"}, ` +
    "the check is tried again after delay_loop.";
  return {
    state: { ...waitLoop(state, now), hampered: true },
    effects: state.hampered ? [] : [{ kind: "log", level: "warning", message }],
  };
}
