import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { compilePreload } from "../support/preload.ts";
import { describeWith } from "../support/require.ts";
import { VrrpDaemon } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

/** A kernel built without bpf(2) answers ENOSYS; so does this, in front of the C library's syscall(). */
const WITHOUT_BPF = `
#include <errno.h>
static long intercept(long number, long *a) {
  if (number != SYS_bpf) return pass_on(number, a);
  errno = ENOSYS;
  return -1;
}
`;

const instance = (name: string) => `vrrp_instance V {
  interface ${name}
  virtual_router_id 7
  virtual_ipaddress {
    192.0.2.1
  }
}
`;
const service = `virtual_server 192.0.2.1 80 {
  delay_loop 5
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server 192.0.2.2 80 {
    TCP_CHECK {
    }
  }
}
`;

describeWith({ title: "locum run that cannot start", needs: ["root", "netns", "cc"] }, () => {
  const namespaces = new Namespaces("lt-refuse");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  let library = "";

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["192.0.2.9/24"] },
      { namespace: "b", interface: "eth0" },
    );
    library = compilePreload(folder, WITHOUT_BPF);
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(text: string | undefined, options: { before?: readonly string[] } = {}) {
    const file = join(folder, "keepalived.conf");
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
    const pids = ["-p", "-r", "-c", "-b"].flatMap((flag) => [flag, join(folder, `${flag}.pid`)]);
    const [program = "", ...words] = namespaces.command("a", [
      ...(options.before ?? []),
      ...[LOCUM, "run", "-n", "-G", ...pids, "-f", file],
    ]);
    const { status, stderr } = spawnSync(program, words, { encoding: "utf8", timeout: 10_000 });
    return { status, lines: stderr.trim().split("\n").slice(2), all: stderr };
  }

  it("a missing parameter: keepalived's code 2, the line, and the way out", () => {
    const { status, all } = run("vrrp_instance V {\n  interface eth0\n  virtual_router_id\n}\n");
    expect(status).toBe(2);
    expect(all).toMatch(
      /keepalived\.conf: Line 3\) virtual_router_id needs a value.*; write virtual_router_id/,
    );
  });

  it("a missing file: keepalived's code 6 and what to do", () => {
    const { status, lines } = run(undefined);
    expect(status).toBe(6);
    expect(lines[0]).toMatch(/there is no such file; give the path of an existing file with -f/);
  });

  it("an unknown interface: keepalived's code 2, those there are, and three ways out", () => {
    const { status, all } = run(instance("eth9"));
    expect(status).toBe(2);
    expect(all).toMatch(
      /Line 2\) there is no interface eth9 on this host; there are .*eth0.*dynamic_interfaces/,
    );
    expect(all.match(/eth9/g)).toHaveLength(1);
  });

  it("missing capabilities: keepalived's code 4, each by name, and how to give them", () => {
    const drop = ["setpriv", "--bounding-set", "-net_admin,-net_raw", "--inh-caps", "-net_admin,-net_raw"];
    const { status, all } = run(instance("eth0"), { before: drop });
    expect(status).toBe(4);
    expect(all).toMatch(/^Cannot start: this process lacks CAP_NET_ADMIN, CAP_NET_RAW\. Run it as root, or/);
  });

  it("a kernel without BPF: keepalived's code 1 for a kernel without IPVS, one message, and the way out", () => {
    const { status, lines } = run(service, { before: ["env", `LD_PRELOAD=${library}`] });
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/CONFIG_BPF/);
  });

  it("a second copy: keepalived's message and code 0, and the first does not notice", async () => {
    const first = new VrrpDaemon(namespaces, { namespace: "a", program: "locum" });
    first.configure(instance("eth0"));
    first.start();
    await eventually(() => first.log.includes("Entering BACKUP STATE"), { within: 10_000 });
    const second = new VrrpDaemon(namespaces, { namespace: "a", program: "locum" });
    try {
      const flags = ["-p", first.configuration.replace("keepalived.conf", "p.pid")];
      const [program = "", ...words] = namespaces.command("a", [
        ...[LOCUM, "keepalived", "-n", "-l", "-G", ...flags, "-f", first.configuration],
      ]);
      const { status, stderr } = spawnSync(program, words, { encoding: "utf8", timeout: 10_000 });
      expect(stderr).toMatch(/daemon is already running/);
      expect(status).toBe(0);
      expect(first.running).toBe(true);
    } finally {
      await first.dispose();
      await second.dispose();
    }
  });

  it("an unknown option: keepalived's message and code 1", () => {
    const { status, stderr } = spawnSync(LOCUM, ["keepalived", "--bogus"], { encoding: "utf8" });
    expect(stderr).toBe("Unknown option --bogus\n");
    expect(status).toBe(1);
  });
});
