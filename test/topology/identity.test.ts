import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemCall } from "dgram-extra";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, processTree, type VrrpDaemon } from "../support/vrrp-daemon.ts";

const suite = {
  title: "names, pid files, dumps and reloads, beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

const BOTH = ["keepalived", "locum"] as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-names");
  const daemons = new Daemons(namespaces);
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));

  beforeAll(() => namespaces.addAlone("a", "10.77.0.2/16"));
  afterEach(async () => {
    await daemons.dispose();
    namespaces.run("a", ["ip", "address", "flush", "dev", "eth0", "to", "10.77.0.100"]);
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  const text = (global = "", instance = "", top = "") => `${top}
global_defs {
  ${global}
}
bfd_instance B {
  neighbor_ip 10.77.0.3
  source_ip 10.77.0.2
}
vrrp_instance V {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  ${instance}
  virtual_ipaddress {
    10.77.0.100/16
  }
}
`;

  /** A daemon that is master; `ownRun`: it has a /run of its own, and its pid files where it likes. */
  async function start(
    program: DaemonProgram,
    configuration: string,
    how: { readonly flags?: readonly string[]; readonly ownRun?: true } = {},
  ): Promise<VrrpDaemon> {
    const mine = mkdtempSync(join(folder, `${program}-`));
    const mounted = 'mount -t tmpfs none /run && exec "$@"';
    const before = how.ownRun === true ? ["unshare", "-m", "sh", "-c", mounted, "sh"] : [];
    const daemon = daemons.make({
      namespace: "a",
      program,
      flags: how.flags ?? [],
      before: ["env", `TMPDIR=${mine}`, ...before],
      within: mine,
      ...(how.ownRun === true ? { ownPidFiles: true } : {}),
    });
    daemon.configure(configuration);
    daemon.start();
    await eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 15_000 });
    return daemon;
  }

  const dumps = (daemon: VrrpDaemon) => dirname(dirname(daemon.configuration));

  it.each(
    [
      { top: "", folder: "", suffix: "" },
      { top: "use_pid_dir", folder: "keepalived/", suffix: "" },
      { top: "instance left", folder: "keepalived/", suffix: "_left" },
    ].flatMap((each) => BOTH.map((program) => ({ program, ...each }))),
  )("$program: pid files of a file with '$top'", async ({ program, top, folder: place, suffix }) => {
    const daemon = await start(program, text("", "", top), { ownRun: true });
    const run = `/proc/${daemon.pid}/root/run`;
    const names = ["keepalived", "vrrp", "bfd"].map((name) => `${place}${name}${suffix}.pid`);
    await eventually(() => names.every((name) => existsSync(join(run, name))), { within: 5_000 });
    const pids = names.map((name) => Number(readFileSync(join(run, name), "latin1")));
    expect(pids[0]).toBe(daemon.pid);
    for (const pid of pids) expect(processTree(daemon.pid)).toContain(pid);
    for (const name of names) expect(statSync(join(run, name)).mode & 0o777).toBe(0o644);
    const listed = readdirSync(join(run, place)).filter((name) => name.endsWith(".pid"));
    expect(listed.sort()).toEqual(names.map((name) => name.replace(place, "")).sort());
  });

  const ours = (kind: string, program: DaemonProgram) =>
    program === "locum" ? `locum_${kind}` : "keepalived";
  it.each(
    BOTH.flatMap((program) => [
      { program, global: "process_names", names: ["keepalived", "keepalived_vrrp", "keepalived_bfd"] },
      { program, global: "process_name mine\n  vrrp_process_name v", names: ["mine", "v", "mine"] },
      {
        program,
        global: "bfd_process_name seventeen_letters",
        names: [undefined, ours("vrrp", program), "seventeen_lette"],
      },
    ]),
  )("$program: what processes are called with '$global'", async ({ program, global, names }) => {
    const daemon = await start(program, text(global));
    const file = (name: string) => Number(readFileSync(join(dirname(daemon.configuration), name), "latin1"));
    const called = (pid: number) => readFileSync(`/proc/${pid}/comm`, "latin1").trim();
    const same = () =>
      ["p.pid", "v.pid", "b.pid"].every(
        (name, at) => names[at] === undefined || called(file(name)) === names[at],
      );
    await eventually(same, { within: 5_000 });
  });

  it.each(BOTH)("%s: data_use_instance names data after the instance, and nothing else", async (program) => {
    const daemon = await start(program, text("data_use_instance", "", "instance left"), { flags: ["-P"] });
    const there = (name: string) => existsSync(join(dumps(daemon), name));
    for (const [signal, name] of [
      [10, "keepalived.left.data"],
      [12, "keepalived.stats"],
      [36, "keepalived.json"],
    ] as const) {
      systemCall("kill", daemon.pid, signal);
      await eventually(() => there(name), { within: 5_000 });
    }
    expect(there("keepalived_parent.left.data")).toBe(true);
    expect(["keepalived.data", "keepalived.left.stats", "keepalived.left.json"].map(there)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(BOTH)("%s: -i chooses lines", async (program) => {
    const lines = "@one advert_int 3\n  @^one advert_int 4";
    for (const [id, interval] of [
      ["one", 3],
      ["two", 4],
    ] as const) {
      const daemon = await start(program, text("", lines), { flags: ["-P", "-i", id] });
      daemon.signal("SIGUSR1");
      const data = join(dumps(daemon), "keepalived.data");
      await eventually(
        () => existsSync(data) && readFileSync(data, "utf8").includes(`Advert interval = ${interval} sec`),
        {
          within: 5_000,
        },
      );
      await daemon.stop();
    }
  });

  it.each(BOTH)(
    "%s: reload_check_config keeps what runs, and writes down why; a good file empties it",
    async (program) => {
      const log = join(folder, `check-${program}.log`);
      const good = text(`reload_check_config ${log}`);
      const daemon = await start(program, good, { flags: ["-P"] });
      daemon.configure(good.replace("virtual_router_id 51", "virtual_router_id"));
      daemon.signal("SIGHUP");
      const told = () => existsSync(log) && /Line \d+\).*virtual_router_id/.test(readFileSync(log, "utf8"));
      await eventually(told, { within: 8_000 });
      daemon.configure(good.replace("10.77.0.100/16", "10.77.0.100/16\n    10.77.0.101/16"));
      const holds = () => namespaces.run("a", ["ip", "address"]);
      expect([daemon.running, holds().includes("10.77.0.100")]).toEqual([true, true]);
      daemon.signal("SIGHUP");
      await eventually(() => holds().includes("10.77.0.101/"), { within: 8_000 });
      await eventually(() => readFileSync(log, "utf8") === "", { within: 2_000 });
    },
  );

  it.each(BOTH)("%s: child_wait_time: a child that hangs is not waited for longer", async (program) => {
    const daemon = await start(program, text("", "", "child_wait_time 1"), { flags: ["-P"] });
    const pid = Number(readFileSync(join(dirname(daemon.configuration), "v.pid"), "latin1"));
    process.kill(pid, "SIGSTOP");
    try {
      const since = performance.now();
      expect(await daemon.stop()).toBe(0);
      const waited = performance.now() - since;
      expect(waited).toBeGreaterThan(900);
      // The default is five seconds.
      expect(waited).toBeLessThan(4_000);
      // keepalived leaves it as it is; ours is ended.
      expect(existsSync(`/proc/${pid}`)).toBe(program === "keepalived");
      expect(existsSync(join(dirname(daemon.configuration), "v.pid"))).toBe(false);
    } finally {
      spawnSync("kill", ["-KILL", `${pid}`]);
    }
  });
});
