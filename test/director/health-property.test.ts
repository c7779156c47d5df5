import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { milliseconds, seconds } from "../../src/base/time.ts";
import { isAlive } from "../../src/director/health-state.ts";
import { type Service, serviceKeyText } from "../../src/forward/service.ts";
import { desired } from "../../src/forward/virtual-server.ts";
import { type Behaviour, HealthWorld, realServer, tcpCheck, virtualServer } from "./health-world.ts";

const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];

const behaviour = fc.constantFrom<Behaviour>({ kind: "connected" }, { kind: "refused" }, "hangs", {
  kind: "not-asked",
  reason: "EMFILE",
});
const happening = fc.oneof(
  fc.record({ kind: fc.constant("turns" as const), address: fc.constantFrom(...addresses), behaviour }),
  fc.record({ kind: fc.constant("passes" as const), ms: fc.integer({ min: 1, max: 12_000 }) }),
  fc.record({ kind: fc.constant("reloads" as const), quorum: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("refuses" as const), share: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constant("flushed" as const) }),
);

const shape = fc.record({
  inhibited: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  sorry: fc.boolean(),
  sorryInhibit: fc.boolean(),
  quorum: fc.integer({ min: 1, max: 5 }),
  alpha: fc.boolean(),
});

function serverOf({
  inhibited,
  sorry,
  sorryInhibit,
  quorum,
  alpha,
}: typeof shape extends fc.Arbitrary<infer T> ? T : never) {
  const reals = addresses.map((address, index) =>
    realServer(address, {
      weight: index + 1,
      inhibitOnFailure: inhibited[index] === true,
      checkers: [tcpCheck(address, { alpha })],
    }),
  );
  const sorryServer = { address: "192.0.2.99" as IpAddress, port: 80, forwarding: "nat" } as const;
  return virtualServer(reals, {
    quorum,
    alpha,
    sorryServerInhibit: sorryInhibit,
    ...(sorry ? { sorryServer } : {}),
  });
}

function unordered(service: Service | undefined): unknown {
  return (
    service && {
      ...service,
      destinations: service.destinations.toSorted((a, b) => (a.address < b.address ? -1 : 1)),
    }
  );
}

describe("whatever real servers and the table do", () => {
  it("the table ends as health wants it, once the table accepts what it is asked", () => {
    fc.assert(
      fc.property(shape, fc.array(happening, { maxLength: 25 }), (given, happenings) => {
        const world = new HealthWorld();
        let server = serverOf(given);
        let asked = 0;
        world.start(server);
        for (const next of happenings) {
          if (next.kind === "turns") world.answers.set(next.address, next.behaviour);
          else if (next.kind === "passes") world.run(milliseconds(next.ms));
          else if (next.kind === "flushed") world.table = new Map();
          else if (next.kind === "refuses") {
            world.refuse = () =>
              asked++ % 3 < next.share ? { errno: "EIO", message: "the table cannot be reached" } : undefined;
          } else {
            server = { ...server, quorum: next.quorum };
            world.reload(server);
          }
        }
        world.refuse = () => undefined;
        // A table flushed by hand is noticed at the next change: let everything change once more.
        for (const answer of [{ kind: "refused" }, { kind: "connected" }] as const) {
          for (const address of addresses) world.answers.set(address, answer);
          world.run(seconds(90));
        }
        const [state] = world.state.servers;
        if (state === undefined) throw new Error("the virtual server is gone");
        const wanted = desired(server, { quorumUp: state.quorumUp, isUp: (index) => isAlive(state, index) });
        expect(unordered(world.table.get(serviceKeyText(server.key)))).toEqual(unordered(wanted));
        expect(state.reals.every(({ failing }) => failing === 0)).toBe(true);
        expect(world.pending.size).toBe(0);
        expect(world.state.refused).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
