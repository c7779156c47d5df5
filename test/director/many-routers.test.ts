import { expect, it } from "vitest";
import { after, type Instant, instant, microseconds } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

const ROUTERS = 40;

function manyRouters(): Config {
  const vrrpInstances = Array.from({ length: ROUTERS }, (_, at) =>
    instanceOf({ name: `V${at}`, virtualRouterId: at + 1 }),
  );
  return { ...configOf(), vrrpInstances };
}

it("of routers that are due together a few have their turn at each alarm, and keep the instant it came at", () => {
  const state = initialVrrpState();
  const started = instant(1_000_000);
  const addresses = [hostAddress("192.0.2.2")];
  vrrpDirector.step(state, { kind: "start", config: manyRouters(), links: [eth0], addresses }, started);

  /** Each alarm comes a little after the one before, as the work on that one takes its time. */
  const round = (from: Instant, gap: number) => {
    const turns: { readonly at: Instant; readonly sent: number }[] = [];
    for (let now = from; (vrrpDirector.deadline(state) ?? now) <= now; now = after(now, microseconds(gap))) {
      const { effects } = vrrpDirector.step(state, { kind: "alarm" }, now);
      turns.push({ at: now, sent: effects.filter(({ kind }) => kind === "send-packet").length });
    }
    return turns;
  };

  const takenOver = round(vrrpDirector.deadline(state) ?? started, 700);
  expect(takenOver.map(({ sent }) => sent)).toEqual([16, 16, 8]);
  expect([...state.routers.values()].every((entry) => entry.state.role.kind === "master")).toBe(true);

  // What they hold ready for a stop is prepared once for all of them.
  const prepared = vrrpDirector.step(state, { kind: "alarm" }, vrrpDirector.deadline(state) ?? started);
  expect(prepared.effects).toMatchObject([{ kind: "prepare-resignation", packets: { length: ROUTERS } }]);

  for (const { at, sent } of takenOver) {
    const next = after(at, microseconds(1_000_000));
    expect(vrrpDirector.deadline(state)).toBe(next);
    expect(round(next, 100)).toEqual([{ at: next, sent }]);
  }
});

it("a router that was kept waiting comes before one whose time has just come", () => {
  const state = initialVrrpState();
  const addresses = [hostAddress("192.0.2.2")];
  const start = { kind: "start", config: manyRouters(), links: [eth0], addresses } as const;
  vrrpDirector.step(state, start, instant(1_000_000));
  // The last in the file has waited longest.
  state.deadlines.set(ROUTERS - 1, instant(2_000_000));
  const { effects } = vrrpDirector.step(state, { kind: "alarm" }, instant(10_000_000));
  const first = effects.find((effect) => effect.kind === "send-packet");
  expect(first?.packet[21]).toBe(ROUTERS);
});
