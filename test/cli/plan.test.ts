import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { hidePasswords, passwordsOf, restorePasswords } from "../../src/cli/control-answers.ts";
import { run } from "../../src/cli/plan.ts";

const running = `vrrp_script chk {
  script "/bin/true"
  interval 2
}
vrrp_instance ONE {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass hunter1
  }
  virtual_ipaddress {
    192.0.2.100/32
  }
  track_script {
    chk
  }
}
vrrp_instance TWO {
  interface eth0
  virtual_router_id 52
  virtual_ipaddress {
    192.0.2.102/32
  }
}
virtual_server 192.0.2.100 80 {
  delay_loop 6
  lvs_sched wrr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.10 80 {
    weight 1
    TCP_CHECK {
      connect_timeout 3
    }
  }
  real_server 192.0.2.11 80 {
    weight 2
  }
}
`;

let folder = "";
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
let old = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "locum-plan-"));
  old = file("running.conf", running);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** `locum plan` of the running file with replacements, and what it prints. */
async function plan(changes: readonly (readonly [string, string])[], ...words: string[]) {
  const text = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, running);
  return gather([file("new.conf", text), "--running", old, ...words]);
}

async function gather(words: readonly string[]) {
  const written = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const code = await run(words);
  vi.restoreAllMocks();
  return { code, ...written };
}

describe("locum plan", () => {
  it("virtual MACs: nothing when they stay, and what is made and removed with them when not", async () => {
    const own = ["virtual_router_id 52", "virtual_router_id 52\n  use_vmac"] as const;
    const withOwn = file("own.conf", running.replace(...own));
    expect((await gather([withOwn, "--running", withOwn])).out).toContain("Nothing changes.");
    const gained = await plan([own]);
    expect(gained.out).toContain("use_vmac, use_ipvlan: not set -> use_vmac");
    expect(gained.out).toContain("+ vrrp.52 is made on eth0 with the hardware address 00:00:5e:00:01:34");
    expect(gained.out).toContain("! 192.0.2.102 DROPS: TWO on vrrp.52");
    const lost = await gather([old, "--running", withOwn]);
    expect(lost.out).toContain("- vrrp.52 on eth0 is removed");
  });

  it("nothing: the same file, comments and another order of lines", async () => {
    expect(await plan([])).toMatchObject({ code: 0, out: expect.stringMatching(/Nothing changes\.\n$/) });
    expect((await plan([["weight 2", "# heavy\n    weight 2"]])).code).toBe(0);
  });

  it("says why an instance restarts, and how long its address is away at most", async () => {
    const { code, out } = await plan([["virtual_router_id 52", "virtual_router_id 53"]]);
    expect(code).toBe(3);
    expect(out).toMatch(/↻ TWO \(MASTER\) restarts.*resigns.*listens for 3\.61 s/);
    expect(out).toMatch(/virtual_router_id: 52 -> 53/);
    expect(out).toMatch(
      /! 192\.0\.2\.102 DROPS: TWO on eth0; it is back on this director after 3\.61 s.*takes it within 1\.00 s/,
    );
    expect(out).toMatch(/192\.0\.2\.102 would DROP; 0 operations on the service table\.\n$/);
  });

  it("edits in place keep the address, and the other director's part is told", async () => {
    const { code, out } = await plan([
      ["priority 100", "priority 90"],
      ["hunter1", "hunter2"],
    ]);
    expect(code).toBe(2);
    expect(out).toMatch(/~ ONE \(MASTER\) goes on with other settings\n +~ priority: 100 -> 90/);
    expect(out).toMatch(/same authentication, each refuses the other's advertisements/);
    expect(out).toMatch(/a BACKUP that preempts and has a priority above 90 takes over/);
    expect(out).not.toMatch(/hunter/);
  });

  it("an address that changes hands between masters is held all the time", async () => {
    const { code, out } = await plan([
      ["192.0.2.102/32", "192.0.2.103/32"],
      ["192.0.2.100/32", "192.0.2.100/32\n    192.0.2.102/32"],
    ]);
    expect(out).not.toMatch(/gone for a moment|DROPS/);
    expect(out).toMatch(/192\.0\.2\.102.*: TWO on eth0 -> ONE on eth0/);
    expect(out).toMatch(/\+ 192\.0\.2\.103 is taken by TWO on eth0/);
    expect(code).toBe(2);
  });

  it("a backup holds nothing that could drop", async () => {
    const { code, out } = await plan(
      [["virtual_router_id 52", "virtual_router_id 53"]],
      "--assume",
      "backup",
    );
    expect(code).toBe(2);
    expect(out).toMatch(/TWO \(BACKUP\) restarts/);
  });

  it("a script goes on with another interval, and is run at once with another command, its standing kept", async () => {
    const interval = await plan([["interval 2", "interval 3"]]);
    expect(interval.out).toMatch(/~ chk goes on with other settings\n +~ interval: 2 s -> 3 s/);
    expect(interval.code).toBe(2);
    const command = await plan([["/bin/true", "/bin/false"]]);
    expect(command.out).toMatch(/↻ chk is run at once with its new command; until then it stands as before/);
    expect(command.out).not.toMatch(/DROPS/);
    expect(command.code).toBe(2);
  });

  it("real servers: in, out, heavier, with what becomes of sessions and checks", async () => {
    const { code, out } = await plan([
      ["lvs_sched wrr", "lvs_sched rr"],
      ["weight 2", "weight 0"],
      ["connect_timeout 3", "connect_timeout 4"],
      [
        "  real_server 192.0.2.11",
        "  real_server 192.0.2.12 80 {\n    weight 3\n  }\n  real_server 192.0.2.11",
      ],
    ]);
    expect(code).toBe(2);
    expect(out).toMatch(/~ tcp 192\.0\.2\.100:80\n +~ lvs_sched: wrr -> rr/);
    expect(out).toMatch(/~ 192\.0\.2\.10:80: weight 1; 1 check begins anew\n.*timeout: 3 s -> 4 s/);
    expect(out).toMatch(/~ 192\.0\.2\.11:80: weight 2 -> 0; its sessions go on, new ones go elsewhere/);
    expect(out).toMatch(/\+ 192\.0\.2\.12:80: into the table with weight 3/);
    const gone = await plan([["  real_server 192.0.2.11 80 {\n    weight 2\n  }\n", ""]]);
    expect(gone.out).toMatch(
      /- 192\.0\.2\.11:80: out of the table \(weight was 2\); its sessions are cut off/,
    );
  });

  it("refuses with the daemon: a fatal finding, and an error that the running file does not have", async () => {
    const { code, out } = await plan([["virtual_router_id 52", "virtual_router_id"]]);
    expect(code).toBe(4);
    expect(out).toMatch(/Refused: The configuration cannot be used, see below.*\n.*new\.conf:\d+: /);
    expect((await plan([["virtual_router_id 52", "virtual_router_ID 52"]])).code).toBe(4);
  });

  it("JSON: the outcome, the operations in order, no password", async () => {
    const { code, out } = await plan([["192.0.2.102/32", "192.0.2.103/32"]], "--json");
    const told = JSON.parse(out) as Record<string, unknown>;
    expect(told).toMatchObject({
      outcome: "address-lost",
      exitCode: 3,
      plan: {
        vrrp: {
          operations: [
            { kind: "add-address", interface: "eth0", address: { address: "192.0.2.103" } },
            { kind: "remove-address", interface: "eth0", address: { address: "192.0.2.102" } },
          ],
        },
      },
    });
    expect(code).toBe(3);
    expect(out).not.toMatch(/hunter/);
  });

  it("other blocks that differ are changes too", async () => {
    const group = "vrrp_sync_group G {\n  group {\n    ONE\n    TWO\n  }\n}\n";
    const { code, out } = await plan([["vrrp_script chk", `${group}vrrp_script chk`]]);
    expect(out).toMatch(/sync_group G: not set -> configured/);
    expect(code).not.toBe(0);
  });

  it("keywords of the top level are told by their names", async () => {
    const delays = "interface_up_down_delays {\n  eth0 1 0.5\n}\nlinkbeat_interfaces {\n  eth0 MII\n}\n";
    const { out } = await plan([["vrrp_script chk", `${delays}child_wait_time 9\nvrrp_script chk`]]);
    expect(out).toMatch(/child_wait_time: 5 s -> 9 s/);
    expect(out).toMatch(/linkbeat_interfaces: none -> eth0 MII/);
    expect(out).toMatch(/interface_up_down_delays: none -> eth0 \(down after 1 s, up after 0\.50 s\)/);
    expect(out).not.toMatch(/\{"/);
  });

  it("wrong words and files: one line and the way out", async () => {
    expect((await gather([join(folder, "none.conf"), "--running", old])).err).toMatch(
      /cannot read .*none\.conf/,
    );
    expect((await gather([])).code).toBe(64);
    expect((await gather([old, "--running", old, "--socket", "x"])).code).toBe(64);
    const absent = await gather([old, "--socket", join(folder, "no.sock")]);
    expect(absent).toMatchObject({ code: 1, err: expect.stringMatching(/no daemon listens.*locum run/) });
  });
});

describe("passwords in answers", () => {
  const config = {
    list: [{ authentication: { kind: "pass", password: "hunter1" } }, { password: "hunter2" }],
  };

  it("are known only to who knows them already", () => {
    const told = hidePasswords(config, ["hunter2", "other"]);
    expect(JSON.stringify(told)).not.toMatch(/hunter/);
    expect(restorePasswords(told, ["hunter2", "other"]).list[1]).toEqual({ password: "hunter2" });
    expect(restorePasswords(told, ["hunter2"]).list[0]).toEqual({
      authentication: { kind: "pass", password: "(hidden)" },
    });
    expect(passwordsOf(config)).toEqual(["hunter1", "hunter2"]);
  });
});
