import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

/** Every kind of line; what this kernel refuses (EINVAL) is left out. */
const FULL = `global_defs {
  router_id test
  default_interface eth1
}
track_group G {
  group {
    V1
  }
}
static_ipaddress {
  10.9.0.1/24
  10.9.1.1/24 dev eth1 brd + label eth1:st
  2001:db8:9::1/64 dev eth1
}
static_routes {
  10.50.0.0/24 via 10.9.0.254 dev eth1 track_group G
  blackhole 10.51.0.0/24 no_track protocol static
}
static_rules {
  from 10.50.0.0/24 table 100
}
vrrp_instance V1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  advert_int 1
  garp_master_repeat 1
  promote_secondaries
  virtual_ipaddress {
    10.77.0.100/16
    10.77.0.101/16 brd + label eth0:vip
    10.99.0.102/16 scope link
    10.77.0.103
    10.77.0.104/24 peer 10.88.0.1
    10.77.0.105/24 noprefixroute
    10.77.0.106/24 home mngtmpaddr preferred_lft 100 brd -
  }
  virtual_ipaddress_excluded {
    10.78.0.1/24 dev eth1
    2001:db8::1/64
    2001:db8::2
    2001:db8::5/64 preferred_lft 0
    2001:db8::6/64 preferred_lft forever home noprefixroute mngtmpaddr
    2001:db8::7/128 preferred_lft forever
    2001:db8::9/64 peer 2001:db8:1::1
    fe80::55/64
  }
  virtual_routes {
    10.60.0.0/24 via 10.77.0.254 dev eth0 src 10.77.0.100
    blackhole 10.61.0.0/24
    10.62.0.0/24 nexthop via 10.77.0.1 dev eth0 weight 3 nexthop via 10.77.0.2 weight 2
    10.63.0.0/24 dev eth0 mtu lock 1300 advmss 1000 rtt 250ms table 200 metric 7 tos 0x10 realms 3/4
    10.64.0.0/24 dev eth0 rttvar 2s hoplimit 9 window 5000 cwnd 8 ssthresh 9 initcwnd 10 initrwnd 11
    10.65.0.0/24 dev eth0 features ecn quickack 1 congctl cubic reordering 4 rto_min 300ms
    10.66.0.0/24 encap ip id 5 dst 192.0.2.9 ttl 3 via 10.77.0.1 dev eth0
    unreachable 10.67.0.0/24 no_track
    2001:db8:60::/48 via fe80::1 dev eth0 metric 12 pref high
    default6 via fe80::1 dev eth0
  }
  virtual_rules {
    from 10.77.0.0/24 table 200
    from 10.77.1.0/24 to 1.2.3.4 table 200 preference 100
    not fwmark 5/0xff table 1000 preference 101
    iif eth0 oif eth1 table main suppress_prefixlength 0 priority 200
    from 10.77.2.0/24 ipproto tcp sport 1000-2000 dport 80-81 blackhole preference 103
    from 2001:db8::/64 table 200
    uidrange 10-20 prohibit preference 104 no_track
  }
}
`;

/** What a test watches of the kernel of a namespace. */
const LISTS = [
  ["-d", "address", "show", "dev", "eth0"],
  ["-d", "address", "show", "dev", "eth1"],
  ["-d", "-4", "route", "show", "table", "all"],
  ["-d", "-6", "route", "show", "table", "all"],
  ["-d", "-4", "rule"],
  ["-d", "-6", "rule"],
];

describeWith(
  { title: "addresses, routes and rules beside Debian's keepalived", needs: ["root", "netns", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lt-kernel");
    const daemons: VrrpDaemon[] = [];

    beforeAll(async () => {
      for (const side of ["a", "b"] as const) {
        namespaces.add(side);
        namespaces.add(`${side}-peer`);
        for (const name of ["eth0", "eth1"]) {
          namespaces.cable(
            {
              namespace: side,
              interface: name,
              mac: `02:00:00:00:00:0${name.at(-1)}`,
              ...(name === "eth0" ? { addresses: ["10.77.0.2/16"] } : {}),
            },
            { namespace: `${side}-peer`, interface: name },
          );
        }
      }
      const settled = (side: string) => !ip(side, ["-6", "address"]).includes("tentative");
      await eventually(() => settled("a") && settled("b"), { within: 8_000 });
    });
    afterEach(async () => {
      for (const daemon of daemons.splice(0)) await daemon.dispose();
      // keepalived 2.2.7 does not get rid of an address with a peer.
      ip("a", ["address", "flush", "dev", "eth0", "to", "10.77.0.104"]);
    });
    afterAll(() => namespaces.remove());

    function daemon(side: string, program: DaemonProgram, text = FULL): VrrpDaemon {
      const made = new VrrpDaemon(namespaces, { namespace: side, program });
      made.configure(text);
      made.start();
      daemons.push(made);
      return made;
    }

    const ip = (side: string, words: readonly string[]) => namespaces.run(side, ["ip", ...words]);
    const kernel = (side: string) =>
      LISTS.map((words) =>
        ip(side, words)
          // Times run, the peer's namespace has another number, and eth0 may still settle its own address.
          .replace(/link-netns\S* \S+|link-netns \S+|\d+sec| tentative/g, "")
          .split("\n")
          .filter((line) => !/^\s*$/.test(line)),
      );
    const promotes = (side: string) =>
      namespaces.run(side, ["cat", "/proc/sys/net/ipv4/conf/eth0/promote_secondaries"]).trim();
    const has = (side: string, words: readonly string[], text: string) => ip(side, words).includes(text);
    /** Master, and the last of its rules in the kernel. */
    const complete = (of: VrrpDaemon, side: string) =>
      eventually(() => of.log.includes("Entering MASTER STATE") && has(side, ["rule"], "uidrange"), {
        within: 15_000,
      });

    it("ST-12 the kernel of a master is the same with both, line by line, and nothing of it is left after the stop", async () => {
      const before = kernel("b");
      const theirs = daemon("a", "keepalived");
      const ours = daemon("b", "locum");
      await complete(theirs, "a");
      await complete(ours, "b");
      expect(kernel("b")).toEqual(kernel("a"));
      expect([promotes("a"), promotes("b")]).toEqual(["1", "1"]);
      await theirs.stop();
      expect(await ours.stop()).toBe(0);
      expect(kernel("b")).toEqual(before);
      expect(promotes("b")).toBe("0");
    });

    it("what somebody takes away comes back within a second; no_track: it stays away", async () => {
      await complete(daemon("b", "locum"), "b");
      const losses: readonly (readonly [readonly string[], readonly string[], string])[] = [
        [
          ["address", "del", "10.77.0.100/16", "dev", "eth0"],
          ["address", "show", "dev", "eth0"],
          "10.77.0.100/",
        ],
        [["address", "del", "10.9.0.1/24", "dev", "eth1"], ["address", "show", "dev", "eth1"], "10.9.0.1/"],
        [["route", "del", "blackhole", "10.61.0.0/24"], ["route"], "10.61.0.0/24"],
        [["route", "del", "10.50.0.0/24"], ["route"], "10.50.0.0/24"],
        [["-6", "route", "del", "2001:db8:60::/48"], ["-6", "route"], "2001:db8:60::/48"],
        [["rule", "del", "preference", "100"], ["rule"], "100:"],
      ];
      for (const [removal, list, text] of losses) {
        ip("b", removal);
        await eventually(() => has("b", list, text), { within: 1_000 });
      }
      // The route from the address that was away: the kernel had dropped it without a word.
      await eventually(() => has("b", ["route"], "10.60.0.0/24"), { within: 1_000 });
      ip("b", ["rule", "del", "preference", "104"]);
      ip("b", ["route", "del", "unreachable", "10.67.0.0/24"]);
      ip("b", ["rule", "del", "preference", "101"]);
      await eventually(() => has("b", ["rule"], "101:"), { within: 2_000 });
      expect(has("b", ["rule"], "104:")).toBe(false);
      expect(has("b", ["route"], "10.67.0.0/24")).toBe(false);
    });

    it("an interface that goes down and comes back has its static route again", async () => {
      const text = FULL.replace(" track_group G", "");
      await complete(daemon("b", "locum", text), "b");
      ip("b", ["link", "set", "eth1", "down"]);
      await eventually(() => !has("b", ["route"], "10.50.0.0/24"), { within: 2_000 });
      ip("b", ["link", "set", "eth1", "up"]);
      await eventually(() => has("b", ["route"], "10.50.0.0/24"), { within: 2_000 });
    });

    it("a reload never removes what stays, and leaves what the new file says; what a crash left is taken over", async () => {
      const crashed = daemon("b", "locum");
      await complete(crashed, "b");
      await crashed.kill();
      const ours = daemon("b", "locum");
      await complete(ours, "b");
      const monitor = namespaces.spawn("b", ["ip", "monitor", "address", "route", "rule"]);
      let seen = "";
      monitor.stdout?.setEncoding("utf8").on("data", (piece: string) => {
        seen += piece;
      });
      // A mark in what is seen, again until the monitor listens.
      const marked = () => {
        ip("b", ["address", "replace", "10.111.0.1/32", "dev", "lo"]);
        return seen.includes("10.111.0.1");
      };
      await eventually(marked, { within: 8_000, every: 100 });
      ours.configure(
        FULL.replace("10.77.0.103\n", "10.77.0.109\n").replace(
          "10.60.0.0/24 via 10.77.0.254",
          "10.60.0.0/24 via 10.77.0.253",
        ),
      );
      ours.signal("SIGHUP");
      await eventually(() => !has("b", ["address", "show", "dev", "eth0"], "10.77.0.103/"), {
        within: 8_000,
      });
      ip("b", ["address", "del", "10.111.0.1/32", "dev", "lo"]);
      await eventually(() => /Deleted [^\n]*10\.111\.0\.1/.test(seen), { within: 2_000 });
      const gone = seen
        .split("\n")
        .filter((line) => line.startsWith("Deleted") && !line.includes("10.111.0.1"));
      // The address, and the kernel's own entry for it; nothing else.
      expect(gone.filter((line) => !line.includes("10.77.0.103"))).toEqual([]);
      expect(has("b", ["route"], "10.60.0.0/24 via 10.77.0.253")).toBe(true);
      monitor.kill();
      expect(await ours.stop()).toBe(0);
      expect(has("b", ["rule"], "proto keepalived")).toBe(false);
    });
  },
);
