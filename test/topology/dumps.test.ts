import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemCall } from "dgram-extra";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findProgram } from "../support/capabilities.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

const CONFIGURATION = `global_defs {
  router_id tester
  script_user root
}
vrrp_script chk {
  script "/usr/bin/true"
  interval 1
  weight 3
}
static_ipaddress {
  198.51.100.1/24 dev eth1
}
static_routes {
  203.0.113.0/25 via 192.0.2.254 dev eth0
}
static_rules {
  from 198.51.100.0/24 table 100 priority 500
}
vrrp_sync_group G1 {
  group {
    V1
  }
  smtp_alert
  notify_priority_changes
  track_interface {
    eth1
  }
  track_script {
    chk weight 0
  }
  notify_fault "/usr/bin/true"
}
vrrp_instance V1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass s3cret
  }
  virtual_ipaddress {
    192.0.2.1/24 label eth0:1
    192.0.2.2/32
  }
  notify "/usr/bin/true n"
  notify_master "/usr/bin/true x y"
}
vrrp_instance V2 {
  state BACKUP
  interface eth0
  virtual_router_id 52
  priority 100
  version 3
  advert_int 0.5
  nopreempt
  virtual_ipaddress {
    192.0.2.10/24
  }
  virtual_ipaddress_excluded {
    192.0.2.11/24
  }
  track_script {
    chk
  }
  track_interface {
    eth1
  }
}
`;

/** Of 2.2.7's own insides, or of what it is built with; ours has nothing to tell there. */
const LEFT_OUT = [
  /^fd_in|^Rx buf size|^Family|^Protocol|^Type|^VRRP instances|VRRP Sockpool/,
  /^Seen up|^Delayed state|debounce timer|^MTU|^MAC broadcast|^Reset |^Original |^Not IPv6 forwarding/,
  /^Default smtp_alert$|^No test config|^nftables|^libnftnl|^Gratuitous ARP for each|^Default script uid/,
  /netlink_(cmd|monitor)_rcv_bufs|^process_monitor_rcv_bufs/,
  /^V\d vrid|^Result|^Insecure|^Script uid:gid|^VRRP instances :/,
];

describeWith({ title: "dumps beside keepalived's", needs: ["root", "netns", "keepalived"] }, () => {
  const namespaces = new Namespaces("lt-dumps");
  const folder = mkdtempSync(join(tmpdir(), "locum-dumps-"));
  const daemons: ChildProcess[] = [];

  beforeAll(async () => {
    for (const side of ["a", "b"]) {
      namespaces.add(side);
      for (const end of ["eth0", "eth1"]) {
        const peer = `${end}p`;
        namespaces.cable(
          { namespace: side, interface: end, addresses: end === "eth0" ? ["192.0.2.77/24"] : [] },
          { namespace: side, interface: peer },
        );
      }
    }
    writeFileSync(join(folder, "keepalived.conf"), CONFIGURATION);
    start("a", [findProgram("keepalived") ?? "keepalived"]);
    start("b", [LOCUM, "keepalived"]);
    for (const side of ["a", "b"]) {
      const mastered = (address: string) => namespaces.run(side, ["ip", "address"]).includes(` ${address}/`);
      await eventually(() => mastered("192.0.2.1") && mastered("192.0.2.10"), { within: 20_000 });
    }
  });
  afterAll(async () => {
    for (const daemon of daemons) daemon.kill("SIGTERM");
    await eventually(() => daemons.every(({ exitCode }) => exitCode !== null), { within: 8_000 });
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(side: "a" | "b", program: readonly string[]): void {
    const own = mkdtempSync(join(folder, `${side}-`));
    writeFileSync(join(folder, side), own);
    const pids = ["-p", "-r", "-c", "-b"].flatMap((flag) => [flag, join(own, `pid${flag}`)]);
    const command = ["env", `TMPDIR=${own}`, ...program, "-n", "-P", "-G", ...pids];
    daemons.push(namespaces.spawn(side, [...command, "-f", join(folder, "keepalived.conf")]));
  }

  const path = (side: "a" | "b", name: string) => join(readFileSync(join(folder, side), "utf8"), name);

  async function dump(signal: number, name: string): Promise<{ theirs: string; ours: string }> {
    for (const side of ["a", "b"] as const) rmSync(path(side, name), { force: true });
    for (const { pid } of daemons) systemCall("kill", pid, signal);
    for (const side of ["a", "b"] as const) {
      const written = () => existsSync(path(side, name)) && statSync(path(side, name)).size > 100;
      await eventually(written, { within: 5_000 });
      expect(statSync(path(side, name)).mode & 0o777).toBe(0o600);
    }
    return { theirs: readFileSync(path("a", name), "utf8"), ours: readFileSync(path("b", name), "utf8") };
  }

  it("SIGUSR2: the statistics have the same lines, byte for byte save the numbers", async () => {
    const { theirs, ours } = await dump(12, "keepalived.stats");
    const blank = (text: string) => text.replaceAll(/: \d+$/gm, ": N");
    expect(blank(ours)).toBe(blank(theirs));
    expect(ours).toMatch(/Became master: 1\n/);
  });

  it("RTMIN+2: the JSON has the same keys in the same order, the same types, and the same text of lists", async () => {
    const { theirs, ours } = await dump(36, "keepalived.json");
    type Row = Record<string, Record<string, unknown>>;
    const [a, b] = [theirs, ours].map((text) => JSON.parse(text) as Row[]);
    const shape = (rows: Row[] = []) =>
      rows.map((row) =>
        Object.entries(row).map(([part, values]) => [
          part,
          Object.entries(values).map(([key, value]) => `${key}: ${typeof value}`),
        ]),
      );
    expect(shape(b)).toEqual(shape(a));
    for (const [at, { data = {} }] of (b ?? []).entries()) {
      const changing = { last_transition: 0, auth_data: "", effective_priority: 0 };
      expect({ ...data, ...changing }).toEqual({ ...a?.[at]?.data, ...changing });
    }
    expect(ours).toContain("192.0.2.1\\/24 dev eth0 scope global label eth0:1 set");
    expect(ours).not.toContain("s3cret");
    expect(ours.endsWith("]")).toBe(true);
  });

  it("SIGUSR1: every key of keepalived's data is there, save those of its own insides", async () => {
    const { theirs, ours } = await dump(10, "keepalived.data");
    const keys = (text: string) =>
      new Set(
        text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => (/^ *(.*?)(?: = | ?:(?: |$)|, |$)/.exec(line)?.[1] ?? "").trim()),
      );
    const known = keys(ours);
    const missing = [...keys(theirs)].filter(
      (key) => !known.has(key) && !LEFT_OUT.some((pattern) => pattern.test(key)),
    );
    // Users have names here, and of a route keepalived also says with which interface it was put there.
    const section = (text: string, head: string) =>
      new RegExp(`------< ${head} >------\\n(.*?)------<`, "s")
        .exec(text)?.[1]
        ?.replaceAll("uid:gid 0:0", "user root")
        .replaceAll(/ \[installed ifindex \d+\]/g, "");
    for (const head of ["Static Addresses", "Static Routes", "Static Rules", "VRRP Sync groups"]) {
      expect(section(ours, head)).toBeDefined();
      expect(section(ours, head)).toBe(section(theirs, head));
    }
    expect(missing.filter((key) => !/^(\d|[0-9a-f:]+$|prepend|SNMP|DBus|Script security)/.test(key))).toEqual(
      [],
    );
    expect(ours).toContain("   State = MASTER\n");
    expect(ours).not.toContain("s3cret");
    expect(existsSync(path("b", "keepalived_parent.data"))).toBe(true);
  });

  it("RTMAX-1 writes the statistics and begins to count anew; a link in the way is replaced, not followed", async () => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "precious");
    rmSync(path("b", "keepalived.stats"), { force: true });
    symlinkSync(victim, path("b", "keepalived.stats"));
    const locum = daemons[1]?.pid;
    systemCall("kill", locum, 63);
    const read = () => readFileSync(path("b", "keepalived.stats"), "utf8");
    await eventually(() => read().includes("Became master: 1\n"), { within: 5_000 });
    systemCall("kill", locum, 12);
    await eventually(() => read().includes("Became master: 0\n"), { within: 5_000 });
    expect(readFileSync(victim, "utf8")).toBe("precious");
  });
});
