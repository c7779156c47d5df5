import { expect, it } from "vitest";
import { type Instant, instant } from "../../../src/base/time.ts";
import { vrrpDirector } from "../../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../../src/director/vrrp-director-state.ts";
import { RestartPause } from "../../../src/linux/process/restart-pause.ts";
import { createJournalMemory, RoleJournal } from "../../../src/linux/process/role-journal.ts";
import {
  advertisementPacket,
  configOf,
  eth0,
  hostAddress,
  instanceOf,
} from "../../director/vrrp-fixtures.ts";

it("a role journal tells the successor roles, timers, groups and counters as they were at the last step", () => {
  const memory = createJournalMemory();
  const parent = new RoleJournal(memory, { writable: true });
  const child = new RoleJournal(memory, { writable: true });
  expect(parent.read()).toBeUndefined();
  const state = initialVrrpState();
  const config = configOf(instanceOf({}));
  const start = { kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] } as const;
  let now: Instant = instant(1_000_000);
  vrrpDirector.step(state, start, now);
  child.note(state, now);
  expect(parent.read()).toMatchObject({
    diedAt: 1_000_000,
    record: { routers: [{ key: "eth0/4/51", role: { kind: "backup", masterDownAt: 4_609_375 } }] },
  });
  for (let alarms = 0; alarms < 5; alarms++) {
    now = vrrpDirector.deadline(state) ?? now;
    vrrpDirector.step(state, { kind: "alarm" }, now);
    child.note(state, now);
  }
  const [router] = parent.read()?.record.routers ?? [];
  expect(router?.role).toMatchObject({ kind: "master", lastAdvertisementAt: now });
  expect(router?.counters).toMatchObject({ becameMaster: 1 });

  const next = initialVrrpState();
  const legacy = parent.read();
  const { effects } = vrrpDirector.step(next, { ...start, ...(legacy === undefined ? {} : { legacy }) }, now);
  expect(effects.map(({ kind }) => kind)).toEqual(["open-wire", "send-packet", "add-address", "log"]);
  expect(next.routers.get("eth0/4/51")?.counters.becameMaster).toBe(1);
  parent.clear();
  expect(child.read()).toBeUndefined();
});

it("a step that touches one router leaves what is told of the others", () => {
  const memory = createJournalMemory();
  const parent = new RoleJournal(memory, { writable: true });
  const child = new RoleJournal(memory, { writable: true });
  const state = initialVrrpState();
  const instances = [51, 52].map((virtualRouterId) =>
    instanceOf({ name: `V${virtualRouterId}`, virtualRouterId }),
  );
  const config = { ...configOf(), vrrpInstances: instances };
  const addresses = [hostAddress("192.0.2.2")];
  vrrpDirector.step(state, { kind: "start", config, links: [eth0], addresses }, instant(1_000_000));
  child.note(state, instant(1_000_000));
  const packet = advertisementPacket({ virtualRouterId: 52, priority: 200 });
  vrrpDirector.step(state, packet, instant(2_000_000));
  child.note(state, instant(2_000_000));
  expect(parent.read()).toMatchObject({
    diedAt: 2_000_000,
    record: {
      routers: [
        { key: "eth0/4/51", role: { kind: "backup", masterDownAt: 4_609_375 } },
        { key: "eth0/4/52", role: { kind: "backup", masterDownAt: 5_609_375 }, master: { priority: 200 } },
      ],
    },
  });
});

it("the first five deaths are answered at once, then ever more slowly up to a minute; a long life forgives", () => {
  const pause = new RestartPause();
  const pauses = Array.from({ length: 13 }, () => pause.afterLifeOf(100));
  expect(pauses).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
  expect([pause.afterLifeOf(61_000), pause.afterLifeOf(10)]).toEqual([0, 0]);
});
