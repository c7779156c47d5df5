import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { healthDirector } from "../../src/director/health-director.ts";
import { type Service, type ServiceSet, serviceKeyText } from "../../src/forward/service.ts";
import { serviceDefinition } from "../../src/forward/virtual-server.ts";
import { configOf, HealthWorld, httpCheck, realServer, script, virtualServer } from "./health-world.ts";

const A = "192.0.2.10";
const B = "192.0.2.11";
const refused = { kind: "refused" } as const;
const sorryServer = { address: "192.0.2.99" as IpAddress, port: 80, forwarding: "nat" } as const;

describe("a reload", () => {
  it("changes nothing when nothing changed, and leaves a probe under way alone", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.answers.set(A, "hangs");
    world.run(seconds(1));
    const [id] = world.pending.keys();
    const count = world.effects.length;
    world.reload(virtualServer([realServer(A), realServer(B)]));
    expect(world.effects).toHaveLength(count);
    world.send({ kind: "probe-result", id: id ?? -1, observation: refused });
    expect(world.destinations).toEqual([`${B} w1`]);
  });

  it("keeps a failed server out", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.answers.set(A, refused);
    world.run(seconds(1));
    world.reload(virtualServer([realServer(A, { weight: 5 }), realServer(B, { weight: 7 })]));
    expect(world.destinations).toEqual([`${B} w7`]);
    world.answers.clear();
    world.run(seconds(5));
    expect(world.destinations).toEqual([`${B} w7`, `${A} w5`]);
  });

  it("adds and removes real servers, and calls off probes of those that are gone", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.answers.set(A, "hangs");
    world.run(seconds(1));
    world.reload(virtualServer([realServer(B), realServer("192.0.2.12")]));
    expect(world.pending.size).toBe(0);
    expect(world.destinations).toEqual([`${B} w1`, "192.0.2.12 w1"]);
  });

  it("starts a checker anew when it is configured differently", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.answers.set(A, refused);
    world.run(seconds(1));
    world.reload(virtualServer([realServer(A, { checkers: [httpCheck(A)] }), realServer(B)]));
    expect(world.destinations).toEqual([`${B} w1`, `${A} w1`]);
  });

  it("takes a virtual server out of the table that the file no longer names", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A)]));
    world.run(seconds(2));
    world.reload();
    expect(world.table.size).toBe(0);
    expect(healthDirector.deadline(world.state)).toBeUndefined();
  });

  it("judges the quorum by the new rule", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)], { sorryServer }));
    world.reload(virtualServer([realServer(A), realServer(B)], { sorryServer, quorum: 5 }));
    expect(world.destinations).toEqual(["192.0.2.99 w1"]);
  });
});

describe("what was in the table before", () => {
  const server = virtualServer([realServer(A), realServer(B)]);
  const held = (changes: Partial<Service> = {}): ServiceSet => {
    const destinations = new HealthWorld()
      .start(virtualServer([realServer(A)]))
      .table.values()
      .next().value;
    const service = {
      ...serviceDefinition(server),
      destinations: destinations?.destinations ?? [],
      ...changes,
    };
    return new Map([[serviceKeyText(service.key), service]]);
  };

  it("F8: goes on as it was after the checker process died, a failed server staying out until it succeeds", () => {
    const world = new HealthWorld(held()).start(server);
    expect(world.ops).toEqual([]);
    world.run(seconds(1));
    expect(world.ops).toEqual([`add-destination ${B} w1`]);
  });

  it("F8: a server that is still down is not told of a second time", () => {
    const world = new HealthWorld(held());
    world.answers.set(B, refused);
    world.start(virtualServer([realServer(A), realServer(B, { notifyDown: script("down") })]));
    world.run(seconds(20));
    expect(world.notified).toEqual([]);
    expect(world.destinations).toEqual([`${A} w1`]);
  });

  it("is brought into line where the configuration differs", () => {
    const world = new HealthWorld(held({ scheduler: "rr" })).start(server);
    expect(world.ops).toEqual(["edit-service"]);
  });

  it("stays when it is not ours, at start and at the end", () => {
    const key = { kind: "fwmark", mark: 7, family: 4 } as const;
    const theirs = { key, scheduler: "rr", schedulerFlags: [], onePacket: false, destinations: [] };
    const world = new HealthWorld(new Map([[serviceKeyText(key), theirs]])).start(server);
    world.send({ kind: "shutdown", keepServices: false });
    expect([...world.table.values()]).toEqual([theirs]);
  });

  it("is flushed with lvs_flush", () => {
    const world = new HealthWorld(held());
    const flushing = configOf(virtualServer([realServer(A)]));
    const global = { ...flushing.global, lvsFlush: true };
    world.send({ kind: "start", config: { ...flushing, global }, table: world.table, seed: 1 });
    expect(world.ops).toEqual(["flush", "add-service", `add-destination ${A} w1`]);
  });
});

describe("an operation that the table refuses", () => {
  const busy = { errno: "EIO", message: "the table cannot be reached" } as const;

  it("is tried again after 1, 2, 4 seconds until it is accepted", () => {
    const world = new HealthWorld();
    const tried: number[] = [];
    world.refuse = (op) => {
      if (op.kind !== "add-destination") return undefined;
      tried.push(world.now / 1e6);
      return tried.length < 4 ? busy : undefined;
    };
    world.start(virtualServer([realServer(A, { checkers: [] })]));
    world.run(seconds(30));
    expect(tried).toEqual([0, 1, 3, 7]);
    expect(world.destinations).toEqual([`${A} w1`]);
    expect(healthDirector.deadline(world.state)).toBeUndefined();
    expect(world.log).toContain(
      `0 Cannot add destination ${A}:80 of tcp 203.0.113.1:80: the table cannot be reached (EIO); ` +
        "it is tried again in 1.0 s.",
    );
  });

  it("is forgotten when a later one overtakes it", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.run(seconds(2));
    world.answers.set(A, refused);
    world.refuse = () => busy;
    world.run(seconds(5.5));
    world.answers.delete(A);
    world.run(seconds(5));
    world.refuse = () => undefined;
    world.run(seconds(60));
    expect(world.destinations.toSorted()).toEqual([`${A} w1`, `${B} w1`]);
    expect(world.state.refused).toEqual([]);
  });

  it("shows that the table was flushed by hand: the whole service is made anew", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A), realServer(B)]));
    world.run(seconds(2));
    world.table = new Map();
    world.answers.set(A, refused);
    world.run(seconds(5));
    world.answers.delete(A);
    world.run(seconds(10));
    expect(world.destinations).toEqual([`${B} w1`, `${A} w1`]);
  });

  it("becomes an edit when the thing exists already", () => {
    const world = new HealthWorld();
    const [other] = new HealthWorld().start(virtualServer([realServer(A, { weight: 9 })])).table.values();
    world.send({
      kind: "start",
      config: configOf(virtualServer([realServer(A)])),
      table: new Map(),
      seed: 1,
    });
    if (other !== undefined) world.table = new Map([[serviceKeyText(other.key), other]]);
    world.send({
      kind: "operation-refused",
      op: {
        kind: "add-destination",
        key: serviceDefinition(virtualServer([])).key,
        destination: destinationOfA(),
      },
      refusal: { errno: "EEXIST", message: "it exists" },
    });
    world.run(seconds(1));
    expect(world.ops).toContain(`edit-destination ${A} w1`);
    expect(world.destinations).toEqual([`${A} w1`]);
  });

  it("does not fill the log when there are thousands", () => {
    const world = new HealthWorld();
    world.refuse = () => busy;
    const servers = Array.from({ length: 300 }, (_, i) =>
      realServer(`198.51.${100 + Math.floor(i / 250)}.${i % 250}`),
    );
    world.start(virtualServer(servers.map((real) => ({ ...real, checkers: [] }))));
    expect(world.log.length).toBeLessThan(20);
    world.refuse = () => undefined;
    world.run(seconds(1));
    expect(world.destinations).toHaveLength(300);
  });
});

function destinationOfA() {
  const address = A as IpAddress;
  return {
    address,
    port: 80,
    method: "masquerade",
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  } as const;
}
