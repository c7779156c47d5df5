import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";
const PROGRAMS = ["keepalived", "locum"] as const;

const text = (priority: number, parts: { global?: readonly string[]; lines?: readonly string[] } = {}) =>
  `global_defs {
  ${(parts.global ?? []).join("\n  ")}
}
vrrp_instance V {
  state BACKUP
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority ${priority}
  ${(parts.lines ?? []).join("\n  ")}
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;

const suite = {
  title: "a VRRP process that was kept from running",
  needs: ["root", "netns", "keepalived"],
} as const;

/** The process that has to be in time. */
function vrrpProcess(daemon: VrrpDaemon): number {
  return Number(readFileSync(join(dirname(daemon.configuration), "v.pid"), "utf8"));
}

async function lasting(seconds: number): Promise<void> {
  const since = performance.now();
  await eventually(() => performance.now() - since > seconds * 1_000, { within: seconds * 1_000 + 5_000 });
}

describeWith(suite, () => {
  describe("max_auto_priority", () => {
    const namespaces = new Namespaces("lt-late");
    const daemons: VrrpDaemon[] = [];
    afterAll(async () => {
      for (const daemon of daemons) await daemon.dispose();
      namespaces.remove();
    });

    /** Its scheduling class before, and after each of three pauses. */
    async function classes(
      name: string,
      program: DaemonProgram,
      how: { readonly global: readonly string[]; readonly pause: number },
    ): Promise<readonly string[]> {
      namespaces.addAlone(name, "10.77.0.2/16");
      const daemon = new VrrpDaemon(namespaces, { namespace: name, program });
      daemons.push(daemon);
      daemon.configure(text(100, how));
      daemon.start();
      await eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 20_000 });
      const pid = vrrpProcess(daemon);
      const found = [classOf(pid)];
      for (let pause = 0; pause < 3; pause++) {
        process.kill(pid, "SIGSTOP");
        await lasting(how.pause);
        process.kill(pid, "SIGCONT");
        // Several alarms ring in this time.
        await lasting(0.5);
        found.push(classOf(pid));
      }
      await daemon.kill();
      return found;
    }

    it.concurrent.each([
      { what: "nothing", global: [], pause: 1.3, wanted: ["OTHER 0", "OTHER 0", "OTHER 0", "OTHER 0"] },
      {
        what: "max_auto_priority",
        global: ["max_auto_priority 2"],
        pause: 1.5,
        wanted: ["OTHER 0", "RR 1", "RR 2", "RR 2"],
      },
      {
        what: "max_auto_priority, not late enough",
        global: ["max_auto_priority"],
        pause: 0.3,
        wanted: ["OTHER 0", "OTHER 0", "OTHER 0", "OTHER 0"],
      },
      {
        what: "min_auto_priority_delay",
        global: ["max_auto_priority", "min_auto_priority_delay 600000"],
        pause: 1.1,
        wanted: ["OTHER 0", "RR 1", "RR 2", "RR 3"],
      },
      {
        what: "min_auto_priority_delay over a real-time priority",
        global: ["vrrp_rt_priority 5", "max_auto_priority 6", "min_auto_priority_delay 600000"],
        pause: 1.1,
        wanted: ["RR 5", "RR 6", "RR 6", "RR 6"],
      },
    ])(
      "$what",
      async ({ what, wanted, ...how }) => {
        const name = what.replaceAll(/\W/g, "") + daemons.length;
        const [theirs, ours] = await Promise.all(
          PROGRAMS.map((program) => classes(`${program[0]}${name}`, program, how)),
        );
        expect({ theirs, ours }).toEqual({ theirs: wanted, ours: wanted });
      },
      40_000,
    );
  });

  describe("timer_expired_backup", () => {
    const pairs: InteropPair[] = [];
    afterAll(async () => {
      for (const pair of pairs) await pair.dispose();
    });

    /** Who has the address after the better director slept until the other had it. */
    async function ownerAfterSleep(program: DaemonProgram, lines: readonly string[], wanted: "a" | "b") {
      const pair = new InteropPair(`lt-sleep${pairs.length}`, { virtualAddress: VIP });
      pairs.push(pair);
      pair.connect();
      const sleeper = pair.start("a", { program, text: text(200, { lines }) });
      await pair.owner("a");
      const other = pair.start("b", { program: "locum", text: text(100) });
      await eventually(() => other.log.includes("Entering BACKUP STATE"), { within: 20_000 });
      const pid = vrrpProcess(sleeper);
      process.kill(pid, "SIGSTOP");
      await eventually(() => pair.holds("b"), { within: 20_000 });
      process.kill(pid, "SIGCONT");
      await pair.owner(wanted);
      // And it stays so, for longer than anybody waits for anybody.
      await lasting(1.5);
      await pair.owner(wanted);
      return sleeper.log;
    }

    it.concurrent.each([
      { what: "without it", lines: ["nopreempt"], theirs: "a", ours: "a" },
      // 2.2.7 does not know it.
      { what: "with it", lines: ["nopreempt", "timer_expired_backup 100"], theirs: "a", ours: "b" },
      { what: "its other name", lines: ["nopreempt", "thread_timer_expired"], ours: "b" },
      { what: "without nopreempt", lines: ["timer_expired_backup 100"], ours: "a" },
    ] as const)(
      "$what",
      async (each) => {
        const [log] = await Promise.all([
          ownerAfterSleep("locum", each.lines, each.ours),
          ...("theirs" in each ? [ownerAfterSleep("keepalived", each.lines, each.theirs)] : []),
        ]);
        expect(log.includes("(timer_expired_backup)")).toBe(each.ours === "b");
      },
      60_000,
    );
  });
});

/** `OTHER 0`, `RR 3`, as chrt calls it. */
function classOf(pid: number): string {
  const { stdout } = spawnSync("chrt", ["-p", `${pid}`], { encoding: "utf8" });
  const found = /policy: SCHED_(\w+)[\s\S]*priority: (\d+)/.exec(stdout);
  return `${found?.[1]} ${found?.[2]}`;
}
