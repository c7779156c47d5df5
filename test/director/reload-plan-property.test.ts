import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds } from "../../src/base/time.ts";
import { type HealthStanding, healthStanding } from "../../src/director/health-standing.ts";
import type { VrrpOperation } from "../../src/director/reload-addresses.ts";
import { planReload } from "../../src/director/reload-plan.ts";
import { serviceKeyText } from "../../src/forward/service.ts";
import { type Behaviour, HealthWorld } from "./health-world.ts";
import { configs, VrrpWorld, vrrpHappening } from "./reload-world.ts";

function text(operation: VrrpOperation): string {
  if (operation.kind === "notify") return `notify ${operation.arguments.join(" ")}`;
  if ("text" in operation) return `${operation.kind} ${operation.text}`;
  const { kind, interface: name, address } = operation;
  return `${kind} ${name} ${address.address}/${address.prefixLength}`;
}

function addressesOf(held: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...held].map((key) => key.replace(/^\S+ |\/.*$/g, "")));
}

describe("a plan against what the machines then do", () => {
  it("VRRP: every change of addresses and every notification, in order, whatever happened before", () => {
    const seen = { changes: 0, lost: 0 };
    fc.assert(
      fc.property(
        configs,
        configs,
        fc.array(vrrpHappening, { maxLength: 12 }),
        (running, next, happenings) => {
          const world = new VrrpWorld();
          world.start(running);
          for (const happening of happenings) world.happen(happening);
          world.due();
          const situation = { vrrp: { kind: "running", status: world.status }, now: world.now } as const;
          const { vrrp, outcome } = planReload(running, { next, situation });
          const [heldBefore, rolesBefore] = [world.held, world.roles];
          const { changes } = world.deliver({ kind: "reload", config: next });

          expect(vrrp?.operations.map(text)).toEqual(changes);
          if (changes.length > 0) seen.changes++;
          if (outcome === "address-lost") seen.lost++;

          const removedNow = changes.filter((change) => change.startsWith("remove-address"));
          const [before, after] = [addressesOf(heldBefore), addressesOf(world.held)];
          const fates = new Map(vrrp?.addresses.map(({ address, fate }) => [`${address}`, fate]));
          for (const address of new Set([...before, ...after])) {
            const fate = fates.get(address);
            if (!after.has(address)) expect(["removed", "dropped"]).toContain(fate);
            else if (!before.has(address)) expect(fate).toBe("appears");
          }
          // A plan that says nothing is lost is kept to: no address goes away, not for a moment.
          if (outcome !== "address-lost") {
            for (const address of before) expect(after).toContain(address);
            const alone = removedNow.filter((change) => {
              const lost = change.replace(/^remove-address \S+ |\/.*$/g, "");
              return [...heldBefore].filter((key) => key.includes(` ${lost}/`)).length < 2;
            });
            expect(alone.filter((change) => !addedBefore(changes, change))).toEqual([]);
          }
          if (outcome === "unchanged") expect(changes).toEqual([]);

          const touched = new Map(vrrp?.instances.map((change) => [change.router, change.kind]));
          for (const [key, role] of world.roles) {
            if (!rolesBefore.has(key)) expect(role).toMatch(/^(backup|fault|initialize)$/);
          }
          for (const key of rolesBefore.keys()) {
            expect([...world.roles.keys()].includes(key)).toBe(
              !["stop", "restart", "unsupported"].includes(touched.get(key) ?? ""),
            );
          }
          const started = vrrp?.scripts.filter(({ kind }) => kind === "start" || kind === "restart");
          expect(started?.map(({ name }) => name)).toEqual(world.due());
        },
      ),
      { numRuns: 150 },
    );
    // The worlds drawn are not so dull that nothing was compared.
    expect(seen.changes).toBeGreaterThan(15);
    expect(seen.lost).toBeGreaterThan(5);
  });

  it("VRRP: an address that drops is back when the plan says, when no other director takes it", () => {
    fc.assert(
      fc.property(configs, configs, fc.integer({ min: 1, max: 9_000 }), (running, next, ms) => {
        const world = new VrrpWorld();
        world.start(running);
        world.happen({ kind: "passes", ms });
        world.happen({ kind: "script", code: 0 });
        world.happen({ kind: "passes", ms });
        const situation = { vrrp: { kind: "running", status: world.status }, now: world.now } as const;
        const plan = planReload(running, { next, situation });
        world.deliver({ kind: "reload", config: next });
        const dropped = plan.vrrp?.addresses.filter(({ fate }) => fate === "dropped") ?? [];
        for (const { address } of dropped) expect(addressesOf(world.held)).not.toContain(address);
        for (const { address, backWithin } of dropped) {
          // Two instances of one director with the same address take it from one another: the linter's business.
          const lists = next.vrrpInstances.flatMap(({ virtualAddresses, excludedAddresses }) => [
            ...virtualAddresses,
            ...excludedAddresses,
          ]);
          if (lists.filter((virtual) => virtual.address === address).length > 1) continue;
          if (backWithin === undefined) continue;
          const rest = Math.ceil((situation.now + backWithin - world.now) / 1_000) + 1;
          if (rest > 0) world.happen({ kind: "passes", ms: rest });
          expect(addressesOf(world.held)).toContain(address);
        }
      }),
      { numRuns: 80 },
    );
  });

  const behaviours: readonly Behaviour[] = [{ kind: "connected" }, { kind: "refused" }, "hangs"];
  const healthHappening = fc.oneof(
    fc.record({
      kind: fc.constant("turns" as const),
      host: fc.integer({ min: 10, max: 13 }),
      how: fc.nat(2),
    }),
    fc.record({ kind: fc.constant("passes" as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
  );

  it("checkers: every operation on the table, in order, whatever the real servers did before", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        configs,
        configs,
        fc.array(healthHappening, { maxLength: 12 }),
        (running, next, happenings) => {
          const world = new HealthWorld();
          world.start(...running.virtualServers);
          for (const happening of happenings) {
            if (happening.kind === "passes") world.run(milliseconds(happening.ms));
            else world.answers.set(`192.0.2.${happening.host}`, behaviours[happening.how] ?? "hangs");
          }
          const standing = JSON.parse(JSON.stringify(healthStanding(world.state))) as HealthStanding;
          const situation = { checkers: { kind: "running", standing }, now: world.now } as const;
          const { checkers, outcome } = planReload(running, { next, situation });
          const tableBefore = world.table;
          world.effects.length = 0;
          world.reload(...next.virtualServers);
          const operations = world.effects.flatMap((effect) => (effect.kind === "apply" ? [effect.op] : []));

          if (operations.length > 0) compared++;
          expect(checkers?.operations).toEqual(operations);
          expect(checkers?.virtualServers.flatMap((change) => change.operations)).toEqual(operations);
          if (outcome === "unchanged") expect(operations).toEqual([]);

          for (const change of checkers?.virtualServers ?? []) {
            const [was, is] = [tableBefore, world.table].map((table) => table.get(change.service));
            const known = next.virtualServers.some(({ key }) => serviceKeyText(key) === change.service);
            expect(change.kind === "remove").toBe(!known);
            for (const real of change.realServers) {
              const weightIn = (service: typeof was) =>
                service?.destinations.find(({ address, port }) => `${address}:${port}` === real.server)
                  ?.weight;
              expect(real.weight).toEqual({
                ...(weightIn(was) === undefined ? {} : { from: weightIn(was) }),
                ...(weightIn(is) === undefined ? {} : { to: weightIn(is) }),
              });
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it("the same file twice changes nothing but what the machines would do anyway", () => {
    fc.assert(
      fc.property(configs, (config) => {
        const world = new VrrpWorld();
        world.start(config);
        const situation = { vrrp: { kind: "running", status: world.status }, now: world.now } as const;
        const plan = planReload(config, { next: structuredClone(config), situation });
        expect(plan.vrrp?.instances.filter(({ kind }) => kind !== "unsupported")).toEqual([]);
        expect(plan.vrrp?.operations).toEqual([]);
        expect(plan.global).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("no password is in a plan", () => {
    fc.assert(
      fc.property(configs, configs, (running, next) => {
        const world = new VrrpWorld();
        world.start(running);
        const situation = { vrrp: { kind: "running", status: world.status }, now: world.now } as const;
        const told = JSON.stringify([planReload(running, { next, situation }), world.status]);
        expect(told).not.toMatch(/hunter/);
      }),
      { numRuns: 50 },
    );
  });
});

/** Whether the address of a removal was added elsewhere earlier in the list: it changes hands without a gap. */
function addedBefore(changes: readonly string[], removal: string): boolean {
  const lost = removal.replace(/^remove-address \S+ |\/.*$/g, "");
  return changes
    .slice(0, changes.indexOf(removal))
    .some((change) => change.startsWith("add-address") && change.includes(` ${lost}/`));
}
