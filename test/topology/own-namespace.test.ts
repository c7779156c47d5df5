import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findProgram } from "../support/capabilities.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, processTree } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

const suite = {
  title: "net_namespace, beside keepalived",
  needs: ["root", "netns", "ip", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-own");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const running: ChildProcess[] = [];
  let namespace = "";

  beforeAll(() => {
    namespace = namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "inside0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "inside0" },
    );
  });
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill("SIGTERM");
      await eventually(() => child.exitCode !== null, { within: 8_000 });
    }
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a daemon in the namespace of this test, with the pid files of its choice; what it logs. */
  function start(program: DaemonProgram, text: string): { child: ChildProcess; log: () => string } {
    const file = join(folder, "keepalived.conf");
    writeFileSync(file, text);
    const [command = "", ...words] =
      program === "locum" ? [LOCUM, "keepalived"] : [findProgram("keepalived") ?? "keepalived"];
    const child = spawn(command, [...words, "-n", "-l", "-G", "-D", "-P", "-f", file], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: folder },
    });
    running.push(child);
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more: string) => {
        log += more;
      });
    }
    return { child, log: () => log };
  }

  const text = (name: string) => `net_namespace ${name}
instance left
global_defs {
  data_use_instance
}
vrrp_instance V {
  interface inside0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    10.77.0.100/16
  }
}
`;

  it.each(["keepalived", "locum"] as const)(
    "%s lives there with all its processes, and names its files after it",
    async (program) => {
      const holds = () => namespaces.run("a", ["ip", "address"]).includes("10.77.0.100");
      const { child } = start(program, text(namespace));
      await eventually(holds, { within: 20_000 });
      const pid = child.pid ?? 0;
      const inside = namespaces.run("a", ["readlink", "/proc/self/ns/net"]).trim();
      const own = processTree(pid).map((each) => readlinkSync(`/proc/${each}/ns/net`));
      expect(own.length).toBeGreaterThan(1);
      expect(new Set(own)).toEqual(new Set([inside]));
      const pids = `/run/keepalived/${namespace}`;
      expect(readdirSync(pids).sort()).toEqual(["keepalived_left.pid", "vrrp_left.pid"]);
      child.kill("SIGUSR1");
      await eventually(() => existsSync(join(folder, `keepalived.${namespace}_left.data`)), {
        within: 5_000,
      });
      child.kill("SIGTERM");
      await eventually(() => child.exitCode !== null, { within: 8_000 });
      expect({ code: child.exitCode, holds: holds(), left: existsSync(pids) }).toEqual({
        code: 0,
        holds: false,
        left: false,
      });
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
  );

  it("one that is not there: a message that names it, and nothing runs", async () => {
    const { child, log } = start("locum", text("lt-own-nowhere"));
    await eventually(() => child.exitCode !== null, { within: 10_000 });
    expect(child.exitCode).toBe(1);
    expect(log()).toMatch(/Cannot run in network namespace "lt-own-nowhere"/);
  });
});
