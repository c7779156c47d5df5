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

  it("prints the ratio of the medians, and lost take-overs only when there are some", () => {
    const failover = (median: number, lost: number): unknown => ({
      take_over_ms: { median },
      lost_takeovers: lost,
    });
    result("keepalived", "failover-v2-1-kill9.json", failover(2000, 0));
    result("locum", "failover-v2-1-kill9.json", failover(2100, 0));
    result("keepalived", "failover-v3-0.1-term.json", failover(50, 0));
    result("locum", "failover-v3-0.1-term.json", failover(40, 1));
    expect(run().stdout).toBe(
      [
        "| what | unit | keepalived | locum | locum / keepalived |",
        "| --- | --- | ---: | ---: | ---: |",
        "| VRRPv2, 1 s, SIGKILL: take-over, median | ms | 2000 | 2100 | 1.05 |",
        "| VRRPv3, 0.1 s, SIGTERM: take-over, median | ms | 50 | 40 | 0.80 |",
        "| VRRPv3, 0.1 s, SIGTERM: take-overs that never came | runs | 0 | 1 | - |",
        "",
      ].join("\n"),
    );
  });

  it("prints the median of the differences run by run, where the runs are there", () => {
    const runs = (...times: (number | null)[]): unknown => ({
      take_over_ms: { median: 1 },
      lost_takeovers: 0,
      rows: times.map((take_over_ms) => ({ take_over_ms })),
    });
    result("keepalived", "failover-v2-1-term.json", runs(600, 900, 100, null));
    result("locum", "failover-v2-1-term.json", runs(601, 905, 103, 7));
    expect(run().stdout).toContain(
      "| VRRPv2, 1 s, SIGTERM: difference run by run, median | ms | - | 3.0 | - |",
    );
  });

  it("prints memory, processor time and lateness at rest", () => {
    const idle = (pss: number): unknown => [
      {
        instances: 50,
        master: { pss_kb: pss, cpu_pct: 0.5 },
        wire: { late_ms_median: 0.25, late_ms_p99: 2 },
      },
    ];
    result("keepalived", "idle-v2-1.json", idle(5000));
    result("locum", "idle-v2-1.json", idle(50000));
    expect(run().stdout).toContain(
      "| VRRPv2, 1 s, 50 routers at rest: memory of the master (PSS) | kB | 5000 | 50000 | 10.00 |",
    );
  });

  it("says so when there is nothing to compare", () => {
    result("keepalived", "idle-v2-1.json", []);
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain("nothing measured for both programs");
  });
});
