import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { healthDirector } from "../../src/director/health-director.ts";
import {
  bfdCheck,
  configOf,
  destinationsOf,
  HealthWorld,
  httpCheck,
  realServer,
  script,
  tcpCheck,
  virtualServer,
} from "./health-world.ts";

const A = "192.0.2.10";
const B = "192.0.2.11";
const refused = { kind: "refused" } as const;
const sorryServer = { address: "192.0.2.99" as IpAddress, port: 80, forwarding: "nat" } as const;
const VS = "[203.0.113.1]:tcp:80";

describe("at start", () => {
  it("makes the service with all real servers at once, and checks them from the first second on", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B, { weight: 2 })]));
    expect(world.ops).toEqual(["add-service", `add-destination ${A} w1`, `add-destination ${B} w2`]);
    expect(world.log).toEqual([
      `0 Gained quorum 1+0=1 <= 3 for VS ${VS}`,
      `0 Activating healthchecker for service [${A}]:tcp:80 for VS ${VS}`,
      `0 Activating healthchecker for service [${B}]:tcp:80 for VS ${VS}`,
    ]);
    world.run(seconds(1));
    expect(world.log.slice(3)).toEqual([
      `1 TCP connection to [${A}]:tcp:80 success.`,
      `1 TCP connection to [${B}]:tcp:80 success.`,
    ]);
    expect(world.ops).toHaveLength(3);
  });

  it("under alpha lets a real server in at its first success only, the sorry server before it", () => {
    const checkers = [tcpCheck(A, { alpha: true })];
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { checkers })], { alpha: true, sorryServer }),
    );
    expect(world.destinations).toEqual(["192.0.2.99 w1"]);
    expect(world.log[0]).toBe(`0 Starting with quorum down 1-0=1 > 0 for VS ${VS}`);
    world.run(seconds(1));
    expect(world.destinations).toEqual([`${A} w1`]);
  });

  it("tells a first failure under alpha to notify_down, though nothing changes", () => {
    const checkers = [tcpCheck(A, { alpha: true })];
    const world = new HealthWorld();
    world.answers.set(A, refused);
    world.start(virtualServer([realServer(A, { checkers, notifyDown: script("down") })], { alpha: true }));
    world.run(seconds(20));
    expect(world.notified).toEqual(["down"]);
    expect(world.ops).toEqual(["add-service"]);
  });

  it("keeps a real server without checks in the table for good", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A, { checkers: [] })]));
    expect(world.destinations).toEqual([`${A} w1`]);
    expect(healthDirector.deadline(world.state)).toBeUndefined();
  });

  it("spreads the first checks over their warm-up times, alike for the same seed", () => {
    const slow = { warmup: seconds(60) };
    const servers = [A, B].map((at) => realServer(at, { checkers: [tcpCheck(at, slow)] }));
    const deadlines = [1, 1, 2].map((seed) => {
      const world = new HealthWorld();
      world.send({ kind: "start", config: configOf(virtualServer(servers)), table: new Map(), seed });
      return healthDirector.deadline(world.state);
    });
    expect(deadlines[0]).toBe(deadlines[1]);
    expect(deadlines[0]).not.toBe(deadlines[2]);
  });
});

describe("a real server that fails", () => {
  it("leaves after its retries and comes back at the first success, last in the order", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.run(seconds(2));
    world.answers.set(A, refused);
    world.run(seconds(6));
    expect(world.destinations).toEqual([`${B} w1`]);
    expect(world.log.slice(-2)).toEqual([
      `7 TCP_CHECK on service [${A}]:tcp:80 failed after 1 retries: connection refused.`,
      `7 Removing service [${A}]:tcp:80 from VS ${VS}`,
    ]);
    world.answers.delete(A);
    world.run(seconds(5));
    expect(world.destinations).toEqual([`${B} w1`, `${A} w1`]);
    expect(world.log.at(-1)).toBe(`12 Adding service [${A}]:tcp:80 to VS ${VS}`);
  });

  it("leaves when its web server answers 500, and says so", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { checkers: [httpCheck(A)] }), realServer(B)]),
    );
    world.answers.set(A, { kind: "answered", status: 500 });
    world.run(seconds(1));
    expect(world.log).toContain(
      `1 HTTP_CHECK on service [${A}]:tcp:80 failed: url(/) status 500, wanted 200.`,
    );
    expect(world.destinations).toEqual([`${B} w1`]);
  });

  it("leaves at connect_timeout when it hangs, and its probe is called off", () => {
    const world = new HealthWorld();
    world.answers.set(A, "hangs");
    world.start(virtualServer([realServer(A), realServer(B)]));
    world.run(seconds(3));
    expect(world.pending.size).toBe(1);
    expect(world.destinations).toHaveLength(2);
    world.run(seconds(1));
    expect(world.pending.size).toBe(0);
    expect(world.destinations).toEqual([`${B} w1`]);
  });

  it("stays with weight 0 under inhibit_on_failure", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { inhibitOnFailure: true }), realServer(B)]),
    );
    world.answers.set(A, refused);
    world.run(seconds(1));
    expect(world.destinations).toEqual([`${A} w0`, `${B} w1`]);
    expect(world.log.at(-2)).toBe(`1 Disabling service [${A}]:tcp:80 of VS ${VS}`);
    world.answers.delete(A);
    world.run(seconds(5));
    expect(world.destinations).toEqual([`${A} w1`, `${B} w1`]);
  });

  it("is alive only while all its checkers are up", () => {
    const checkers = [tcpCheck(A), httpCheck(A)];
    const world = new HealthWorld().start(virtualServer([realServer(A, { checkers }), realServer(B)]));
    world.answers.set(A, { kind: "answered", status: 404 });
    world.run(seconds(1));
    expect(world.destinations).toEqual([`${B} w1`]);
    world.answers.set(A, refused);
    world.run(seconds(10));
    world.answers.set(A, { kind: "answered", status: 200 });
    world.run(seconds(5));
    expect(world.destinations).toEqual([`${B} w1`, `${A} w1`]);
    expect(world.log.filter((line) => line.includes("ing service"))).toHaveLength(2);
  });

  it("is told to its scripts and to others who want to know", () => {
    const told = realServer(A, { notifyUp: script("up"), notifyDown: script("down") });
    const world = new HealthWorld().start(virtualServer([told, realServer(B)]));
    world.answers.set(A, refused);
    world.run(seconds(1));
    world.answers.delete(A);
    world.run(seconds(5));
    expect(world.notified).toEqual(["down", "up"]);
    expect(world.effects.filter(({ kind }) => kind === "real-server-changed")).toEqual([
      {
        kind: "real-server-changed",
        virtualServer: VS,
        realServer: `[${A}]:tcp:80`,
        up: false,
        reason: "connection refused",
      },
      {
        kind: "real-server-changed",
        virtualServer: VS,
        realServer: `[${A}]:tcp:80`,
        up: true,
        reason: "connected",
      },
    ]);
  });
});

describe("the quorum", () => {
  it("is lost and gained with the sorry server there before the last real server goes", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A), realServer(B)], {
        sorryServer,
        quorum: 2,
        quorumUp: script("quorum-up"),
        quorumDown: script("quorum-down"),
      }),
    );
    world.run(seconds(1));
    world.ops.length = 0;
    world.log.length = 0;
    world.answers.set(A, refused);
    world.run(seconds(7));
    expect(world.ops).toEqual([
      "add-destination 192.0.2.99 w1",
      `delete-destination ${A}`,
      `delete-destination ${B}`,
    ]);
    expect(world.log.slice(1)).toEqual([
      `7 Removing service [${A}]:tcp:80 from VS ${VS}`,
      `7 Lost quorum 2-0=2 > 1 for VS ${VS}`,
      `7 Adding sorry server [192.0.2.99]:tcp:80 to VS ${VS}`,
      `7 Removing alive servers from the pool for VS ${VS}`,
    ]);
    world.ops.length = 0;
    world.answers.delete(A);
    world.run(seconds(5));
    expect(world.ops).toEqual([
      `add-destination ${A} w1`,
      `add-destination ${B} w1`,
      "delete-destination 192.0.2.99",
    ]);
    expect(world.notified).toEqual(["quorum-up", "quorum-down", "quorum-up"]);
    const quorums = world.effects.filter(({ kind }) => kind === "quorum-changed");
    expect(quorums.map((effect) => "up" in effect && effect.up)).toEqual([true, false, true]);
  });

  it("F65: when all real servers go at once, each script is called once", () => {
    const servers = [A, B, "192.0.2.12"].map((at) => realServer(at, { notifyDown: script(`down ${at}`) }));
    const world = new HealthWorld().start(
      virtualServer(servers, { sorryServer, quorumDown: script("quorum-down") }),
    );
    world.run(seconds(2));
    for (const at of [A, B, "192.0.2.12"]) world.answers.set(at, refused);
    world.run(seconds(30));
    expect(world.notified.toSorted()).toEqual(
      [`down ${A}`, `down ${B}`, "down 192.0.2.12", "quorum-down"].toSorted(),
    );
    expect(world.destinations).toEqual(["192.0.2.99 w1"]);
  });

  it("needs quorum + hysteresis to come back", () => {
    const changes = { quorum: 2, hysteresis: 1, sorryServer };
    const servers = [A, B, "192.0.2.12"].map((at) => realServer(at));
    const world = new HealthWorld().start(virtualServer(servers, changes));
    for (const at of [A, B, "192.0.2.12"]) world.answers.set(at, refused);
    world.run(seconds(1));
    expect(world.destinations).toEqual(["192.0.2.99 w1"]);
    world.answers.delete(A);
    world.answers.delete(B);
    world.run(seconds(5));
    expect(world.destinations).toEqual(["192.0.2.99 w1"]);
    world.answers.clear();
    world.run(seconds(5));
    expect(world.destinations).toHaveLength(3);
    world.answers.set(A, refused);
    world.run(seconds(6));
    expect(world.destinations).toEqual([`${B} w1`, "192.0.2.12 w1"]);
  });
});

describe("at the end", () => {
  it("removes its services, calls off its probes and says that it has stopped", () => {
    const world = new HealthWorld();
    world.answers.set(A, "hangs");
    world.start(virtualServer([realServer(A)]));
    world.run(seconds(1));
    world.send({ kind: "shutdown", keepServices: false });
    expect(world.table.size).toBe(0);
    expect(world.pending.size).toBe(0);
    expect(world.log.at(-1)).toBe(`1 Shutting down service [${A}]:tcp:80 from VS ${VS}`);
    expect(world.effects.at(-1)).toEqual({ kind: "stopped" });
    expect(healthDirector.deadline(world.state)).toBeUndefined();
    const count = world.effects.length;
    world.send({ kind: "alarm" });
    world.reload(virtualServer([realServer(A)]));
    expect(world.effects).toHaveLength(count);
  });

  it("leaves the table as it is when asked to", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A)]));
    world.send({ kind: "shutdown", keepServices: true });
    expect(world.destinations).toEqual([`${A} w1`]);
  });

  it("under omega tells the scripts of those alive", () => {
    const servers = [A, B].map((at) => realServer(at, { notifyDown: script(`down ${at}`) }));
    const world = new HealthWorld().start(
      virtualServer(servers, { omega: true, quorumDown: script("quorum-down") }),
    );
    world.answers.set(A, refused);
    world.run(seconds(1));
    world.send({ kind: "shutdown", keepServices: false });
    expect(world.notified).toEqual([`down ${A}`, `down ${B}`, "quorum-down"]);
  });
});

describe("a probe result that no longer matters", () => {
  it("is ignored, whatever its number", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A)]));
    world.run(seconds(1));
    const { state } = world;
    for (const id of [0, 1, 2, 2 ** 22, 2 ** 22 + 1, 2 ** 40]) {
      world.send({ kind: "probe-result", id, observation: refused });
    }
    expect(world.state).toBe(state);
    expect(destinationsOf([...world.table.values()][0])).toEqual([`${A} w1`]);
  });
});

describe("a BFD_CHECK", () => {
  const check = (alpha = false) => bfdCheck("peer", { alpha });
  const told = (world: HealthWorld, up: boolean, name = "peer") =>
    world.send({ kind: "bfd-session", name, up });

  it("follows its session at once and asks the server nothing; a real server counts as up before the first report", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { checkers: [check()] }), realServer(B)]),
    );
    expect(world.destinations).toEqual([`${A} w1`, `${B} w1`]);
    told(world, false);
    expect(world.destinations).toEqual([`${B} w1`]);
    expect(world.log).toContain(`0 BFD check of [peer] RS([${A}]:tcp:80) is DOWN`);
    told(world, true);
    told(world, true);
    expect(world.destinations).toEqual([`${B} w1`, `${A} w1`]);
    expect(world.log.filter((line) => line.includes("is UP"))).toHaveLength(1);
    world.run(seconds(60));
    expect(world.ops.filter((op) => op.includes(A))).toHaveLength(3);
    told(world, false, "another");
    expect(world.destinations).toHaveLength(2);
  });

  it("under alpha is down until its session is up", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { checkers: [check(true)] })], { alpha: true }),
    );
    expect(world.destinations).toEqual([]);
    told(world, true);
    expect(world.destinations).toEqual([`${A} w1`]);
  });

  it("is one check among others: all must be well", () => {
    const world = new HealthWorld().start(
      virtualServer([realServer(A, { checkers: [check(), tcpCheck(A)] }), realServer(B)]),
    );
    told(world, true);
    world.answers.set(A, refused);
    world.run(seconds(30));
    expect(world.destinations).toEqual([`${B} w1`]);
    world.answers.delete(A);
    told(world, false);
    world.run(seconds(30));
    expect(world.destinations).toEqual([`${B} w1`]);
    told(world, true);
    expect(world.destinations).toHaveLength(2);
  });

  it("keeps what it knows over a reload", () => {
    const server = virtualServer([realServer(A, { checkers: [check()] }), realServer(B)]);
    const world = new HealthWorld().start(server);
    told(world, false);
    world.reload({ ...server, quorum: 2 });
    expect(world.destinations).toEqual([`${B} w1`]);
  });
});
