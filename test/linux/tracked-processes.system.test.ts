import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { ProcessCount } from "../../src/director/tracker-standings.ts";
import { TrackedProcesses } from "../../src/linux/tracked-processes.ts";
import { load } from "../conf/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { describeWith } from "../support/require.ts";

describeWith({ title: "the kernel's news of processes", needs: ["root"] }, () => {
  const name = `lt-crowd-${process.pid}`.slice(0, 15);
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const workers: ChildProcess[] = [];
  const tracked: TrackedProcesses[] = [];
  const work = () => workers.push(spawn(join(folder, name), ["600"], { stdio: "ignore" }));

  afterEach(() => {
    for (const each of tracked.splice(0)) each.follow([], { force: false });
    for (const worker of workers.splice(0)) worker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("what was lost because it came too fast is found by looking, and what comes later is heard", async () => {
    symlinkSync("/bin/sleep", join(folder, name));
    work();
    work();
    const counts: ProcessCount[] = [];
    const troubles: string[] = [];
    const processes = new TrackedProcesses({
      changed: (count) => counts.push(count),
      trouble: (_, message) => troubles.push(message),
    });
    tracked.push(processes);
    const { trackProcesses } = load(`vrrp_track_process p {\n  process ${name}\n}\n`).config;
    // A worker counts once it runs its own program.
    await eventually(() => processes.follow(trackProcesses, { bytes: 4_096, force: false })[0]?.count === 2, {
      within: 5_000,
    });
    // Nobody listens while this runs, and it is more than fits.
    workers.pop()?.kill("SIGKILL");
    spawnSync("sh", ["-c", "for i in $(seq 150); do /bin/true; done"]);
    await eventually(() => counts.at(-1)?.count === 1, { within: 5_000 });
    // In a network namespace that has no such news the processes are looked through every second instead.
    const hears = !troubles.some((trouble) => trouble.includes("the kernel does not tell of processes"));
    if (hears) {
      expect(troubles.filter((trouble) => trouble.includes("came too fast"))).not.toEqual([]);
    }
    work();
    await eventually(() => counts.at(-1)?.count === 2, { within: hears ? 900 : 5_000 });
  }, 30_000);
});
