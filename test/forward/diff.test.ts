import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IpAddress, ipv4FromNumber } from "../../src/base/ip-address.ts";
import { applyServiceOp } from "../../src/forward/apply.ts";
import { afterDiff, diff, diffService } from "../../src/forward/diff.ts";
import {
  type Destination,
  type Service,
  type ServiceOp,
  type ServiceSet,
  serviceKeyText,
} from "../../src/forward/service.ts";

const destination = (last: number, weight = 1): Destination => ({
  address: ipv4FromNumber(0xc0000200 + last),
  port: 80,
  method: "masquerade",
  weight,
  upperThreshold: 0,
  lowerThreshold: 0,
});
const service = (last: number, destinations: readonly Destination[], scheduler = "wrr"): Service => ({
  key: { kind: "address", protocol: "tcp", address: ipv4FromNumber(0xcb007100 + last), port: 80 },
  scheduler,
  schedulerFlags: [],
  onePacket: false,
  destinations,
});
const setOf = (...services: readonly Service[]): ServiceSet =>
  new Map(services.map((at) => [serviceKeyText(at.key), at]));

function applyAll(set: ServiceSet, ops: readonly ServiceOp[]): ServiceSet {
  return ops.reduce((held, op) => {
    const outcome = applyServiceOp(held, op);
    if (!outcome.ok) throw new Error(`${op.kind} was refused: ${outcome.error.message}`);
    return outcome.value;
  }, set);
}

const texts = (ops: readonly ServiceOp[]): string[] =>
  ops.map((op) => {
    if (op.kind === "flush") return op.kind;
    if (op.kind === "delete-destination") return `${op.kind} ${op.address}`;
    if ("destination" in op) return `${op.kind} ${op.destination.address} ${op.destination.weight}`;
    return op.kind;
  });

describe("the order of operations", () => {
  it("makes a service and adds its destinations in the order of the configuration", () => {
    expect(texts(diffService(undefined, service(1, [destination(1), destination(2)])))).toEqual([
      "add-service",
      "add-destination 192.0.2.1 1",
      "add-destination 192.0.2.2 1",
    ]);
  });

  it("adds a sorry server before the last real server goes, and the other way round", () => {
    const real = service(1, [destination(1)]);
    const sorry = service(1, [destination(9)]);
    expect(texts(diffService(real, sorry))).toEqual([
      "add-destination 192.0.2.9 1",
      "delete-destination 192.0.2.1",
    ]);
    expect(texts(diffService(sorry, real))).toEqual([
      "add-destination 192.0.2.1 1",
      "delete-destination 192.0.2.9",
    ]);
  });

  it("raises one weight before it lowers another to 0", () => {
    const before = service(1, [destination(1, 1), destination(9, 0)]);
    const after = service(1, [destination(1, 0), destination(9, 1)]);
    expect(texts(diffService(before, after))).toEqual([
      "edit-destination 192.0.2.9 1",
      "edit-destination 192.0.2.1 0",
    ]);
  });

  it("edits a service in place and deletes it with its destinations in one operation", () => {
    const before = service(1, [destination(1)]);
    expect(texts(diffService(before, { ...before, scheduler: "rr" }))).toEqual(["edit-service"]);
    expect(texts(diffService(before, undefined))).toEqual(["delete-service"]);
  });

  it("has nothing to do when all is as wanted, whatever the order and the default prefix spelled out", () => {
    const before = {
      ...service(1, [destination(1), destination(2)]),
      persistence: 300,
      persistencePrefix: 32,
    };
    const { persistencePrefix: _, ...after } = { ...before, destinations: before.destinations.toReversed() };
    expect(diff(setOf(before), setOf(after))).toEqual([]);
  });
});

const anyDestination = fc
  .record({ last: fc.integer({ min: 1, max: 12 }), weight: fc.integer({ min: 0, max: 3 }) })
  .map(({ last, weight }) => destination(last, weight));
const anyService = fc
  .record({
    last: fc.integer({ min: 1, max: 4 }),
    scheduler: fc.constantFrom("rr", "wrr"),
    destinations: fc.uniqueArray(anyDestination, {
      selector: ({ address }) => address as IpAddress,
      maxLength: 12,
    }),
  })
  .map(({ last, scheduler, destinations }) => service(last, destinations, scheduler));
const anySet = fc
  .uniqueArray(anyService, { selector: ({ key }) => serviceKeyText(key), maxLength: 4 })
  .map((services) => setOf(...services));

/** A table without the order of destinations, which history decides. */
function unordered(set: ServiceSet): unknown {
  return new Map(
    [...set].map(([name, at]) => [
      name,
      { ...at, destinations: at.destinations.toSorted((a, b) => (a.address < b.address ? -1 : 1)) },
    ]),
  );
}

describe("for any two tables", () => {
  it("the operations are accepted one by one and lead from one to the other", () => {
    fc.assert(
      fc.property(anySet, anySet, (owned, wanted) => {
        expect(unordered(applyAll(owned, diff(owned, wanted)))).toEqual(unordered(wanted));
      }),
    );
  });

  it("afterDiff tells the outcome exactly, with the order", () => {
    fc.assert(
      fc.property(anySet, anySet, (owned, wanted) => {
        for (const [name, target] of wanted) {
          const before = owned.get(name);
          const table = before === undefined ? new Map() : setOf(before);
          const outcome = applyAll(table, diffService(before, target)).get(name);
          expect(afterDiff(before, target)).toEqual(outcome);
        }
      }),
    );
  });

  it("new destinations keep the order of the configuration behind those that were there", () => {
    fc.assert(
      fc.property(anySet, anySet, (owned, wanted) => {
        const outcome = applyAll(owned, diff(owned, wanted));
        for (const [name, target] of wanted) {
          const were = new Set(owned.get(name)?.destinations.map(({ address }) => address));
          const addresses = (at: Service | undefined): string[] =>
            at?.destinations.map((d) => d.address) ?? [];
          const added = addresses(target).filter((address) => !were.has(address as IpAddress));
          expect(addresses(outcome.get(name)).slice(addresses(target).length - added.length)).toEqual(added);
        }
      }),
    );
  });

  it("services of others are left alone", () => {
    fc.assert(
      fc.property(anySet, anySet, (owned, wanted) => {
        const theirs = service(99, [destination(1)]);
        const table = new Map(owned).set("theirs", theirs);
        expect(applyAll(table, diff(owned, wanted)).get("theirs")).toEqual(theirs);
      }),
    );
  });

  it("there is no operation that could be left out", () => {
    fc.assert(
      fc.property(anySet, anySet, (owned, wanted) => {
        const ops = diff(owned, wanted);
        const kinds = new Set(ops.map((op) => JSON.stringify(op)));
        expect(kinds.size).toBe(ops.length);
        expect(diff(applyAll(owned, ops), wanted)).toEqual([]);
      }),
    );
  });
});

describe("a table without a kernel refuses as the kernel does", () => {
  const { destinations: _, ...definition } = service(1, []);
  const { key } = definition;
  const held = setOf(service(1, [destination(1)]));
  it.each<[string, ServiceSet, ServiceOp, string]>([
    ["a service twice", held, { kind: "add-service", service: definition }, "EEXIST"],
    ["an edit of no service", new Map(), { kind: "edit-service", service: definition }, "ESRCH"],
    ["the deletion of no service", new Map(), { kind: "delete-service", key }, "ESRCH"],
    [
      "a destination of no service",
      new Map(),
      { kind: "add-destination", key, destination: destination(1) },
      "ESRCH",
    ],
    ["a destination twice", held, { kind: "add-destination", key, destination: destination(1) }, "EEXIST"],
    [
      "an edit of no destination",
      held,
      { kind: "edit-destination", key, destination: destination(2) },
      "ENOENT",
    ],
    [
      "the deletion of no destination",
      held,
      { kind: "delete-destination", key, address: destination(2).address, port: 80 },
      "ENOENT",
    ],
  ])("%s", (_what, set, op, errno) => {
    expect(applyServiceOp(set, op)).toMatchObject({ ok: false, error: { errno } });
  });

  it("flushes", () => {
    expect(applyServiceOp(held, { kind: "flush" })).toEqual({ ok: true, value: new Map() });
  });
});
