import { describe, expect, it } from "vitest";
import { parseIpAddress } from "../../src/base/ip-address.ts";
import { after, type Instant, inSeconds, instant, seconds } from "../../src/base/time.ts";
import {
  type CheckerEffect,
  type CheckerEvent,
  type CheckerSpec,
  checkerMachine,
  newChecker,
} from "../../src/check/checker.ts";
import type { Observation } from "../../src/check/probe.ts";
import type { Checker, CheckTiming, HttpUrl } from "../../src/conf/model/virtual-server.ts";

const parsed = parseIpAddress("192.0.2.10");
if (!parsed.ok) throw new TypeError(parsed.error);
const target = { address: parsed.value, port: 80 };

const timing: CheckTiming = {
  delayLoop: seconds(6),
  retry: 2,
  delayBeforeRetry: seconds(1),
  warmup: seconds(0),
  timeout: seconds(3),
  alpha: false,
};
const tcp = (changes: Partial<CheckTiming> = {}): Checker => ({
  kind: "tcp",
  timing: { ...timing, ...changes },
  target,
});
const http = (
  urls: readonly HttpUrl[],
  changes: Partial<Extract<Checker, { kind: "http" }>> = {},
): Checker => ({
  kind: "http",
  timing,
  target,
  tls: false,
  urls,
  ...changes,
});

/** A checker in virtual time: the test says what each probe brings, `trace` tells what the checker did and when. */
class Run {
  readonly trace: string[] = [];
  readonly effects: CheckerEffect[] = [];
  #state;
  now: Instant = instant(0);

  constructor(
    checker: Checker,
    options: { startsDown?: boolean; warmupShare?: number } & Partial<CheckerSpec> = {},
  ) {
    const { warmupShare = 0, ...rest } = options;
    this.#state = newChecker({
      checker,
      service: "[192.0.2.10]:tcp:80",
      startsDown: false,
      logAllFailures: false,
      ...rest,
    });
    this.send({ kind: "start", warmupShare });
  }

  get state() {
    return this.#state;
  }

  send(event: CheckerEvent): void {
    const step = checkerMachine.step(this.#state, event, this.now);
    this.#state = step.state;
    for (const effect of step.effects) {
      this.effects.push(effect);
      const at = inSeconds(this.now as never);
      if (effect.kind === "probe" || effect.kind === "cancel-probe")
        this.trace.push(`${at} ${effect.kind} ${effect.id}`);
      if (effect.kind === "verdict-changed")
        this.trace.push(`${at} ${effect.up ? "up" : "down"}: ${effect.reason}`);
    }
  }

  /** Moves to the next deadline, late by `late` seconds. */
  wake(late = 0): void {
    const at = checkerMachine.deadline(this.#state);
    if (at === undefined) throw new Error("the checker waits for nothing");
    this.now = after(at, seconds(late));
    this.send({ kind: "alarm" });
  }

  /** Answers the probe under way `took` seconds after it began. */
  answer(observation: Observation, took = 0): void {
    const { phase } = this.#state;
    if (phase.kind !== "probing") throw new Error("no probe is under way");
    this.now = after(this.now, seconds(took));
    this.send({ kind: "probe-result", id: phase.id, observation });
  }

  /** One round: wakes up, probes, is answered. */
  round(observation: Observation): void {
    this.wake();
    this.answer(observation);
  }

  get logs(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : []));
  }

  get requests() {
    return this.effects.flatMap((effect) => (effect.kind === "probe" ? [effect.request] : []));
  }
}

const connected: Observation = { kind: "connected" };
const refused: Observation = { kind: "refused" };
const status = (code: number): Observation => ({ kind: "answered", status: code });

describe("when a checker probes", () => {
  it("begins one second after the start and then delay_loop after the end of each check", () => {
    const run = new Run(tcp());
    run.wake();
    run.answer(connected, 2);
    run.wake();
    expect(run.trace).toEqual(["1 probe 1", "3 up: connected", "9 probe 2"]);
  });

  it("adds the drawn part of warmup to the first second", () => {
    const run = new Run(tcp({ warmup: seconds(10) }), { warmupShare: 0.25 });
    run.wake();
    expect(run.trace).toEqual(["3.5 probe 1"]);
  });

  it("ignores an alarm that comes early, and a second start", () => {
    const run = new Run(tcp());
    run.now = instant(500_000);
    run.send({ kind: "alarm" });
    run.send({ kind: "start", warmupShare: 0 });
    run.wake();
    expect(run.trace).toEqual(["1 probe 1"]);
  });

  it("stops: calls off the probe under way and waits for nothing", () => {
    const run = new Run(tcp());
    run.wake();
    run.send({ kind: "stop" });
    expect(run.trace).toEqual(["1 probe 1", "1 cancel-probe 1"]);
    expect(checkerMachine.deadline(run.state)).toBeUndefined();
    run.send({ kind: "probe-result", id: 1, observation: refused });
    expect(run.state.up).toBe(true);
  });
});

describe("when a server goes down", () => {
  it("retries `retry` times at delay_before_retry, then counts", () => {
    const run = new Run(tcp());
    run.round(connected);
    for (let attempt = 0; attempt < 3; attempt++) run.round(refused);
    run.wake();
    expect(run.trace.slice(2)).toEqual([
      "7 probe 2",
      "8 probe 3",
      "9 probe 4",
      "9 down: connection refused",
      "15 probe 5",
    ]);
    expect(run.logs.at(-1)).toBe(
      "TCP_CHECK on service [192.0.2.10]:tcp:80 failed after 2 retries: connection refused.",
    );
  });

  it("counts its very first failure at once, without retries", () => {
    const run = new Run(tcp());
    run.round(refused);
    expect(run.trace).toEqual(["1 probe 1", "1 down: connection refused"]);
    expect(run.logs).toEqual(["TCP_CHECK on service [192.0.2.10]:tcp:80 failed: connection refused."]);
  });

  it("counts the first failure after a success when retry is 0", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(connected);
    run.round(refused);
    expect(run.trace.at(-1)).toBe("7 down: connection refused");
  });

  it("begins to count anew after a success in between", () => {
    const run = new Run(tcp());
    for (const seen of [connected, refused, refused, connected, refused, refused]) run.round(seen);
    expect(run.state).toMatchObject({ up: true, retriesUsed: 2 });
    run.round(refused);
    expect(run.state.up).toBe(false);
  });

  it("goes on at delay_loop while down, says so once, and comes up at the first success", () => {
    const run = new Run(tcp());
    for (const seen of [refused, refused, refused, connected]) run.round(seen);
    expect(run.trace).toEqual([
      "1 probe 1",
      "1 down: connection refused",
      "7 probe 2",
      "13 probe 3",
      "19 probe 4",
      "19 up: connected",
    ]);
    expect(run.logs.at(-1)).toBe("TCP connection to [192.0.2.10]:tcp:80 success.");
    expect(run.state.since).toBe(instant(19_000_000));
  });
});

describe("checker_log_all_failures", () => {
  it("logs the attempts that do not count as well", () => {
    const run = new Run(tcp({ retry: 1 }), { logAllFailures: true });
    for (const seen of [connected, refused, refused, refused]) run.round(seen);
    expect(run.logs.slice(1)).toEqual([
      "Check of service [192.0.2.10]:tcp:80 failed, attempt 1 of 2: connection refused.",
      "TCP_CHECK on service [192.0.2.10]:tcp:80 failed after 1 retries: connection refused.",
      "Check of service [192.0.2.10]:tcp:80 failed: connection refused.",
    ]);
  });
});

describe("alpha", () => {
  it("is down until the first success", () => {
    const run = new Run(tcp({ alpha: true }), { startsDown: true });
    expect(run.state.up).toBe(false);
    run.round(connected);
    expect(run.trace).toEqual(["1 probe 1", "1 up: connected"]);
  });

  it("tells its first failure, without retries, and no further one", () => {
    const run = new Run(tcp({ alpha: true }), { startsDown: true });
    run.round(refused);
    run.round(refused);
    expect(run.trace).toEqual(["1 probe 1", "1 down: connection refused", "7 probe 2"]);
  });
});

describe("the deadline of an attempt", () => {
  it("is connect_timeout after its start, whatever the server does meanwhile", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(connected);
    run.wake();
    run.wake();
    expect(run.trace.slice(2)).toEqual([
      "7 probe 2",
      "10 cancel-probe 2",
      "10 down: no complete answer within connect_timeout",
    ]);
  });

  it("leaves an answer out that comes after it", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(refused);
    run.wake();
    run.wake();
    run.send({ kind: "probe-result", id: 2, observation: connected });
    expect(run.state.up).toBe(false);
    run.wake();
    run.send({ kind: "probe-result", id: 2, observation: connected });
    expect(run.state.up).toBe(false);
  });

  it("gives an answer that may lie unread a moment more when the process overslept", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(connected);
    run.wake();
    run.wake(5);
    run.answer(connected);
    expect(run.trace.slice(2)).toEqual(["7 probe 2"]);
    expect(run.state.up).toBe(true);
  });

  it("gives that moment once", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(connected);
    run.wake();
    run.wake(5);
    run.wake(5);
    expect(run.state.up).toBe(false);
  });
});

describe("a check that this host could not make", () => {
  const notAsked: Observation = { kind: "not-asked", reason: "no socket for the check (EMFILE)" };

  it("changes no verdict, is logged once, and is made again after delay_loop", () => {
    const run = new Run(tcp({ retry: 0 }));
    run.round(connected);
    for (let round = 0; round < 3; round++) run.round(notAsked);
    expect(run.state.up).toBe(true);
    expect(run.logs.slice(1)).toEqual([
      "Cannot check service [192.0.2.10]:tcp:80: no socket for the check (EMFILE); it stays up, " +
        "the check is tried again after delay_loop.",
    ]);
    expect(run.trace.slice(2)).toEqual(["7 probe 2", "13 probe 3", "19 probe 4"]);
  });
});

describe("HTTP_GET with several urls", () => {
  const urls: readonly HttpUrl[] = [
    { path: "/a", digest: "b1946ac92492d2347c6235b4d2611184", statusCodes: [] },
    { path: "/b", statusCodes: [{ from: 200, to: 200 }] },
  ];
  const digestEqual: Observation = {
    kind: "answered",
    status: 200,
    digest: "b1946ac92492d2347c6235b4d2611184",
  };
  const paths = (run: Run): string[] =>
    run.requests.map((request) => (request.kind === "http" ? request.path : "tcp"));

  it("asks one per round in order, and is up when the last has passed", () => {
    const run = new Run(http(urls), { startsDown: true });
    run.round(digestEqual);
    expect(run.state.up).toBe(false);
    run.round(status(200));
    expect(run.trace).toEqual(["1 probe 1", "7 probe 2", "7 up: status 200"]);
    run.wake();
    expect(paths(run)).toEqual(["/a", "/b", "/a"]);
    expect(run.logs).toEqual(["Remote Web server [192.0.2.10]:tcp:80 succeed on service."]);
  });

  it("retries the url that failed, and begins with the first one once it is down", () => {
    const run = new Run(http(urls));
    run.round(digestEqual);
    run.round(status(200));
    run.round(digestEqual);
    for (let attempt = 0; attempt < 3; attempt++) run.round(status(500));
    run.wake();
    expect(paths(run)).toEqual(["/a", "/b", "/a", "/b", "/b", "/b", "/a"]);
    expect(run.state.up).toBe(false);
    expect(run.logs.at(-1)).toBe(
      "HTTP_CHECK on service [192.0.2.10]:tcp:80 failed after 2 retries: url(/b) status 500, wanted 200.",
    );
  });
});

describe("what is asked", () => {
  const page: HttpUrl = { path: "/", statusCodes: [] };
  const asked = (checker: Checker, spec: Partial<CheckerSpec> = {}): unknown => {
    const run = new Run(checker, spec);
    run.wake();
    return run.requests[0];
  };

  it("is the address as Host without a virtualhost, and the port unless it is the usual one", () => {
    expect(asked(http([page]))).toMatchObject({ host: "192.0.2.10", digest: false });
    const odd = { ...target, port: 8080 };
    expect(asked(http([page], { target: odd }))).toMatchObject({ host: "192.0.2.10:8080" });
    expect(asked(http([page], { tls: true }))).toMatchObject({ host: "192.0.2.10:80" });
  });

  it("takes the nearest virtualhost: the url's, the check's, the virtual server's", () => {
    const named = { ...page, virtualHost: "url.example" };
    const spec = { virtualHost: "server.example" };
    expect(asked(http([named], { virtualHost: "check.example" }), spec)).toMatchObject({
      host: "url.example",
    });
    expect(asked(http([page], { virtualHost: "check.example" }), spec)).toMatchObject({
      host: "check.example",
    });
    expect(asked(http([page]), spec)).toMatchObject({ host: "server.example" });
  });

  it("sends a name in the handshake with enable_sni only", () => {
    const named = { tls: true, virtualHost: "check.example:8443" };
    expect(asked(http([page], named))).not.toHaveProperty("serverName");
    expect(asked(http([page], { ...named, enableSni: true }))).toMatchObject({ serverName: "check.example" });
  });

  it("asks for the digest where one is wanted", () => {
    const digest = "b1946ac92492d2347c6235b4d2611184";
    expect(asked(http([{ ...page, digest }]))).toMatchObject({ digest: true });
  });
});
