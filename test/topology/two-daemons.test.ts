import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import type { VrrpDaemon } from "../support/vrrp-daemon.ts";

const suite = { title: "two daemons in one network namespace", needs: ["root", "netns", "nft"] } as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-two");
  const daemons = new Daemons(namespaces);
  const run = (command: string) => namespaces.run("a", command.split(" "));

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0" },
    );
  });
  afterEach(async () => {
    await daemons.dispose();
    for (const name of macvlans()) run(`ip link delete ${name}`);
    run("nft flush ruleset");
  });
  afterAll(() => namespaces.remove());

  function start(options: { id: number; table?: string }): VrrpDaemon {
    const daemon = daemons.make({ namespace: "a", program: "locum" });
    daemon.configure(`${options.table === undefined ? "" : `global_defs {\n  nftables ${options.table}\n}\n`}
vrrp_instance V {
  interface eth0
  virtual_router_id ${options.id}
  version 3
  advert_int 0.2
  use_vmac
  virtual_ipaddress {
    10.77.0.${options.id}/16
  }
}
`);
    daemon.start();
    return daemon;
  }

  const macvlans = () =>
    [...run("ip -o link show type macvlan").matchAll(/^\d+: ([^@\s]+)@/gm)].map((match) => match[1] ?? "");
  const master = (daemon: VrrpDaemon) =>
    eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 20_000 });
  const settings = () => run("sysctl net.ipv4.conf.eth0.arp_ignore net.ipv4.conf.eth0.arp_announce");
  const tables = () => run("nft list tables");

  it("leave each other's virtual MACs, addresses, rules and settings alone, whoever ends first", async () => {
    const before = settings();
    const first = start({ id: 51, table: "first" });
    await master(first);
    const second = start({ id: 52, table: "second" });
    await master(second);
    expect(macvlans().sort()).toEqual(["vrrp.51", "vrrp.52"]);
    expect(first.log).not.toMatch(/removed|FAULT/);
    expect(tables()).toMatch(/first\n.*second/);
    await first.stop();
    expect(macvlans()).toEqual(["vrrp.52"]);
    expect(tables()).toBe("table ip second\n");
    // What the interface below was given is still needed, and goes back with the last of them.
    expect(settings()).toMatch(/arp_ignore = 1\n.*arp_announce = 2/);
    await second.stop();
    expect([macvlans(), tables(), settings()]).toEqual([[], "", before]);
  }, 60_000);

  it("the same virtual router twice: the second says whose it is, and takes over when that one ends", async () => {
    const first = start({ id: 51 });
    await master(first);
    const second = start({ id: 51 });
    const whose = new RegExp(`vrrp\\.51: it belongs to another locum that runs here \\(pid ${first.pid}\\)`);
    await eventually(() => whose.test(second.log), { within: 20_000 });
    expect(second.log).toMatch(
      /the table keepalived is that of another locum that runs here .*write nftables NAME/,
    );
    await eventually(() => second.log.includes("Entering FAULT STATE"), { within: 5_000 });
    expect(first.log).not.toMatch(/removed|FAULT/);
    // One that is killed keeps nothing: its interface is free for the other.
    await first.kill();
    await master(second);
    expect(macvlans()).toEqual(["vrrp.51"]);
    expect(run("nft list table ip keepalived")).toContain(`locum pid=${second.pid} `);
    expect(second.log.match(/it belongs to another/g)?.length).toBe(1);
    await second.stop();
    expect([macvlans(), tables()]).toEqual([[], ""]);
  }, 60_000);
});
