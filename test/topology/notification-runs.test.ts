import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { VrrpDaemon } from "../support/vrrp-daemon.ts";

const namespaces = new Namespaces("lt-told");
let folder = "";
let daemon: VrrpDaemon;

function instance(text = ""): string {
  return `vrrp_instance V1 {
  interface eth0
  virtual_router_id 51
  priority 100
  version 3
  advert_int 0.1
  ${text}
  virtual_ipaddress {
    10.78.51.100/24
  }
}
`;
}

/** What a file holds, "" before it is there. */
const held = (name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return join(folder, name);
}

const sees = (name: string, text: string) =>
  eventually(() => held(name).includes(text), { within: 15_000 }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${name}: ${held(name)}\n${daemon.log}`);
  });

function setUp(): void {
  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/24"] },
      { namespace: "b", interface: "eth0", addresses: ["10.77.0.3/24"] },
    );
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lt-told-"));
  });
  afterEach(async () => {
    await daemon.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => namespaces.remove());
}

function start(text: string, flags: readonly string[] = ["-P"]): void {
  daemon = new VrrpDaemon(namespaces, { namespace: "a", program: "locum", flags });
  daemon.configure(text);
  daemon.start();
}

describeWith({ title: "scripts and pipes of a director", needs: ["root", "netns"] }, () => {
  setUp();

  it("runs startup_script before and shutdown_script after everything; the reader of a pipe hears STOP in between", async () => {
    const log = join(folder, "log");
    // The first hangs: it is ended after its limit, and the director goes on.
    const startup = script("startup", `echo startup >> ${log}\nexec sleep 1000`);
    const shutdown = script("shutdown", `sleep 0.1\necho "shutdown $1" >> ${log}`);
    const reader = script("reader", `echo "reader $#" >> ${log}\nexec cat "$1" >> ${log}`);
    const text = `global_defs {
  script_user root
  startup_script ${startup}
  startup_script_timeout 1
  shutdown_script "${shutdown} now"
  vrrp_notify_fifo ${folder}/pipe
  vrrp_notify_fifo_script ${reader}
}
${instance()}`;
    start(text);
    await sees("log", 'INSTANCE "V1" MASTER 100\n');
    daemon.signal("SIGHUP");
    await eventually(() => daemon.log.includes("Reloading"), { within: 10_000 });
    expect(await daemon.stop()).toBe(0);
    expect(held("log")).toBe(
      `startup\nreader 1\nINSTANCE "V1" BACKUP 100\nINSTANCE "V1" MASTER 100\nINSTANCE "V1" STOP 100\nshutdown now\n`,
    );
    expect(daemon.log).toContain("ran longer than its limit");
    expect(existsSync(join(folder, "pipe"))).toBe(false);
  });

  it("F44 F66 becomes master and stops in time while commands and the mail host hang", async () => {
    namespaces.spawn("b", [
      process.execPath,
      "-e",
      'require("node:net").createServer(() => undefined).listen(25, "10.77.0.3")',
    ]);
    const hangs = script("hangs", `trap '' TERM\necho $$ >> ${folder}/pids\nwhile :; do sleep 100; done`);
    start(`global_defs {
  script_user root
  smtp_server 10.77.0.3
  notification_email {
    nobody@lab.example
  }
  vrrp_notify_fifo ${folder}/pipe
  vrrp_notify_fifo_script ${script("reader", `exec cat "$1" >> ${folder}/lines`)}
}
${instance(`smtp_alert\n notify ${hangs}`)}`);
    await sees("lines", 'INSTANCE "V1" MASTER 100\n');
    for (const state of ["down", "up"]) {
      namespaces.run("a", ["ip", "link", "set", "eth0", state]);
      await sees("lines", `INSTANCE "V1" ${state === "down" ? "FAULT" : "BACKUP"} 100\n`);
    }
    await eventually(() => held("lines").split("MASTER").length === 3, { within: 15_000 });
    // One runs, the others wait for it.
    expect(held("pids").trim().split("\n")).toHaveLength(1);
    expect(await daemon.stop()).toBe(0);
    expect(held("lines").trim().split("\n").at(-1)).toBe('INSTANCE "V1" STOP 100');
    await eventually(() => !existsSync(`/proc/${held("pids").trim().split("\n")[0]}`), { within: 5_000 });
  });

  it("runs nothing that others than root could change, under enable_script_security", async () => {
    const safe = script("safe", `echo safe >> ${folder}/told`);
    const unsafe = script("unsafe", `echo unsafe >> ${folder}/told`);
    start(`global_defs {
  script_user root
  enable_script_security
}
${instance(`notify_backup ${unsafe}\n notify_master ${unsafe}\n notify ${safe}`)}`);
    await sees("told", "unsafe\nsafe\nunsafe\nsafe\n");
    writeFileSync(join(folder, "told"), "");
    // It was good at the start, and is not any more.
    namespaces.run("a", ["chmod", "o+w", unsafe]);
    namespaces.run("a", ["ip", "link", "set", "eth0", "down"]);
    namespaces.run("a", ["ip", "link", "set", "eth0", "up"]);
    await sees("told", "safe\nsafe\nsafe\n");
    expect(held("told")).not.toContain("unsafe");
    expect(daemon.log).toContain("so others than root can write it");
  });
});

describeWith({ title: "pipes of services", needs: ["root", "netns", "bpf"] }, () => {
  setUp();

  it("get keepalived's lines of real servers and quorums", async () => {
    start(
      `global_defs {
  script_user root
  lvs_notify_fifo ${folder}/pipe
  lvs_notify_fifo_script ${script("reader", `exec cat "$1" >> ${folder}/lines`)}
}
virtual_server 10.77.0.2 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  delay_loop 1
  real_server 10.77.0.3 8080 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
`,
      ["-C"],
    );
    await sees("lines", "VS [10.77.0.2]:tcp:80 DOWN\n");
    const server = namespaces.spawn("b", [
      process.execPath,
      "-e",
      'require("node:net").createServer((socket) => socket.end()).listen(8080, "10.77.0.3")',
    ]);
    const back =
      "VS [10.77.0.2]:tcp:80 DOWN\nRS [10.77.0.3]:tcp:8080 [10.77.0.2]:tcp:80 UP\nVS [10.77.0.2]:tcp:80 UP\n";
    await sees("lines", back);
    expect(held("lines")).toBe(
      [
        "VS [10.77.0.2]:tcp:80 UP",
        "RS [10.77.0.3]:tcp:8080 [10.77.0.2]:tcp:80 DOWN",
        "VS [10.77.0.2]:tcp:80 DOWN",
        "RS [10.77.0.3]:tcp:8080 [10.77.0.2]:tcp:80 UP",
        "VS [10.77.0.2]:tcp:80 UP\n",
      ].join("\n"),
    );
    server.kill();
    expect(await daemon.stop()).toBe(0);
  });
});
