import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree, type VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";

describeWith({ title: "when the host runs short", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("lt-short");
  const disk = mkdtempSync(join(tmpdir(), "locum-test-"));
  const daemons = new Daemons(namespaces);
  const holds = (address: string) => namespaces.run("a", ["ip", "address"]).includes(` ${address}/`);

  beforeAll(() => {
    for (const name of ["a", "b"]) namespaces.add(name);
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0" },
    );
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "locum-test", disk]).status).toBe(0);
  });
  afterEach(async () => {
    await daemons.dispose();
    namespaces.run("a", ["ip", "address", "flush", "dev", "eth0", "to", "10.77.0.100/31"]);
  });
  afterAll(() => {
    namespaces.remove();
    spawnSync("umount", [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  function start(text: string, before: readonly string[] = []): VrrpDaemon {
    const daemon = daemons.make({ namespace: "a", program: "locum", before });
    daemon.configure(text);
    daemon.start();
    return daemon;
  }

  const instance = (address: string, more = "") => `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${address}/16
  }
  ${more}
}
`;

  it("F11 without a free descriptor it goes on, is no busier, says so once, and recovers", async () => {
    const ran = join(disk, "ran");
    const script = join(disk, "script");
    writeFileSync(script, `#!/bin/sh\necho "$3" >> ${ran}\n`, { mode: 0o755 });
    const text = (address: string) =>
      `global_defs {\n  script_user root\n  enable_script_security\n}\nvrrp_script c {\n  script /bin/true\n  interval 1\n}\n${instance(address, `notify ${script}\n  track_script {\n    c\n  }`)}`;
    const daemon = start(text(VIP));
    await eventually(() => holds(VIP), { within: 20_000 });
    await eventually(() => existsSync(ran) && readFileSync(ran, "utf8").includes("MASTER"), {
      within: 5_000,
    });
    const pids = processTree(daemon.pid).filter((pid) => !comm(pid).includes("spare"));
    for (const pid of pids) limitDescriptors(pid, firstFree(pid));
    const before = pids.map(ticks).reduce((sum, each) => sum + each, 0);
    const started = Date.now();
    // Its link goes and comes: netlink, sockets and scripts are all wanted.
    namespaces.run("b", ["ip", "link", "set", "eth0", "down"]);
    await eventually(() => !holds(VIP), { within: 5_000 });
    namespaces.run("b", ["ip", "link", "set", "eth0", "up"]);
    await eventually(() => holds(VIP), { within: 10_000 });
    daemon.signal("SIGHUP");
    daemon.signal("SIGUSR1");
    // Three rounds of the script.
    await eventually(() => Date.now() - started > 4_000, { within: 6_000, every: 100 });
    expect(daemon.running).toBe(true);
    expect(holds(VIP)).toBe(true);
    const seconds = (Date.now() - started) / 1_000;
    const used = (pids.map(ticks).reduce((sum, each) => sum + each, 0) - before) / TICKS_PER_SECOND;
    expect(used / seconds).toBeLessThan(0.25);
    const told = daemon.log.split("\n").filter((line) => /EMFILE|Too many open files/.test(line));
    // What runs every second says it once; a notify command that was lost says so each time.
    expect(told.filter((line) => line.includes("Script `c` now not run"))).toHaveLength(1);
    expect(told.filter((line) => line.includes("The new configuration cannot be read"))).toHaveLength(1);
    expect(told.length).toBeLessThan(12);
    expect(daemon.log).not.toMatch(/no user|VRRP_Script\(c\) failed/);
    for (const pid of pids) limitDescriptors(pid, 1_024);
    daemon.configure(text("10.77.0.101"));
    daemon.signal("SIGHUP");
    await eventually(() => holds("10.77.0.101") && !holds(VIP), { within: 10_000 });
    expect(pids.every((pid) => processTree(daemon.pid).includes(pid))).toBe(true);
    const lines = readFileSync(ran, "utf8");
    await daemon.stop();
    await eventually(() => readFileSync(ran, "utf8").length > lines.length, { within: 5_000 });
  }, 60_000);

  it("F43 a full disk: a director without pid file's content and dumps, which are there when there is room", async () => {
    const filler = join(disk, "filler");
    spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"]);
    const daemon = start(`global_defs {\n  vrrp_notify_fifo ${disk}/pipe\n}\n${instance(VIP)}`, [
      "env",
      `TMPDIR=${disk}`,
    ]);
    const twin = join(disk, "p.pid");
    await eventually(() => holds(VIP), { within: 20_000 });
    daemon.signal("SIGUSR1");
    await eventually(() => /Cannot write .*keepalived\.data: .*ENOSPC/.test(daemon.log), { within: 5_000 });
    expect(holds(VIP)).toBe(true);
    // Nothing half-written is left.
    expect(readdirSync(disk).filter((name) => name.includes(".data"))).toEqual([]);
    rmSync(filler);
    daemon.signal("SIGUSR1");
    await eventually(() => statSync(join(disk, "keepalived.data")).size > 1_000, { within: 5_000 });
    expect(existsSync(twin)).toBe(false);
    expect(await daemon.stop()).toBe(0);
    expect(holds(VIP)).toBe(false);
  }, 60_000);
});

const TICKS_PER_SECOND = 100;

function comm(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "latin1");
}

/** The least descriptor that a process could get next: with that as its limit it gets none. */
function firstFree(pid: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  for (let descriptor = 0; ; descriptor++) if (!open.has(descriptor)) return descriptor;
}

function limitDescriptors(pid: number, limit: number): void {
  expect(spawnSync("prlimit", ["--pid", `${pid}`, `--nofile=${limit}:`]).status).toBe(0);
}

/** Processor time of a process so far, by proc_pid_stat(5). */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[14 - 3]) + Number(fields[15 - 3]);
}
