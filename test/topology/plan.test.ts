import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PlanReport } from "../../src/cli/plan.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { VrrpDaemon } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

const instance = (
  name: string,
  options: { vrid: number; priority?: number; addresses: string[]; password?: string },
) => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${options.vrid}
  priority ${options.priority ?? 100}
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass ${options.password ?? "hunter1"}
  }
  virtual_ipaddress {
${options.addresses.map((address) => `    ${address}/32`).join("\n")}
  }
}
`;

const service = (
  port: number,
  options: { scheduler?: string; reals: readonly (readonly [string, number])[] },
) => `
virtual_server 192.0.2.100 ${port} {
  lvs_sched ${options.scheduler ?? "wrr"}
  lvs_method NAT
  protocol TCP
${options.reals.map(([address, weight]) => `  real_server ${address} 80 {\n    weight ${weight}\n  }`).join("\n")}
}
`;

const RUNNING = [
  instance("KEPT", { vrid: 51, addresses: ["192.0.2.100", "192.0.2.101"] }),
  instance("MOVED", { vrid: 52, addresses: ["192.0.2.102"] }),
  service(80, {
    reals: [
      ["192.0.2.10", 1],
      ["192.0.2.11", 2],
    ],
  }),
  service(81, { reals: [["192.0.2.10", 1]] }),
].join("");

const NEXT = [
  instance("KEPT", { vrid: 51, priority: 90, addresses: ["192.0.2.100", "192.0.2.103"] }),
  instance("MOVED", { vrid: 53, addresses: ["192.0.2.102"] }),
  service(80, {
    scheduler: "rr",
    reals: [
      ["192.0.2.10", 5],
      ["192.0.2.12", 1],
    ],
  }),
  service(82, { reals: [["192.0.2.11", 1]] }),
].join("");

describeWith({ title: "locum plan against a running daemon", needs: ["root", "netns", "bpf"] }, () => {
  const namespaces = new Namespaces("lt-plan");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  let daemon: VrrpDaemon;

  beforeAll(async () => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["192.0.2.1/24"] },
      { namespace: "b", interface: "eth0", addresses: ["192.0.2.10/24"] },
    );
    daemon = new VrrpDaemon(namespaces, { namespace: "a", program: "locum", flags: [] });
    daemon.configure(RUNNING);
    daemon.start();
    await eventually(() => (addresses().length === 3 && table().length === 5) || undefined, {
      within: 20_000,
    });
  }, 30_000);
  afterAll(async () => {
    await daemon?.dispose();
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What `locum` prints in the daemon's namespace. */
  function locum(...words: string[]) {
    const [program = "", ...rest] = namespaces.command("a", [LOCUM, ...words]);
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", timeout: 20_000 });
    return { status, stdout, stderr };
  }
  const addresses = () =>
    [...namespaces.run("a", ["ip", "-o", "-4", "address", "show", "eth0"]).matchAll(/inet (\S+)\/32/g)]
      .map(([, address]) => address ?? "")
      .sort();
  /** `TCP 192.0.2.100:80 wrr` and `TCP 192.0.2.100:80 192.0.2.10:80 w1`. */
  const table = () => {
    const found: string[] = [];
    let current = "";
    for (const line of locum("ipvsadm", "-Ln").stdout.split("\n")) {
      const [first = "", second = "", third = "", fourth = ""] = line.trim().split(/\s+/);
      if (first === "TCP") {
        current = second;
        found.push(`${current} ${third}`);
      } else if (first === "->" && /^\d/.test(second)) found.push(`${current} ${second} w${fourth}`);
    }
    return found.sort();
  };
  const socketOf = () => {
    const found = locum("status", "--json");
    return JSON.parse(found.stdout) as {
      pid: number;
      vrrp: { vrrp: { instances: { role: { kind: string } }[] } };
    };
  };

  it("status tells the roles, the addresses and the real servers", () => {
    const { status, stdout } = locum("status");
    expect(status).toBe(0);
    expect(stdout).toMatch(/KEPT +eth0\/51 +MASTER +100 +itself/);
    expect(stdout).toMatch(/\[192\.0\.2\.10\]:tcp:80 +up +1 /);
    expect(socketOf().pid).toBe(daemon.pid);
    expect(locum("status", "--json").stdout).not.toMatch(/hunter/);
  });

  it("the socket is there for its own user only, and tells no password", async () => {
    const folders = readdirSync("/run/locum/control").map((name) => join("/run/locum/control", name));
    const socket = folders.flatMap((path) => readdirSync(path).map((name) => join(path, name)));
    const own = socket.find((path) => path.endsWith(`/${daemon.pid}.sock`)) ?? "";
    expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(own)).mode & 0o777).toBe(0o700);
    const ask = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = "";
        const client = createConnection(own, () => client.write(text));
        client.on("data", (piece) => {
          answer += piece;
          if (answer.endsWith("\n")) client.destroy();
        });
        client.on("close", () => resolve(answer)).on("error", reject);
      });
    expect(await ask('{"request":"config","passwords":["wrong"]}\n')).toMatch(/"password":"\(hidden\)"/);
    expect(await ask('{"request":"config","passwords":["hunter1"]}\n')).toMatch(/"password":"\(known 0\)"/);
    expect(await ask('{"request":"config"}\n')).not.toMatch(/hunter/);
    expect(await ask("nonsense\n")).toMatch(/no JSON/);
    expect(await ask(`${"x".repeat(70_000)}`)).toMatch(/longer than/);
    expect(locum("status").status).toBe(0);
  });

  it("the file that runs: nothing changes, and the exit code says so", () => {
    const { status, stdout } = locum("plan", daemon.configuration);
    expect(stdout).toMatch(/Nothing changes/);
    expect(status).toBe(0);
  });

  it("another password is a change, and is not shown", () => {
    const other = file("password.conf", RUNNING.replace("hunter1", "hunter2"));
    const { status, stdout } = locum("plan", other);
    expect(status).toBe(2);
    expect(stdout).toMatch(/authentication: PASS \(password hidden\) -> PASS \(password hidden\), changed/);
    expect(stdout).not.toMatch(/hunter/);
  });

  it("a file with new errors: refused, as the daemon then does", async () => {
    const broken = RUNNING.replace("virtual_router_id 52", "virtual_router_id");
    const { status, stdout } = locum("plan", file("broken.conf", broken));
    expect(status).toBe(4);
    expect(stdout).toMatch(/Refused: .*\n.*broken\.conf:\d+: virtual_router_id/s);
    daemon.configure(broken);
    daemon.signal("SIGHUP");
    await eventually(() => /Going on with the configuration that runs/.test(daemon.log), { within: 5_000 });
    expect(addresses()).toEqual(["192.0.2.100", "192.0.2.101", "192.0.2.102"]);
    daemon.configure(RUNNING);
  });

  it("what a plan says is what SIGHUP then does: addresses and the service table", async () => {
    const next = file("next.conf", NEXT);
    const { status, stdout } = locum("plan", next, "--json");
    expect(status).toBe(3);
    const { plan } = JSON.parse(stdout) as PlanReport;
    const before = { addresses: addresses(), table: table() };

    // Apply what was foretold to what there is.
    const foretold = new Set(before.addresses);
    for (const operation of plan?.vrrp?.operations ?? []) {
      if (operation.kind === "add-address") foretold.add(operation.address.address);
      if (operation.kind === "remove-address") foretold.delete(operation.address.address);
    }
    const rows = new Set(before.table);
    const drop = (matching: (row: string) => boolean) => {
      for (const row of rows) if (matching(row)) rows.delete(row);
    };
    for (const operation of plan?.checkers?.operations ?? []) {
      if (operation.kind === "flush") continue;
      const { key } = "service" in operation ? operation.service : operation;
      const name = key.kind === "address" ? `${key.address}:${key.port}` : "";
      if (operation.kind === "delete-service") drop((row) => row.startsWith(`${name} `));
      else if (operation.kind === "add-service" || operation.kind === "edit-service") {
        drop((row) => new RegExp(`^${name} [a-z]+$`).test(row));
        rows.add(`${name} ${operation.service.scheduler}`);
      } else {
        const { address, port } = "destination" in operation ? operation.destination : operation;
        drop((row) => row.startsWith(`${name} ${address}:${port} `));
        if ("destination" in operation)
          rows.add(`${name} ${address}:${port} w${operation.destination.weight}`);
      }
    }
    expect([...foretold].sort()).toEqual(["192.0.2.100", "192.0.2.103"]);

    daemon.configure(NEXT);
    daemon.signal("SIGHUP");
    await eventually(() => !addresses().includes("192.0.2.102"), { within: 5_000, every: 5 });
    await eventually(() => JSON.stringify(table()) === JSON.stringify([...rows].sort()), { within: 5_000 });
    expect(table()).toEqual([...rows].sort());
    expect(addresses().filter((address) => address !== "192.0.2.102")).toEqual([...foretold].sort());

    // The address that drops is back when its instance has listened as long as the plan says.
    const dropped = plan?.vrrp?.addresses.filter(({ fate }) => fate === "dropped");
    expect(dropped?.map(({ address }) => address)).toEqual(["192.0.2.102"]);
    expect(dropped?.[0]?.backWithin).toBeGreaterThan(3_000_000);
    await eventually(() => addresses().includes("192.0.2.102"), { within: 10_000 });

    // And afterwards the new file is the one that runs.
    expect(locum("plan", next).stdout).toMatch(/Nothing changes/);
  }, 40_000);

  it("a daemon that has stopped: one message with the way out, and no socket left", async () => {
    const { pid } = socketOf();
    await daemon.stop();
    for (const command of [["status"], ["plan", daemon.configuration]]) {
      const { status, stderr } = locum(...command);
      expect(status).toBe(1);
      expect(stderr).toMatch(/no daemon of locum runs in this network namespace .*locum run/);
    }
    const left = readdirSync("/run/locum/control").flatMap((name) =>
      readdirSync(join("/run/locum/control", name)),
    );
    expect(left).not.toContain(`${pid}.sock`);
    const named = locum("status", "--socket", join(folder, "none.sock"));
    expect(named.stderr).toMatch(/no daemon listens on .*none\.sock\. The daemon has ended or never ran/);
  });
});
