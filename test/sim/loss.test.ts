import { describe, expect, it } from "vitest";
import { playScenario } from "../../src/sim/play-scenario.ts";
import { parseScenario } from "../../src/sim/scenario.ts";

const PAIR = ["a 192.0.2.11 priority 150", "b 192.0.2.12 priority 100"];

/** Every time in which a client sent past the only master, and how often the backup took over, in 40 s of loss. */
function lossyPair(
  seed: number,
  loss: number,
): { readonly takeovers: number; readonly dark: readonly number[] } {
  const scenario = parseScenario(
    [
      `seed ${seed}`,
      "late-alarms",
      ...PAIR.map((router) => `router ${router} version 3 advert_int 0.1`),
      "at 0 start a",
      "at 0 start b",
      `at 2 network loss ${loss}`,
      "until 42",
    ].join("\n"),
  );
  if (!scenario.ok) throw new Error(scenario.error);
  const { world } = playScenario(scenario.value, { tracing: true });
  const takeovers = world.trace.filter(({ who, what }) => who === "b" && what.includes("Entering MASTER"));
  return {
    takeovers: takeovers.length,
    dark: world.client.darkSpells.map(({ lasted }) => lasted / 1_000_000),
  };
}

describe("ST-14 a network that loses packets (F18)", () => {
  it.each([
    [0.1, 20],
    [0.3, 40],
  ])(
    "at a loss of %d, the client is back on the master within a second of each false takeover",
    (loss, seeds) => {
      const all = Array.from({ length: seeds }, (_, at) => lossyPair(at + 1, loss));
      const takeovers = all.reduce((sum, one) => sum + one.takeovers, 0);
      const dark = all.flatMap((one) => one.dark);
      // Three in a row are lost now and then, or the test shows nothing.
      expect(takeovers).toBeGreaterThan(loss > 0.2 ? 200 : 1);
      expect(Math.max(0, ...dark)).toBeLessThan(1);
      expect(dark.reduce((sum, spell) => sum + spell, 0) / (40 * seeds)).toBeLessThan(0.001);
    },
  );
});
