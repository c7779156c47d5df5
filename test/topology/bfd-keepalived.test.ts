import { afterAll, afterEach, beforeAll, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.78.0.100";

type Side = "a" | "b";
const NUMBER = { a: 1, b: 2 } as const;
const other = (side: Side): Side => (side === "a" ? "b" : "a");

/** A node with sessions over the second cable in both families; it tracks the IPv4 one when it is the better master. */
function configuration(side: Side, better: boolean): string {
  const [own, theirs] = [NUMBER[side], NUMBER[other(side)]];
  const times = "min_rx 100\n  min_tx 100\n  multiplier 20";
  return `
bfd_instance side4 {
  neighbor_ip 10.82.0.${theirs}
  source_ip 10.82.0.${own}
  ${times}
}
bfd_instance side6 {
  neighbor_ip fd82::${theirs}
  source_ip fd82::${own}
  ${times}
}
vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 78
  priority ${better ? 200 : 100}
  advert_int 1
  virtual_ipaddress {
    ${VIP}/24
  }
  ${better ? "track_bfd {\n    side4\n  }" : ""}
}
`;
}

describeWith({ title: "BFD with Debian's keepalived", needs: ["root", "netns", "keepalived"] }, () => {
  const namespaces = new Namespaces("lt-bfd-kd");
  const daemons: VrrpDaemon[] = [];

  beforeAll(() => {
    for (const side of ["a", "b"]) namespaces.add(side);
    for (const at of ["eth0", "eth1"]) {
      const network = at === "eth0" ? "10.78.0" : "10.82.0";
      const addresses = (end: 1 | 2) => [
        `${network}.${end}/24`,
        ...(at === "eth1" ? [`fd82::${end}/64`] : []),
      ];
      namespaces.cable(
        { namespace: "a", interface: at, addresses: addresses(1) },
        { namespace: "b", interface: at, addresses: addresses(2) },
      );
    }
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) await daemon.dispose();
    for (const side of ["a", "b"]) {
      namespaces.run(side, ["ip", "address", "flush", "dev", "eth0", "to", `${VIP}/32`]);
    }
  });
  afterAll(() => namespaces.remove());

  function daemon(side: Side, options: { program: DaemonProgram; better: boolean }): VrrpDaemon {
    const made = new VrrpDaemon(namespaces, { namespace: side, program: options.program, flags: [] });
    made.configure(configuration(side, options.better));
    made.start();
    daemons.push(made);
    return made;
  }

  const holds = (side: Side) =>
    namespaces.run(side, ["ip", "-4", "address", "show", "dev", "eth0"]).includes(`inet ${VIP}/`);
  const owner = (side: Side) => eventually(() => holds(side) && !holds(other(side)), { within: 20_000 });
  /** A line may come to us after what it tells of. */
  const said = (daemon: VrrpDaemon, line: string) =>
    eventually(() => daemon.log.includes(line), { within: 5_000 });
  /** Drops BFD and nothing else, on the way to both. */
  const cut = (on: boolean) => {
    const change = on ? "add" : "delete";
    for (const side of ["a", "b"]) {
      namespaces.run(side, ["ip", "rule", change, "pref", "100", "to", "10.82.0.0/24", "blackhole"]);
    }
  };

  it.each<readonly [DaemonProgram, DaemonProgram]>([
    ["locum", "keepalived"],
    ["keepalived", "locum"],
  ])(
    "%s tracks its session with %s: fault until it is up, master while it is, the other when it drops",
    async (first, second) => {
      const tracking = daemon("a", { program: first, better: true });
      await eventually(() => /\(V1\) Entering FAULT STATE/i.test(tracking.log), { within: 15_000 });
      const backup = daemon("b", { program: second, better: false });
      for (const name of ["side4", "side6"]) {
        for (const one of [tracking, backup]) {
          await eventually(() => one.log.includes(`(${name}) Entering Up state`), { within: 20_000 });
        }
      }
      await owner("a");
      await said(tracking, "VRRP_Instance(V1) Tracked BFD instance side4 is UP");

      cut(true);
      try {
        for (const one of [tracking, backup]) {
          await eventually(() => /\(side4\) Expired after \d+ ms/.test(one.log), { within: 15_000 });
        }
        await owner("b");
        await said(tracking, "VRRP_Instance(V1) Tracked BFD instance side4 is DOWN");
      } finally {
        cut(false);
      }
      await owner("a");
    },
  );
});
