import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type BfdPeer, startBird } from "../support/bfd-peer.ts";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree, type VrrpDaemon } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));
const VIP = "10.99.0.100";

/** Accepts connections on port 80 and says one byte. */
const SERVER = `require("net").createServer((s) => s.on("error", () => 0).end("x")).listen(80, process.argv[1])`;

/** Connects again and again, each time anew, and prints a line for each attempt. */
const CLIENT = `
const attempt = () => {
  const socket = require("net").connect(80, "${VIP}");
  socket.setTimeout(500, () => socket.destroy(new Error("timeout")));
  let heard = false;
  socket.on("data", () => (heard = true)).on("error", () => 0);
  socket.on("close", () => { console.log(heard ? "served" : "failed"); setTimeout(attempt, 20); });
};
attempt();`;

const suite = {
  title: "real servers when a process of ours or of theirs dies",
  needs: ["root", "netns", "bpf", "bird"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-serv");
  const daemons = new Daemons(namespaces);
  const peers: BfdPeer[] = [];

  beforeAll(() => {
    for (const name of ["a", "b", "c"]) namespaces.add(name);
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.1/24"] },
      { namespace: "b", interface: "eth0", addresses: ["10.77.0.11/24", "10.77.0.12/24"] },
    );
    namespaces.cable(
      { namespace: "a", interface: "eth1", addresses: ["10.99.0.1/24"] },
      { namespace: "c", interface: "eth0", addresses: ["10.99.0.9/24"] },
    );
    namespaces.run("b", ["ip", "route", "add", "default", "via", "10.77.0.1"]);
    namespaces.run("a", ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  });
  afterEach(async () => {
    await daemons.dispose();
    for (const peer of peers.splice(0)) peer.dispose();
  });
  afterAll(() => namespaces.remove());

  function start(check: (server: string) => string, blocks = ""): VrrpDaemon {
    const daemon = daemons.make({ namespace: "a", program: "locum", flags: [] });
    daemon.configure(`${blocks}
vrrp_instance V {
  interface eth1
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${VIP}/24
  }
}
virtual_server ${VIP} 80 {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
${["10.77.0.11", "10.77.0.12"].map((address) => `  real_server ${address} 80 {\n    weight 1\n    ${check(address)}\n  }`).join("\n")}
}
`);
    daemon.start();
    return daemon;
  }

  /** The real servers in the table, as \`ipvsadm -Ln\` lists them. */
  function table(): readonly string[] {
    const [command = "", ...words] = namespaces.command("a", [LOCUM, "ipvsadm", "-Ln"]);
    const { stdout } = spawnSync(command, words, { encoding: "utf8" });
    return [...stdout.matchAll(/-> (10\S+):80/g)].map(([, address = ""]) => address).sort();
  }

  const serve = (address: string) => namespaces.spawn("b", [process.execPath, "-e", SERVER, address]);
  const child = (daemon: VrrpDaemon, file: string) =>
    Number(namespaces.run("a", ["cat", daemon.configuration.replace("keepalived.conf", file)]));

  it("F8 checkers that are killed come back; no client, no router and no real server notices", async () => {
    const server = serve("10.77.0.11");
    const daemon = start(() => "TCP_CHECK {\n      connect_timeout 1\n      retry 0\n    }");
    await eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 20_000 });
    // The other one has no server behind its address, and is out.
    await eventually(() => table().join() === "10.77.0.11", { within: 15_000, every: 200 });
    let attempts: string[] = [];
    const client = namespaces.spawn("c", [process.execPath, "-e", CLIENT]);
    client.stdout
      ?.setEncoding("utf8")
      .on("data", (text: string) => attempts.push(...text.trim().split("\n")));
    await eventually(() => attempts.includes("served"), { within: 5_000 });
    attempts = [];
    const [checkers, vrrp] = [child(daemon, "c.pid"), child(daemon, "v.pid")];
    process.kill(checkers, "SIGKILL");
    await eventually(() => daemon.log.match(/Starting Healthcheck child process/g)?.length === 2, {
      within: 10_000,
    });
    await eventually(() => child(daemon, "c.pid") !== checkers, { within: 10_000 });
    expect(table()).toEqual(["10.77.0.11"]);
    expect(processTree(daemon.pid)).toContain(vrrp);
    // Checks go on, and what was out comes in when it answers.
    const second = serve("10.77.0.12");
    await eventually(() => table().join() === "10.77.0.11,10.77.0.12", { within: 10_000, every: 200 });
    expect(attempts.length).toBeGreaterThan(20);
    expect(attempts.filter((attempt) => attempt !== "served")).toEqual([]);
    server.kill("SIGKILL");
    await eventually(() => table().join() === "10.77.0.12", { within: 10_000, every: 200 });
    for (const process of [client, second]) process.kill("SIGKILL");
    expect(daemon.log.match(/Entering/g)).toHaveLength(2);
  }, 60_000);

  it("BFD_CHECK: a real server is in the table as long as its BFD session is up", async () => {
    const session = { local: "10.77.0.11", remote: "10.77.0.1" };
    const options = { namespace: "b", interface: "eth0", sessions: [session] };
    let peer = startBird(namespaces, options);
    peers.push(peer);
    const daemon = start(
      (address) => (address === "10.77.0.11" ? "BFD_CHECK {\n      name web\n    }" : ""),
      "bfd_instance web {\n  neighbor_ip 10.77.0.11\n  source_ip 10.77.0.1\n  min_rx 80\n  min_tx 80\n  multiplier 5\n}\n",
    );
    await eventually(() => table().length === 2, { within: 20_000, every: 200 });
    peer.kill();
    await eventually(() => table().join() === "10.77.0.12", { within: 10_000, every: 200 });
    peer = startBird(namespaces, options);
    peers.push(peer);
    await eventually(() => table().length === 2, { within: 15_000, every: 200 });
    expect(daemon.log).toMatch(/BFD/);
    // A checker process that begins anew is told how the session stands.
    peer.kill();
    await eventually(() => table().join() === "10.77.0.12", { within: 10_000, every: 200 });
    process.kill(child(daemon, "c.pid"), "SIGKILL");
    await eventually(() => daemon.log.match(/Starting Healthcheck child process/g)?.length === 2, {
      within: 10_000,
    });
    expect(table()).toEqual(["10.77.0.12"]);
    peers.push(startBird(namespaces, options));
    await eventually(() => table().length === 2, { within: 15_000, every: 200 });
  }, 90_000);
});
