import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSocket } from "dgram-extra";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

const configuration = (vrid: number, head = "") => `${head}
vrrp_instance V {
  interface eth0
  virtual_router_id ${vrid}
  virtual_ipaddress {
    192.0.2.1
  }
}
`;

describeWith({ title: "the daemon and its service manager", needs: ["root", "netns"] }, () => {
  const namespaces = new Namespaces("lt-service");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const file = join(folder, "keepalived.conf");
  const manager = createSocket({ type: "unix_dgram" });
  // A name outside the file system would belong to the manager's network namespace alone.
  const name = join(folder, "notify");
  let told: { text: string; at: number }[] = [];
  let log = "";

  beforeAll(() => {
    namespaces.addAlone("a", "192.0.2.9/24");
    manager.on("message", (message) => told.push({ text: message.toString(), at: performance.now() }));
    manager.bind({ path: name });
  });
  afterEach(() => {
    told = [];
    log = "";
  });
  afterAll(() => {
    manager.close();
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(text: string, flags: readonly string[], environment: readonly string[] = []) {
    writeFileSync(file, text);
    const own = ["env", ...environment, LOCUM, "keepalived", "-n", "-l", "-G", "-P", "-f", file, ...flags];
    const daemon = namespaces.spawn("a", own);
    daemon.stderr?.setEncoding("utf8").on("data", (more: string) => {
      log += more;
    });
    return daemon;
  }

  const pids = ["-p", "-r", "-c", "-b"].flatMap((flag) => [flag, join(folder, `${flag}.pid`)]);
  const heard = (word: string) => told.filter(({ text }) => text.split("\n").includes(word));

  it("is told READY, RELOADING, STOPPING, and WATCHDOG only while every process answers", async () => {
    const environment = [`NOTIFY_SOCKET=${name}`, "WATCHDOG_USEC=600000"];
    const daemon = start(configuration(7), pids, environment);
    const ended = () => daemon.exitCode !== null;
    await eventually(() => heard("READY=1").length === 1, { within: 15_000 });
    expect(log).toContain("Starting VRRP child process");
    await eventually(() => heard("WATCHDOG=1").length >= 2, { within: 10_000 });

    const child = processTree(daemon.pid ?? 0)[1] ?? 0;
    expect(readFileSync(`/proc/${child}/environ`, "latin1")).not.toContain("NOTIFY_SOCKET");
    process.kill(child, "SIGSTOP");
    const silence = () => performance.now() - (heard("WATCHDOG=1").at(-1)?.at ?? 0);
    await eventually(() => silence() > 1_500, { within: 10_000 });
    process.kill(child, "SIGCONT");
    await eventually(() => silence() < 300, { within: 10_000 });

    // F47: two hundred signals are a few reloads, and the last file counts.
    writeFileSync(file, configuration(7, "global_defs {\n  router_id last\n}"));
    for (let n = 0; n < 200; n++) daemon.kill("SIGHUP");
    await eventually(() => told.at(-1)?.text.startsWith("READY=1") === true, { within: 10_000 });
    await eventually(() => heard("READY=1").length > 1, { within: 10_000 });
    expect(log.split("Reloading ...").length - 1).toBeLessThan(20);
    expect(told.find(({ text }) => text.startsWith("RELOADING=1"))?.text).toMatch(/\nMONOTONIC_USEC=\d+\n/);
    expect(heard("RELOADING=1").length).toBeLessThanOrEqual(heard("READY=1").length);

    daemon.kill("SIGTERM");
    await eventually(ended, { within: 8_000 });
    expect(heard("STOPPING=1")).toHaveLength(1);
  });

  it("several daemons: names, pid files and what a reload may not change", async () => {
    const head = (instance: string) =>
      `instance ${instance}\nglobal_defs {\n  process_names\n  vrrp_process_name my_vrrp\n}`;
    const run = `lt-${process.pid}-${performance.now().toFixed(0)}`;
    const daemon = start(configuration(8, head(run)), []);
    const pidFile = (kind: string) => `/run/keepalived/${kind}_${run}.pid`;
    const written = () => existsSync(pidFile("vrrp")) && readFileSync(pidFile("vrrp"), "latin1") !== "";
    await eventually(written, { within: 15_000 });
    expect(readFileSync(pidFile("keepalived"), "latin1").trim()).toBe(String(daemon.pid));
    const comm = (pid: string) => readFileSync(`/proc/${pid}/comm`, "latin1").trim();
    expect(comm(readFileSync(pidFile("vrrp"), "latin1").trim())).toBe("my_vrrp");
    expect(comm(String(daemon.pid))).toBe("keepalived");

    writeFileSync(file, configuration(8, head("other").replace("my_vrrp", "your_vrrp")));
    daemon.kill("SIGHUP");
    const refusal = "changes instance, vrrp_process_name, which a running daemon cannot do";
    await eventually(() => log.includes(refusal), { within: 10_000 });
    daemon.kill("SIGTERM");
    await eventually(() => daemon.exitCode !== null, { within: 8_000 });
    expect(existsSync(pidFile("keepalived")) || existsSync(pidFile("vrrp"))).toBe(false);
  });
});
