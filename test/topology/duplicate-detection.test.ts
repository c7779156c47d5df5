import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { bothDirections, type Side } from "../support/interop-pair.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "2001:db8:77::100";
const LOCAL_VIP = "fe80::77:1";

const suite = {
  title: "IPv6 where the kernel looks for duplicates, beside keepalived",
  needs: ["root", "netns", "keepalived", "tcpdump"],
} as const;

/** Connects to a port where nobody listens again and again, until the owner of the address refuses it. */
const KNOCK = `
const attempt = () => require("net").connect(9, process.argv[1]).on("error", ({ code }) => {
  if (code === "ECONNREFUSED") process.exit(0);
  setTimeout(attempt, 10);
});
attempt();`;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-dad");
  const daemons = new Daemons(namespaces);
  const logs: (() => string)[] = [];
  for (const name of ["a", "b"]) namespaces.add(name);

  beforeEach(() => {
    namespaces.cable({ namespace: "a", interface: "eth0" }, { namespace: "b", interface: "eth0" });
  });
  afterEach(async () => {
    logs.splice(0);
    await daemons.dispose();
    namespaces.run("a", ["ip", "link", "delete", "eth0"]);
  });
  afterAll(() => namespaces.remove());

  const addresses = (side: Side) =>
    namespaces.run(side, ["ip", "-6", "-o", "address", "show", "dev", "eth0"]).split("\n");
  const line = (side: Side, address: string) => addresses(side).find((each) => each.includes(` ${address}/`));
  const isTentative = (side: Side) => addresses(side).some((each) => / fe80.*tentative/.test(each));

  const ways = {
    multicast: () => "",
    unicast: (side: Side) => `unicast_src_ip 2001:db8:77::${side === "a" ? 2 : 3}
  unicast_peer {
    2001:db8:77::${side === "a" ? 3 : 2}
  }`,
  } as const;

  function start(
    side: Side,
    program: DaemonProgram,
    how: { priority: number; way: keyof typeof ways },
  ): VrrpDaemon {
    const daemon = daemons.make({ namespace: side, program });
    daemon.configure(`vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority ${how.priority}
  ${ways[how.way](side)}
  virtual_ipaddress {
    ${LOCAL_VIP}/64
    ${VIP}/64
  }
}
`);
    daemon.start();
    logs.push(() => daemon.log);
    return daemon;
  }

  /** Has both addresses, which are not examined and can be used, and the other has none of them. */
  async function owner(side: Side): Promise<void> {
    const other = side === "a" ? "b" : "a";
    const settled = () =>
      [VIP, LOCAL_VIP].every(
        (address) => line(side, address) !== undefined && line(other, address) === undefined,
      );
    try {
      await eventually(settled, { within: 30_000 });
    } catch (error) {
      const shown = [...addresses("a"), ...addresses("b"), ...logs.map((log) => log())].join("\n");
      throw new Error(`${side} did not become the only holder\n${shown}`, { cause: error });
    }
    for (const address of [VIP, LOCAL_VIP]) {
      expect(line(side, address)).toMatch(/ nodad /);
      expect(line(side, address)).not.toMatch(/tentative/);
    }
  }

  /** Gives it an address of its own that the kernel examines first. */
  function reach(side: Side): void {
    const address = `2001:db8:77::${side === "a" ? 2 : 3}/64`;
    namespaces.run(side, ["ip", "address", "add", address, "dev", "eth0"]);
  }

  /** The virtual address can be reached from this side. */
  async function answers(from: Side): Promise<void> {
    const client = namespaces.spawn(from, [process.execPath, "-e", KNOCK, VIP]);
    await eventually(() => client.exitCode === 0, { within: 10_000 });
  }

  /** What tcpdump hears of neighbour advertisements for the address on this side. */
  function announcements(side: Side): { count(): number; stop(): void } {
    const capture = namespaces.spawn(side, ["tcpdump", "-nlvi", "eth0", "icmp6 and ip6[40] == 136"]);
    let text = "";
    capture.stdout?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    const count = () => text.split(`tgt is ${VIP}`).length - 1;
    return { count, stop: () => void capture.kill("SIGKILL") };
  }

  /** What ours could not send while it took part: the resignation of one whose link is gone does not count. */
  const unsent = (log: string) =>
    log
      .replaceAll(/Entering FAULT STATE.*?Entering BACKUP STATE/gs, "")
      .split("\n")
      .filter((each) => /[Cc]annot send/.test(each));

  // keepalived never gets over a unicast_src_ip that was examined when it started.
  const cases = [
    ...bothDirections.map((each) => ({ ...each, way: "multicast" }) as const),
    { better: "locum", worse: "locum", way: "unicast" } as const,
  ];

  it.each(cases)(
    "$way, $better beside $worse: elects, takes over, announces and takes back with addresses still examined",
    async ({ better, worse, way }) => {
      for (const side of ["a", "b"] as const) reach(side);
      expect([isTentative("a"), isTentative("b")]).toEqual([true, true]);
      const first = start("a", better, { priority: 200, way });
      const second = start("b", worse, { priority: 100, way });
      await owner("a");
      const heardByB = announcements("b");
      await owner("a");
      // Its end of the cable goes, and comes back with its own addresses under examination.
      namespaces.run("a", ["ip", "link", "set", "eth0", "down"]);
      await eventually(() => line("a", VIP) === undefined, { within: 10_000 });
      namespaces.run("a", ["ip", "link", "set", "eth0", "up"]);
      reach("a");
      expect(isTentative("a")).toBe(true);
      await owner("a");
      await eventually(() => heardByB.count() >= 5, { within: 10_000 });
      heardByB.stop();
      await answers("b");
      // Says goodbye: the other one has the address, and answers.
      expect(await first.stop()).toBe(0);
      await owner("b");
      await answers("a");
      for (const { log } of [first, second]) expect(unsent(log)).toEqual([]);
    },
    90_000,
  );
});
