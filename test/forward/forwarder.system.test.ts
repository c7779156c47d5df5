import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inNetworkNamespace } from "dgram-extra";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { performIpvsadm } from "../../src/forward/ipvsadm/perform.ts";
import type { AdministeredTable } from "../../src/forward/service-table.ts";
import { openForwarder, unloadForwarder } from "../../src/linux/forwarder.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { recordedContext } from "./ipvsadm/recorded-table.ts";

const vip = "10.71.1.100";
const servers = { s1: "10.71.2.11", s2: "10.71.2.12" } as const;
/** Answers "<name> <bytes received>", to datagrams with what it received behind it. */
const server = fileURLToPath(new URL("echo-server.py", import.meta.url));

describeWith(
  { title: "the forwarder between namespaces", needs: ["root", "netns", "bpf", "ip", "python3"] },
  () => {
    const spaces = new Namespaces("lf-fwd");
    let table: AdministeredTable;

    beforeAll(async () => {
      for (const name of ["c", "d", "sw", "s1", "s2"]) spaces.add(name);
      spaces.cable(
        { namespace: "c", interface: "eth0", addresses: ["10.71.1.2/24"] },
        { namespace: "d", interface: "eth0", addresses: ["10.71.1.1/24", `${vip}/32`] },
      );
      spaces.run("sw", ["ip", "link", "add", "br0", "type", "bridge"]);
      spaces.run("sw", ["ip", "link", "set", "br0", "up"]);
      for (const [name, address] of [["d", "10.71.2.1"], ...Object.entries(servers)] as const) {
        const inside = name === "d" ? "eth1" : "eth0";
        spaces.cable(
          { namespace: name, interface: inside, addresses: [`${address}/24`] },
          { namespace: "sw", interface: `p-${name}` },
        );
        spaces.run("sw", ["ip", "link", "set", "dev", `p-${name}`, "master", "br0"]);
      }
      for (const name of Object.keys(servers)) {
        spaces.run(name, ["ip", "route", "add", "default", "via", "10.71.2.1"]);
        const sysctl = "net.ipv4.conf.all";
        spaces.run(name, ["sysctl", "-q", "-w", `${sysctl}.arp_ignore=1`, `${sysctl}.arp_announce=2`]);
        spaces.run(name, ["ip", "address", "add", `${vip}/32`, "dev", "lo"]);
        const child = spaces.spawn(name, [
          "python3",
          server,
          name,
          vip,
          servers[name as keyof typeof servers],
        ]);
        let ready = false;
        child.stdout?.once("data", () => {
          ready = true;
        });
        await eventually(() => ready, { within: 5_000 });
      }
      // For direct routing the client has a second leg in the real servers' network: answers do not pass the director.
      spaces.cable(
        { namespace: "c", interface: "eth1", addresses: ["10.71.2.2/24"] },
        { namespace: "sw", interface: "p-c" },
      );
      spaces.run("sw", ["ip", "link", "set", "dev", "p-c", "master", "br0"]);
      table = inNetworkNamespace(spaces.name("d"), () => openForwarder());
    }, 30_000);

    afterAll(() => {
      inNetworkNamespace(spaces.name("d"), () => unloadForwarder());
      spaces.remove();
    });

    /** One ipvsadm command on the director; gives what it prints. */
    function ipvsadm(line: string): string {
      const { stdout, stderr, code } = inNetworkNamespace(spaces.name("d"), () =>
        performIpvsadm(line.split(" "), recordedContext(table)),
      );
      if (code !== 0) throw new Error(`ipvsadm ${line}: ${stderr}`);
      return stdout;
    }

    /** Runs a piece of Python in the client's namespace. */
    function client(program: string): string {
      const [command = "", ...words] = spaces.command("c", ["python3", "-c", program]);
      const { stdout, stderr, status } = spawnSync(command, words, { encoding: "utf8", timeout: 30_000 });
      if (status !== 0) throw new Error(`the client failed: ${stderr}`);
      return stdout.trim();
    }

    const tcp = (port: number, { times = 1, bytes = 10 } = {}): string =>
      client(`
import socket
for i in range(${times}):
    s = socket.create_connection(("${vip}", ${port}), timeout=3)
    s.sendall(b"x" * ${bytes}); s.shutdown(socket.SHUT_WR)
    print(s.makefile().read().strip()); s.close()`);

    // A port of its own for each socket: one that had a session before would go where that one went.
    let ownPort = 20_000;
    const udp = (port: number, { times = 1, bytes = 10 } = {}): string => {
      const first = ownPort;
      ownPort += times;
      return client(`
import socket
for i in range(${times}):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); s.bind(("", ${first} + i))
    s.connect(("${vip}", ${port})); s.send(b"x" * ${bytes}); print(s.recv(65536).decode())`);
    };

    const tally = (output: string): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const line of output.split("\n")) {
        const name = line.split(" ")[0] ?? "";
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    };

    describe.each([
      ["-m", "masquerading"],
      ["-g", "direct routing"],
    ])("%s (%s)", (method) => {
      beforeAll(() => {
        const wayBack = method === "-m" ? "10.71.2.1" : "10.71.2.2";
        for (const name of Object.keys(servers)) {
          spaces.run(name, ["ip", "route", "replace", "10.71.1.0/24", "via", wayBack]);
        }
        ipvsadm("-C");
        for (const service of [`-t ${vip}:7000`, `-u ${vip}:7000`]) {
          ipvsadm(`-A ${service} -s wrr`);
          ipvsadm(`-a ${service} -r ${servers.s1}:7000 ${method} -w 1`);
          ipvsadm(`-a ${service} -r ${servers.s2}:7000 ${method} -w 2`);
        }
      });

      it("shares TCP connections out exactly 1:2", () => {
        expect(tally(tcp(7_000, { times: 30 }))).toEqual({ s1: 10, s2: 20 });
        const inactive = ipvsadm("-Ln")
          .match(/(\d+) +$/gm)
          ?.map((text) => Number(text));
        expect(inactive?.slice(0, 2).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(30);
      });

      it("carries megabytes with segmentation offload on", () => {
        expect(tcp(7_000, { bytes: 5_000_000 })).toMatch(/^s[12] 5000000$/);
      });

      it("carries UDP and shares it out exactly 1:2", () => {
        expect(tally(udp(7_000, { times: 30, bytes: 1_000 }))).toEqual({ s1: 10, s2: 20 });
      });

      it("carries datagrams larger than a packet, and answers as large", () => {
        const answer = udp(7_000, { bytes: 9_000 });
        expect(answer).toMatch(/^s[12] 9000 x{9000}$/);
      });

      it("refuses at once when no server is left", () => {
        for (const address of Object.values(servers)) ipvsadm(`-d -t ${vip}:7000 -r ${address}:7000`);
        const outcome = client(`
import socket
try: socket.create_connection(("${vip}", 7000), timeout=3); print("connected")
except OSError as e: print(type(e).__name__)`);
        expect(outcome).toBe("ConnectionRefusedError");
      });
    });

    it("goes on forwarding, and shows it, when the program that set it up is gone", () => {
      spaces.run("s1", ["ip", "route", "replace", "10.71.1.0/24", "via", "10.71.2.1"]);
      ipvsadm("-C");
      ipvsadm(`-A -t ${vip}:7000 -s rr`);
      ipvsadm(`-a -t ${vip}:7000 -r ${servers.s1}:7000 -m`);
      const another = inNetworkNamespace(spaces.name("d"), () => openForwarder());
      expect(tcp(7_000)).toBe("s1 10");
      const key = [...another.read().keys()];
      expect(key).toEqual([`tcp ${vip}:7000`]);
      expect([...another.counters().values()][0]?.traffic.connections).toBe(1n);
    });

    it("shares out exactly, and counts exactly, while clients connect on two processors at once", () => {
      ipvsadm("-C");
      ipvsadm(`-A -t ${vip}:7000 -s wrr`);
      ipvsadm(`-a -t ${vip}:7000 -r ${servers.s1}:7000 -m -w 3`);
      ipvsadm(`-a -t ${vip}:7000 -r ${servers.s2}:7000 -m -w 1`);
      ipvsadm(`-Z -t ${vip}:7000`);
      for (const name of Object.keys(servers)) {
        spaces.run(name, ["ip", "route", "replace", "10.71.1.0/24", "via", "10.71.2.1"]);
      }
      const before = ipvsadm("-Lnc").split("\n").length;
      const output = client(`
import multiprocessing, socket
def connect(times):
    names = []
    for i in range(times):
        s = socket.create_connection(("${vip}", 7000), timeout=3)
        s.shutdown(socket.SHUT_WR); names.append(s.makefile().read().split()[0]); s.close()
    return names
with multiprocessing.Pool(4) as pool: print("\\n".join(sum(pool.map(connect, [100] * 4), [])))`);
      expect(tally(output)).toEqual({ s1: 300, s2: 100 });
      const traffic = [...table.counters().values()][0]?.traffic;
      expect(traffic?.connections).toBe(400n);
      expect(ipvsadm("-Lnc").split("\n").length - before).toBe(400);
    });

    it("does not take a connection to a port of the director itself", () => {
      expect(
        client(`
import socket
try: socket.create_connection(("10.71.1.1", 7000), timeout=3); print("connected")
except OSError as e: print(type(e).__name__)`),
      ).toBe("ConnectionRefusedError");
    });
  },
);
