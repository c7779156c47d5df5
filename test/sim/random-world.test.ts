import { describe, expect, it } from "vitest";
import { playScenario, violationLine } from "../../src/sim/play-scenario.ts";
import { randomScenario } from "../../src/sim/random-world.ts";
import { scenarioText } from "../../src/sim/scenario.ts";

/** A few worlds of some minutes; `.ci/run` has a thousand of an hour each: see tools/simulate.mjs. */
const SEEDS = Array.from({ length: 12 }, (_, at) => at + 1);
const SECONDS = 400;

describe("worlds drawn from a seed", () => {
  it(`keep every promise, in ${SEEDS.length} worlds of some minutes`, () => {
    for (const seed of SEEDS) {
      const { violations } = playScenario(randomScenario(seed, SECONDS), { tracing: false });
      const replay = `node tools/simulate.mjs --seeds 1 --seed ${seed} --seconds ${SECONDS}`;
      expect(violations.map(violationLine), `seed ${seed}; shrink it with: ${replay}`).toEqual([]);
    }
  });

  it("are the same for the same seed, and others for another", () => {
    const told = (seed: number, tracing: boolean): readonly number[] => {
      const { world } = playScenario(randomScenario(seed, 120), { tracing });
      return [world.digest, world.events];
    };
    expect(told(7, false)).toEqual(told(7, false));
    expect(told(7, true)).toEqual(told(7, false));
    expect(told(8, false)).not.toEqual(told(7, false));
  });

  it("meet every kind of fault and of configuration", () => {
    const all = Array.from({ length: 40 }, (_, at) => scenarioText(randomScenario(at + 1, 3_600))).join("\n");
    const wanted = [
      ...[
        "network loss",
        "duplication",
        "reordering",
        "held-back",
        "cut a b",
        "cut b client",
        "hold",
        "kill",
      ],
      ...["power-off", "stop", "reload", "link-down", "interface-gone", "delete-address", "overrun", "wake"],
      ...[
        "refuse a add-address",
        "refuse b send-packet",
        "script a check fails",
        "hangs",
        "clock-step",
        "forge",
      ],
      ...["vrrp_sync_group", "nopreempt", "preempt_delay", "vrrp_startup_delay", "dont_track_primary"],
      ...["version 2", "version 3", "unicast_peer", "auth_type PASS", "fe80::1:1/64"],
      ...["track_file", "track_process", "track_bfd", "quorum_max", "sync_group_tracking_weight", " reverse"],
      ...["file a load gone", "processes a web 0 exec", "bfd a uplink down"],
      ...["auth_type AH", "anti_replay time", "anti_replay monotonic", "active_key 2", "auth_pass 2222"],
      ...["replay a V1", "clock-set a 0", "unicast_src_ip fe80::b"],
      ...["crash a 0.2\n", "crash b 0.002 3\n"],
      ...["track_interface", "check weight -20", "virtual_ipaddress_excluded", "state MASTER"],
    ];
    for (const word of wanted) expect(all).toContain(word);
  });
});
