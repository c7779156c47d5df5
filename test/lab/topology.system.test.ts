import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { milliseconds } from "../../src/base/time.ts";
import { HttpClient } from "../../src/lab/http-client.ts";
import { HttpServer } from "../../src/lab/http-server.ts";
import { labPrefix } from "../../src/lab/leftovers.ts";
import { namespacePath, processesIn } from "../../src/lab/network-namespace.ts";
import { DIRECT_TOPOLOGY, NAT_TOPOLOGY } from "../../src/lab/pair-topologies.ts";
import { cutPower } from "../../src/lab/power-cut.ts";
import { Prober } from "../../src/lab/prober.ts";
import { runCommand } from "../../src/lab/run-command.ts";
import { Topology } from "../../src/lab/topology.ts";
import { Wire } from "../../src/lab/wire.ts";
import { eventually } from "../support/eventually.ts";
import { describeWith } from "../support/require.ts";

const needs = ["root", "netns", "ip"] as const;

describeWith({ title: "the lab", needs }, () => {
  const linksBefore = Object.keys(networkInterfaces());
  let lab: Topology;
  beforeAll(() => {
    lab = new Topology(NAT_TOPOLOGY, labPrefix(process.pid));
  });
  afterAll(() => lab.remove());

  const inMachine = async (machine: string, ...command: readonly string[]): Promise<string> => {
    const outcome = await runCommand(lab.namespaceOf(machine), command);
    expect(outcome).toMatchObject({ code: 0 });
    return outcome.output;
  };

  it("connects what the plan connects, and nothing else", async () => {
    expect(await inMachine("client", "ip", "-brief", "address", "show", "eth0")).toContain("192.0.2.200/24");
    expect(await inMachine("web1", "ip", "route", "show", "default")).toContain("via 10.8.0.1");
    expect(await inMachine("a", "cat", "/proc/sys/net/ipv4/ip_forward")).toBe("1\n");
    expect(await inMachine("a", "cat", "/proc/sys/net/ipv6/conf/all/disable_ipv6")).toBe("1\n");
    expect(Object.keys(networkInterfaces())).toEqual(linksBefore);
  });

  it("has web servers that answer with their name, and can be out of order", async () => {
    const namespace = lab.namespaceOf("b");
    const server = await HttpServer.start({ namespace, name: "web-of-b", port: 80 });
    const client = new HttpClient(lab.namespaceOf("client"));
    const batch = { host: "192.0.2.3", port: 80, count: 5, timeoutMs: 2_000 };
    expect(await client.send(batch)).toMatchObject({ sent: 5, failed: 0, share: { "web-of-b": 5 } });
    await server.fail(true);
    expect(await client.send({ ...batch, count: 1 })).toMatchObject({ failures: ["request 1: status 500"] });
    await server.fail(false);
    expect(await client.send(batch)).toMatchObject({ failed: 0 });
    server.kill();
    await eventually(() => processesIn(namespace).length === 0, { within: 5_000 });
    expect(await client.send({ ...batch, count: 1 })).toMatchObject({ failed: 1 });
  });

  it("cuts the power of a machine at once, and the client notices", async () => {
    const wire = new Wire({ namespace: lab.switchRoom, segments: lab.plan.segments });
    const prober = new Prober({
      namespace: lab.namespaceOf("client"),
      target: { kind: "echo", address: "192.0.2.2", everyMs: 2 },
      patience: milliseconds(250),
    });
    const answered = async (since: number): Promise<boolean> =>
      (await prober.report()).probes.some(
        ({ sentAt, answeredAt }) => sentAt > since && answeredAt !== undefined,
      );
    await eventually(() => answered(0), { within: 5_000 });
    const server = await HttpServer.start({ namespace: lab.namespaceOf("a"), name: "a", port: 80 });
    expect(processesIn(lab.namespaceOf("a"))).toHaveLength(1);

    const at = cutPower(lab, "a");
    await eventually(() => processesIn(lab.namespaceOf("a")).length === 0, { within: 5_000 });
    await expect(server.fail(true)).rejects.toThrow(/SIGKILL/);
    // The addresses live on in the kernel of the dead machine; only the cut cable keeps it silent.
    expect(await inMachine("a", "ip", "-brief", "address", "show", "eth0")).toContain("192.0.2.2/24");
    await eventually(async () => (await prober.report()).outages.some(({ lost }) => lost > 50), {
      within: 5_000,
    });
    const { outages } = await prober.report();
    expect(outages.find(({ lost }) => lost > 50)?.from).toBeGreaterThanOrEqual(at - 1_000);

    lab.rebuild("a");
    await inMachine("a", "ip", "address", "add", "192.0.2.10/24", "dev", "eth0");
    await eventually(() => answered(at), { within: 5_000 });
    prober.stop();
    expect(wire.troubles).toEqual([]);
    wire.close();
  });

  it("removes everything, and does not mind being told twice", () => {
    const names = [...NAT_TOPOLOGY.machines.map(({ name }) => lab.namespaceOf(name)), lab.switchRoom];
    expect(names.filter((name) => existsSync(namespacePath(name)))).toEqual(names);
    lab.remove();
    lab.remove();
    expect(names.filter((name) => existsSync(namespacePath(name)))).toEqual([]);
  });
});

describeWith({ title: "a lab for direct routing", needs }, () => {
  it("has real servers that keep quiet about the virtual address", async () => {
    const lab = new Topology(DIRECT_TOPOLOGY, labPrefix(process.pid));
    try {
      const wire = new Wire({ namespace: lab.switchRoom, segments: ["outside"] });
      const asked = await runCommand(lab.namespaceOf("client"), [
        ...["/bin/bash", "-c", "timeout 1 cat < /dev/tcp/192.0.2.10/80; ip neighbour show 192.0.2.10"],
      ]);
      expect(asked.output).not.toContain("lladdr");
      expect(wire.gratuitousArps).toEqual([]);
      wire.close();
    } finally {
      lab.remove();
    }
  });

  it("leaves nothing behind when it cannot be built", () => {
    const [client] = DIRECT_TOPOLOGY.machines;
    if (client === undefined) throw new Error("the plan has no machine");
    const broken = { ...client, links: [{ ...client.links[0], addresses: ["no address"] }] } as typeof client;
    const prefix = labPrefix(process.pid);
    expect(() => new Topology({ segments: ["outside"], machines: [broken] }, prefix)).toThrow(/no address/);
    expect(existsSync(namespacePath(`${prefix}client`))).toBe(false);
    expect(spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout).not.toContain(prefix);
  });
});
