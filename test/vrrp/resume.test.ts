import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import type { FaultReason, RouterEvent } from "../../src/vrrp/router-state.ts";
import { at, Bench, bench, OWN } from "./router-support.ts";

/** A new process that takes the place of `before`, which died at `died` seconds. */
function successor(
  before: Bench,
  how: { died: number; now: number; faults?: readonly FaultReason[]; source?: undefined },
): Bench {
  const { role, master } = before.state;
  const event: RouterEvent = {
    kind: "resume",
    // As it comes out of the journal.
    role: JSON.parse(JSON.stringify(role)),
    master,
    diedAt: at(how.died),
    source: "source" in how ? undefined : OWN,
    priority: 100,
    faults: how.faults ?? [],
  };
  return new Bench().on(event, at(how.now));
}

const DOWN: FaultReason = { kind: "interface-down", interface: "eth0" };

describe("a router whose process died", () => {
  it("goes on as Master within its down interval: it shows itself, makes sure of the addresses, tells nobody", () => {
    const master = bench("master");
    const next = successor(master, { died: 0.9, now: 1.1 });
    expect(next.state.role.kind).toBe("master");
    expect(next.told).toEqual(["advert 100", "add-addresses"]);
    // What it owed when it died nobody knows: it announces once more, and keeps its beat.
    expect(next.deadline).toBe(at(1.2));
    expect(next.run(at(1.3)).map(({ effect }) => effect)).toMatchObject([{ kind: "announce" }]);
    expect(next.deadline).toBe(at(2.1));
    // The second burst of announcements that was due is not forgotten.
    expect(next.run(at(6)).some(({ effect }) => effect.kind === "announce")).toBe(true);
  });

  it("announces no address that a reload took away since its record was written", () => {
    const master = bench("master");
    const { role } = master.state;
    if (role.kind !== "master") throw new Error("no master");
    const gone = { address: "192.0.2.77" as IpAddress, prefixLength: 24 };
    const announcements = role.announcements.map((burst) => ({
      ...burst,
      addresses: [...burst.addresses, gone],
    }));
    master.state = { ...master.state, role: { ...role, announcements } };
    const announced = successor(master, { died: 0.9, now: 1.1 })
      .run(at(70))
      .flatMap(({ effect }) => (effect.kind === "announce" ? [...effect.addresses] : []));
    expect(announced.length).toBeGreaterThan(0);
    expect(announced).not.toContainEqual(gone);
  });

  it("listens first when it was silent for a down interval, and is told of as Backup", () => {
    const master = bench("master");
    expect(successor(master, { died: 0.9, now: 3.6 }).state.role.kind).toBe("master");
    const late = successor(master, { died: 0.9, now: 3.7 });
    expect(late.state.role).toMatchObject({ kind: "backup", masterDownAt: at(3.7 + 3.609375) });
    expect(late.told[0]).toBe("remove-addresses");
    expect(late.effects.at(-1)).toMatchObject({
      kind: "role-changed",
      from: "master",
      reason: "late-resumption",
    });
  });

  it("ST-14 that was silent for too long tells the winner that there was another: it may have announced when it died", () => {
    const owes = ({ state: { role } }: Bench) => role.kind === "backup" && role.farewell !== undefined;
    expect(owes(successor(bench("master"), { died: 0.9, now: 3.7 }))).toBe(true);
    expect(owes(successor(bench("backup"), { died: 0.9, now: 3.7 }))).toBe(false);
  });

  it("waits on as Backup; the time in which it was deaf does not count", () => {
    const backup = bench("backup");
    const due = backup.deadline ?? at(0);
    const next = successor(backup, { died: 1, now: 1.5 });
    expect(next.deadline).toBe(due + 500_000);
    expect(next.told).toEqual(["remove-addresses"]);
  });

  it("a fault that came meanwhile takes off what a Backup may have added when it died: it may have been taking over", () => {
    const next = successor(bench("backup"), { died: 1, now: 1.5, faults: [DOWN] });
    expect(next.told).toEqual(["remove-addresses", "backup -> fault"]);
  });

  it("a fault that came meanwhile makes a Master resign; one that went lets it take part again", () => {
    const fault = successor(bench("master"), { died: 0.9, now: 1, faults: [DOWN] });
    expect(fault.state.role).toMatchObject({ kind: "fault", reasons: [DOWN] });
    expect(fault.told.slice(0, 2)).toEqual(["advert 0", "remove-addresses"]);
    const still = successor(fault, { died: 1, now: 1.2, faults: [DOWN] });
    expect(still.told).toEqual(["remove-addresses"]);
    const well = successor(fault, { died: 1, now: 1.2 });
    expect(well.state.role).toMatchObject({ kind: "backup", masterDownAt: at(1.2 + 3.609375) });
  });

  it("without an address to send from it is in Fault", () => {
    const next = successor(bench("master"), { died: 0.9, now: 1, source: undefined });
    expect(next.state.role).toMatchObject({ kind: "fault", reasons: [{ kind: "no-source-address" }] });
  });

  it("that had said farewell begins anew", () => {
    const ended = bench("master").on({ kind: "shutdown" }, at(1));
    const next = successor(ended, { died: 1, now: 1.2 });
    expect(next.state.role).toMatchObject({ kind: "backup", masterDownAt: at(1.2 + 3.609375) });
    expect(next.effects.at(-1)).toMatchObject({ kind: "role-changed", reason: "startup" });
  });
});
