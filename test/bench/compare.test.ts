import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../bench/compare.mjs", import.meta.url));

describe("bench/compare.mjs --from", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "locum-compare-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const result = (program: string, file: string, contents: unknown): void => {
    mkdirSync(join(folder, program), { recursive: true });
    writeFileSync(join(folder, program, file), JSON.stringify(contents));
  };
  const run = (): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [script, "--from", folder], { encoding: "utf8" });

  /** The lines of the table that a failover is printed in. */
  const failovers = (): readonly string[] => String(run().stdout).trimEnd().split("\n").slice(2);

  it("prints the ratio of the medians and the worst cases, and says which aim is missed", () => {
    const failover = (median: number, max: number, lost = 0): unknown => ({
      take_over_ms: { median, max },
      bound_ms: 3609.38,
      lost_takeovers: lost,
    });
    result("keepalived", "failover-v2-1-kill9.json", failover(2000, 3000));
    result("locum", "failover-v2-1-kill9.json", failover(2100, 3619));
    result("keepalived", "failover-v2-1-term.json", failover(611.2, 612.7));
    result("locum", "failover-v2-1-term.json", failover(650, 3620));
    result("keepalived", "failover-v3-0.01-carrier.json", failover(50, 60));
    result("locum", "failover-v3-0.01-carrier.json", failover(40, 60, 1));
    expect(failovers()).toEqual([
      "| VRRPv2, 1 s, SIGKILL | 2,000 (3,000) ms | 2,100 (3,619) ms | 1.05 | - ms | 3,609 ms | held |",
      "| VRRPv2, 1 s, SIGTERM | 611.2 (612.7) ms | 650.0 (3,620) ms | 1.06 | - ms | 3,609 ms | median, worst case |",
      "| VRRPv3, 0.01 s, no carrier | 50.0 (60.0) ms | 40.0 (60.0) ms | 0.80 | - ms | 3,609 ms | 1 take-overs never came |",
    ]);
  });

  it("prints the median of the differences run by run, where the runs are there", () => {
    const runs = (...times: (number | null)[]): unknown => ({
      take_over_ms: { median: 1, max: 1 },
      bound_ms: 1,
      lost_takeovers: 0,
      rows: times.map((take_over_ms) => ({ take_over_ms })),
    });
    result("keepalived", "failover-v2-1-term.json", runs(600, 900, 100, null));
    result("locum", "failover-v2-1-term.json", runs(601, 905, 103, 7));
    expect(failovers()[0]).toContain("| 1.00 | 3.0 ms |");
  });

  it("prints memory, processor time and lateness at rest", () => {
    const idle = (pss: number): unknown => [
      {
        instances: 50,
        master: { pss_kb: pss, cpu_pct: 0.5 },
        backup: { pss_kb: pss, cpu_pct: 0.25 },
        wire: { late_ms_median: 0.25, late_ms_p99: 2 },
      },
    ];
    result("keepalived", "idle-v2-1.json", idle(5000));
    result("locum", "idle-v2-1.json", idle(50000));
    expect(run().stdout).toContain(
      "| VRRPv2, 1 s, 50 | 5.0 MB | 50.0 MB | 0.50% | 0.50% | 0.25% | 0.25% | 2.0 ms | 2.0 ms |",
    );
  });

  it("prints what the client saw of a drill, of each of its parts where it has some", () => {
    const seen = { outage_ms: 12.34, nflips: 2, log_lines: { a: 1500 } };
    const forged = { outage_ms: 1001, flips: 0, demoted: true, log_lines: { a: 3 } };
    result("keepalived", "drills.json", { restart: seen, forged_v2: { ttl254: forged }, alone: seen });
    result("locum", "drills.json", {
      restart: { error: "RuntimeError: a never sole owner" },
      forged_v2: { ttl254: { ...forged, demoted: false } },
    });
    expect(failovers()).toEqual([
      "| `restart` | 12.3 ms | RuntimeError: a never sole owner | 2 | RuntimeError: a never sole owner | 1,500 | RuntimeError: a never sole owner |",
      "| `forged_v2`: ttl254 | 1,001 ms | 1,001 ms | 0, demoted | 0 | 3 | 3 |",
    ]);
  });

  it("says so when there is nothing to compare", () => {
    result("keepalived", "idle-v2-1.json", []);
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain("nothing measured for both programs");
  });
});
