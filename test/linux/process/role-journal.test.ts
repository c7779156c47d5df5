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

const HMAC = {
  keys: [{ id: 1, secret: "0123456789abcdef0123456789abcdef" }],
  antiReplay: "monotonic",
  mode: "enforce",
} as const;

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
  child.note(state, now, 1);
  expect(parent.read()).toMatchObject({
    diedAt: 1_000_000,
    record: { routers: [{ key: "eth0/4/51", role: { kind: "backup", masterDownAt: 4_609_375 } }] },
  });
  for (let alarms = 0; alarms < 5; alarms++) {
    now = vrrpDirector.deadline(state) ?? now;
    vrrpDirector.step(state, { kind: "alarm" }, now);
    child.note(state, now, 1);
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

it("a successor signs on from where the process that died had counted to, or its neighbours would refuse it", () => {
  const memory = createJournalMemory();
  const parent = new RoleJournal(memory, { writable: true });
  const child = new RoleJournal(memory, { writable: true });
  const state = initialVrrpState();
  const vrrpInstances = [
    instanceOf({ name: "A", authentication: { kind: "ah", password: "1111" } }),
    instanceOf({ name: "H", virtualRouterId: 52, version: 3, hmac: HMAC }),
  ];
  const config = { ...configOf(), vrrpInstances };
  const start = { kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] } as const;
  vrrpDirector.step(state, start, instant(0));
  let now = instant(0);
  while (now < 20_000_000) {
    now = vrrpDirector.deadline(state) ?? now;
    vrrpDirector.step(state, { kind: "alarm" }, now);
    child.note(state, now, 1);
  }
  const counted = (of: typeof state) => {
    const [ah, hmac] = [...of.routers.values()].map(({ exchange }) => exchange);
    return { header: ah?.headerSequence ?? 0, trailer: hmac?.trailerSequence ?? 0n };
  };
  const before = counted(state);
  expect(before.header).toBeGreaterThan(10);
  const next = initialVrrpState();
  const legacy = parent.read();
  if (legacy === undefined) throw new Error("nothing was left");
  // The clock was set back meanwhile.
  vrrpDirector.step(next, { kind: "wall-clock", offset: -5_000_000 }, now);
  vrrpDirector.step(next, { ...start, legacy }, now);
  expect(counted(next).header).toBeGreaterThan(before.header);
  expect(counted(next).trailer).toBeGreaterThan(before.trailer);
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
  child.note(state, instant(1_000_000), 1);
  const packet = advertisementPacket({ virtualRouterId: 52, priority: 200 });
  vrrpDirector.step(state, packet, instant(2_000_000));
  child.note(state, instant(2_000_000), 1);
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
