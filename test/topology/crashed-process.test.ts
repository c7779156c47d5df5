import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";

interface Wishes {
  readonly interval?: number;
  readonly nopreempt?: boolean;
}

function configuration(options: Wishes & { priority: number; state?: string; notify?: string }): string {
  return `vrrp_instance V1 {
  state ${options.state ?? "BACKUP"}
  interface eth0
  virtual_router_id 51
  priority ${options.priority}
  advert_int ${options.interval ?? 0.4}
  version 3
  ${options.nopreempt === true ? "nopreempt" : ""}
  ${options.notify === undefined ? "" : `notify "/bin/sh -c 'echo $2 $3 $4 >> ${options.notify}' sh"`}
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;
}

describeWith({ title: "a director whose processes crash", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("lt-crash");
  const told = `/tmp/locum-crash-${process.pid}`;
  const daemons: VrrpDaemon[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0", addresses: ["10.77.0.3/16"] },
    );
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) await daemon.dispose();
    rmSync(told, { force: true });
    for (const side of ["a", "b"])
      namespaces.run(side, ["ip", "address", "flush", "dev", "eth0", "to", `${VIP}/30`]);
  });
  afterAll(() => namespaces.remove());

  function daemon(side: "a" | "b", text: string): VrrpDaemon {
    const made = new VrrpDaemon(namespaces, { namespace: side, program: "locum" });
    daemons.push(made);
    made.configure(text);
    made.start();
    return made;
  }

  async function pair(options: Wishes = {}) {
    const state = options.nopreempt === true ? "BACKUP" : "MASTER";
    const a = daemon("a", configuration({ priority: 150, state, notify: told, ...options }));
    await eventually(() => a.log.includes("Entering MASTER STATE"), { within: 15_000 });
    const b = daemon("b", configuration({ priority: 100, ...options }));
    await eventually(() => b.log.includes("Entering BACKUP STATE"), { within: 15_000 });
    return { a, b };
  }

  const child = (of: VrrpDaemon) => processTree(of.pid).slice(1)[0];
  const holds = (side: string) => namespaces.run(side, ["ip", "-4", "address", "show", "eth0"]).includes(VIP);

  it("F6, F7: its VRRP process goes on as master five times over; no backup, client or script notices", async () => {
    // An interval that leaves time enough to start a process on a machine that runs other tests.
    const { a, b } = await pair({ interval: 2 });
    await eventually(() => readFileSync(told, "utf8").includes("MASTER"), { within: 5_000 });
    const before = readFileSync(told, "utf8");
    const monitor = watchAddresses(namespaces);
    for (let crash = 1; crash <= 5; crash++) {
      const pid = child(a);
      process.kill(pid ?? 0, "SIGKILL");
      const goneOn = () => a.log.split("goes on as MASTER").length - 1 === crash;
      await eventually(goneOn, { within: 10_000 });
      expect(child(a)).not.toBe(pid);
    }
    expect(b.log).not.toContain("Entering MASTER STATE");
    expect(readFileSync(told, "utf8")).toBe(before);
    expect(monitor.text()).not.toContain("Deleted");
    expect(a.log.match(/Entering/g)).toHaveLength(2);
    monitor.stop();
    // It is a master like any other: it resigns when it is stopped.
    await a.stop();
    await eventually(() => holds("b"), { within: 5_000 });
  });

  it("F6: one that was away for longer than the backup's patience listens first", async () => {
    const { a, b } = await pair({ nopreempt: true });
    const pid = child(a) ?? 0;
    process.kill(a.pid, "SIGSTOP");
    process.kill(pid, "SIGKILL");
    await eventually(() => b.log.includes("Entering MASTER STATE"), { within: 10_000 });
    process.kill(a.pid, "SIGCONT");
    await eventually(() => a.log.includes("Entering BACKUP STATE\n"), { within: 10_000 });
    expect(a.log).not.toContain("goes on as MASTER");
    expect(holds("a")).toBe(false);
    expect(holds("b")).toBe(true);
    await eventually(() => readFileSync(told, "utf8").endsWith("V1 BACKUP 150\n"), { within: 5_000 });
  });

  it("F7: what a reload drops while there is no VRRP process goes as well, and what stays is never away", async () => {
    const two = (other: string) =>
      configuration({ priority: 150, interval: 2 }).replace(`${VIP}/16`, `${VIP}/16\n    ${other}/16`);
    const addresses = () => namespaces.run("a", ["ip", "-4", "address", "show", "eth0"]);
    const a = daemon("a", two("10.77.0.101"));
    await eventually(() => addresses().includes("10.77.0.101"), { within: 15_000 });
    const monitor = watchAddresses(namespaces);
    const times = (words: string) => a.log.split(words).length - 1;
    // Five deaths are answered at once; after the sixth there is none for a second.
    for (let death = 1; death <= 6; death++) {
      process.kill(child(a) ?? 0, "SIGKILL");
      await eventually(() => times(death < 6 ? "goes on as MASTER" : "in 1 s") === (death % 6 || 1), {
        within: 10_000,
      });
    }
    a.configure(two("10.77.0.102"));
    a.signal("SIGHUP");
    await eventually(() => addresses().includes("10.77.0.102") && !addresses().includes("10.77.0.101"), {
      within: 10_000,
    });
    expect(times("goes on as MASTER")).toBe(6);
    await eventually(() => monitor.text().includes("10.77.0.102"), { within: 5_000 });
    expect(monitor.text().match(/Deleted.*/g)).toEqual([expect.stringContaining("10.77.0.101/")]);
    monitor.stop();
  });

  it("F9: without its parent a child resigns and leaves nothing behind", async () => {
    const { a, b } = await pair();
    const pid = child(a) ?? 0;
    process.kill(a.pid, "SIGKILL");
    await eventually(() => holds("b"), { within: 5_000 });
    await eventually(() => b.log.includes("Entering MASTER STATE"), { within: 5_000 });
    await eventually(() => !processTree(1).includes(pid) && !holds("a"), { within: 5_000 });
  });
});

/** What happens to the addresses of a's interface, as `ip monitor` tells it. */
function watchAddresses(namespaces: Namespaces): { text(): string; stop(): void } {
  const [program = "", ...words] = namespaces.command("a", ["ip", "monitor", "address"]);
  const monitor = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  monitor.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  return { text: () => text, stop: () => void monitor.kill() };
}
