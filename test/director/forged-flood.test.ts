import { expect, it } from "vitest";
import { after, type Instant, instant, microseconds } from "../../src/base/time.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { advertisementPacket, configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

type Packet = Extract<ReturnType<typeof advertisementPacket>, { kind: "packet" }>;

/** An advertisement that would win at once, with one thing wrong. */
function forged(
  spoil: (packet: Uint8Array) => Uint8Array,
  options: { virtualRouterId?: number } = {},
): Packet {
  const made = advertisementPacket({ priority: 250, ...options }) as Packet;
  return { ...made, packet: spoil(made.packet.slice()) };
}

const set = (at: number, value: number) => (packet: Uint8Array) => packet.fill(value, at, at + 1);
const forgeries: readonly Packet[] = [
  forged(set(8, 254)),
  forged(set(20, 0x31)),
  forged(set(20, 0x22)),
  forged(set(23, 9)),
  forged(set(26, 0x55)),
  forged(set(24, 1)),
  forged((packet) => packet.subarray(0, 34)),
  forged((packet) => packet, { virtualRouterId: 52 }),
];

it("RX-15 RX-16 100,000 forged packets in a second never move a master, and cost a line for each reason", () => {
  const state = initialVrrpState();
  let now: Instant = instant(0);
  const config = configOf(instanceOf({}));
  const step = (event: Parameters<typeof vrrpDirector.step>[1]) =>
    vrrpDirector.step(state, event, now).effects;
  step({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] });
  now = vrrpDirector.deadline(state) ?? now;
  step({ kind: "alarm" });
  const [router] = state.routers.values();
  expect(router?.state.role.kind).toBe("master");
  const due = vrrpDirector.deadline(state);
  const told: string[] = [];
  let asked = 0;
  for (let count = 0; count < 99_992; count++) {
    now = after(now, microseconds(10));
    const effects = step(forgeries[count % forgeries.length] as Packet);
    told.push(...effects.map((effect) => (effect.kind === "log" ? effect.message : effect.kind)));
    asked += effects.filter(({ kind }) => kind === "screen-wire").length;
  }
  expect(vrrpDirector.deadline(state)).toBe(due);
  expect(router?.state.role.kind).toBe("master");
  expect(told.every((line) => /refused|a flood of bad packets|^screen-wire$/.test(line))).toBe(true);
  // One line for each reason, one for the flood.
  expect(told.length - asked).toBeLessThanOrEqual(forgeries.length + 1);
  expect(asked).toBe(1);
  const counted = [...(router?.counters.rejected.values() ?? [])].reduce((sum, count) => sum + count, 0);
  // All but those of the foreign VRID, and those that are cut and are counted for no router.
  expect(counted).toBeGreaterThanOrEqual(99_992 * (6 / 8));
});
