import { describe, expect, it } from "vitest";
import { instant } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import type { VrrpHostEffect } from "../../src/director/host.ts";
import { Rehearsal, STAGE } from "../../src/director/rehearsal.ts";
import { configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

const now = instant(1_000_000);
const world = { links: [eth0], addresses: [hostAddress("192.0.2.2")] };

function kindsOnStage(effects: readonly VrrpHostEffect[]): string[] {
  return effects.flatMap((effect) =>
    "interface" in effect && effect.interface === STAGE ? [effect.kind] : [],
  );
}

function takeover(config: Config): string[] {
  const rehearsal = new Rehearsal(config, world);
  const played: VrrpHostEffect[] = [];
  rehearsal.prepare(now);
  rehearsal.playTakeover((effects) => played.push(...effects));
  expect(JSON.stringify(played)).not.toContain('"eth0"');
  return kindsOnStage(played);
}

const WAY = ["send-packet", "add-address", ...Array<string>(5).fill("send-frame")];

describe("rehearsals", () => {
  it("a takeover goes the whole way, on the stage alone", () => {
    expect(takeover(configOf(instanceOf({})))).toEqual(WAY);
  });

  it("nothing that is tracked, nor a preference of its own, keeps it from the stage", () => {
    const tracking = instanceOf({
      trackScripts: [{ name: "web", weight: 0, reverse: false }],
      trackInterfaces: [{ name: "eth9", weight: 0, reverse: false }] as never,
      initialState: "master",
    });
    expect(takeover(configOf(tracking))).toEqual(WAY);
  });

  it("is played once for each time it was made ready", () => {
    const rehearsal = new Rehearsal(configOf(instanceOf({})), world);
    const played: VrrpHostEffect[] = [];
    const perform = (effects: readonly VrrpHostEffect[]) => void played.push(...effects);
    rehearsal.playTakeover(perform);
    expect(played).toEqual([]);
    rehearsal.prepare(now);
    rehearsal.playTakeover(perform);
    const once = played.length;
    rehearsal.playTakeover(perform);
    expect(played).toHaveLength(once);
  });

  it("whole lives end with a resignation, and another configuration plays on the same stage", () => {
    const rehearsal = new Rehearsal(configOf(instanceOf({})), world).with(
      configOf(instanceOf({ version: 3 })),
    );
    const played: VrrpHostEffect[] = [];
    rehearsal.playAll(now, (effects) => void played.push(...effects));
    const priorities = played.flatMap((effect) => (effect.kind === "send-packet" ? [effect.packet[22]] : []));
    expect(priorities).toContain(0);
    expect(priorities).toContain(100);
    expect(played.filter(({ kind }) => kind === "remove-address").length).toBeGreaterThan(0);
  });
});
