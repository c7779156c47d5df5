import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.79.0.100";
const VIP6 = "fd79::100";

const instance = (name: string, options: { vrid: number; address: string; more?: string }) => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${options.vrid}
  priority 100
  advert_int 0.2
  version 3
  ${options.more ?? ""}
  virtual_ipaddress {
    ${options.address}
  }
}
`;

describeWith({ title: "faults of interfaces and addresses", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("lt-ifault");
  const daemons: VrrpDaemon[] = [];
  const ip = (...words: string[]) => namespaces.run("a", ["ip", ...words]);
  const holds = (address = VIP, device = "eth0") =>
    ip("-o", "address", "show", "dev", device).includes(` ${address}/`);

  beforeAll(() => {
    for (const side of ["a", "b"]) namespaces.add(side);
  });
  beforeEach(() => plug());
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) await daemon.dispose();
    try {
      ip("link", "delete", "eth0");
    } catch {
      // A test may have taken it away itself.
    }
  });
  afterAll(() => namespaces.remove());

  function plug(): void {
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.79.0.2/16", "fe80::2/64"] },
      { namespace: "b", interface: "eth0", addresses: ["10.79.0.3/16", "fe80::3/64"] },
    );
  }

  function start(text: string): VrrpDaemon {
    const daemon = new VrrpDaemon(namespaces, { namespace: "a", program: "locum", flags: ["-P", "-a"] });
    daemons.push(daemon);
    daemon.configure(text);
    daemon.start();
    return daemon;
  }

  const V4 = instance("V4", { vrid: 51, address: `${VIP}/16` });

  it("F28 a virtual address that someone deletes is back within a second, and -a tells of both", async () => {
    const daemon = start(V4);
    await eventually(() => holds(), { within: 20_000 });
    ip("address", "delete", `${VIP}/16`, "dev", "eth0");
    await eventually(() => holds(), { within: 1_000 });
    await eventually(() => daemon.log.includes(`${VIP} was removed from the interface by someone else`), {
      within: 5_000,
    });
    await eventually(() => daemon.log.includes(`Netlink reflector reports IP ${VIP} removed from eth0`), {
      within: 5_000,
    });
  }, 40_000);

  it("F24 F25 an interface that is renamed, or deleted and made again, is left and taken up again", async () => {
    const daemon = start(`global_defs {\n  dynamic_interfaces\n}\n${V4}`);
    await eventually(() => holds(), { within: 20_000 });
    ip("link", "set", "eth0", "down");
    ip("link", "set", "eth0", "name", "lan0");
    ip("link", "set", "lan0", "up");
    await eventually(() => /Entering FAULT STATE/.test(daemon.log), { within: 5_000 });
    await eventually(() => !holds(VIP, "lan0"), { within: 5_000 });
    ip("link", "set", "lan0", "down");
    ip("link", "set", "lan0", "name", "eth0");
    ip("link", "set", "eth0", "up");
    await eventually(() => holds(), { within: 5_000 });
    ip("link", "delete", "eth0");
    await eventually(() => daemon.log.match(/Entering FAULT STATE/g)?.length === 2, { within: 5_000 });
    plug();
    await eventually(() => holds(), { within: 5_000 });
    // The socket is that of the new interface: its advertisements are heard.
    const heard = namespaces.run("b", [
      "timeout",
      "5",
      "tcpdump",
      "-c",
      "1",
      "-n",
      "-i",
      "eth0",
      "ip proto 112",
    ]);
    expect(heard).toContain("10.79.0.2 > 224.0.0.18");
  }, 60_000);

  it("F27 more notifications than fit are followed by a look at everything: the address is back", async () => {
    const daemon = start(`global_defs {\n  vrrp_netlink_monitor_rcv_bufs 65536\n}\n${V4}`);
    await eventually(() => holds(), { within: 20_000 });
    const vrrp = processTree(daemon.pid).find((pid) => nameOf(pid).includes("vrrp"));
    if (vrrp === undefined) throw new Error("no VRRP process");
    process.kill(vrrp, "SIGSTOP");
    const lines = Array.from({ length: 1_500 }, (_, at) => [
      `address add 10.80.${at >> 8}.${at & 255}/32 dev lo`,
      `address delete 10.80.${at >> 8}.${at & 255}/32 dev lo`,
    ]).flat();
    lines.splice(1_500, 0, `address delete ${VIP}/16 dev eth0`);
    namespaces.run("a", ["sh", "-c", `ip -batch - <<'END'\n${lines.join("\n")}\nEND\n`]);
    expect(holds()).toBe(false);
    process.kill(vrrp, "SIGCONT");
    await eventually(() => holds(), { within: 1_000 });
    await eventually(() => /came too fast and some were lost/.test(daemon.log), { within: 5_000 });
  }, 60_000);

  it("F29 a virtual address that someone puts on a backup is taken away", async () => {
    const daemon = start(V4.replace("priority 100", "priority 50"));
    await eventually(() => holds(), { within: 20_000 });
    const better = new VrrpDaemon(namespaces, { namespace: "b", program: "locum" });
    daemons.push(better);
    better.configure(V4.replace("priority 100", "priority 200"));
    better.start();
    await eventually(() => !holds(), { within: 20_000 });
    ip("address", "add", `${VIP}/24`, "dev", "eth0");
    await eventually(() => !holds(), { within: 2_000 });
    await eventually(
      () => daemon.log.includes(`${VIP} was put on eth0 by someone else while we are BACKUP`),
      { within: 5_000 },
    );
  }, 60_000);

  it("F15 F30 F33 what an earlier run left goes, IPv6 is usable at once, and a lost source is a fault", async () => {
    ip("address", "add", `${VIP}/16`, "dev", "eth0");
    const slow = V4.replace("advert_int 0.2", "advert_int 3");
    const daemon = start(slow + instance("V6", { vrid: 52, address: `${VIP6}/64` }));
    await eventually(() => !holds(), { within: 20_000 });
    const found = await eventually(
      () =>
        ip("-o", "-6", "address", "show", "dev", "eth0")
          .split("\n")
          .find((line) => line.includes(VIP6)),
      { within: 20_000 },
    );
    expect(found).not.toMatch(/tentative|dadfailed/);
    ip("address", "delete", "10.79.0.2/16", "dev", "eth0");
    await eventually(() => /\(V4\) Entering FAULT STATE/.test(daemon.log), { within: 5_000 });
    ip("address", "add", "10.79.0.9/16", "dev", "eth0");
    await eventually(() => (daemon.log.match(/\(V4\) Entering BACKUP STATE/g)?.length ?? 0) >= 2, {
      within: 5_000,
    });
  }, 60_000);
});

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8");
}
