import { afterEach, beforeEach, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { CHANGES, DAEMON, NO_ROUTES, ROUTES } from "../support/entry-words.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const LISTS = ["address", "-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule"];

const suite = {
  title: "every word of addresses, routes and rules, beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  let namespaces = new Namespaces("lt-words");
  let daemons = new Daemons(namespaces);

  beforeEach(() => {
    // keepalived leaves some of it behind.
    namespaces = new Namespaces("lt-words");
    daemons = new Daemons(namespaces);
    for (const side of ["a", "b"]) {
      namespaces.add(side);
      namespaces.run(side, ["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"]);
      namespaces.add(`${side}-peer`);
      for (const name of ["eth0", "eth1"])
        namespaces.cable(
          {
            namespace: side,
            interface: name,
            mac: `02:00:00:00:00:0${name.at(-1)}`,
            ...(name === "eth0" ? { addresses: ["10.77.0.2/16", "10.77.200.1/32"] } : {}),
          },
          { namespace: `${side}-peer`, interface: name },
        );
    }
  });
  afterEach(async () => {
    await daemons.dispose();
    namespaces.remove();
  });

  function start(namespace: string, program: DaemonProgram, text = DAEMON): VrrpDaemon {
    const daemon = daemons.make({ namespace, program });
    daemon.configure(text);
    daemon.start();
    return daemon;
  }

  const shown = (side: string, list: string) => namespaces.run(side, ["ip", "-d", ...list.split(" ")]);
  const kernel = (side: string) =>
    LISTS.map((list) =>
      shown(side, list)
        .replace(/link-netns\S* \S+|link-netns \S+|\d+sec| tentative|link\/ether.*/g, "")
        .split("\n")
        .filter((line) => line.trim() !== ""),
    );
  const has = (side: string, list: string, text: string) => shown(side, list).includes(text);
  const expiry = (side: string) =>
    Number(/61::\/48 .*expires (\d+)sec/.exec(shown(side, LISTS[2] ?? ""))?.[1]);
  const destinations = (lines: string) =>
    lines.match(/(?:10|239)\.[\d.]+(?:\/\d+)?|2001:[\da-f:]+\/\d+/g) ?? [];

  it("the kernel of a master is the same line by line, and so it is when a word of each changes; ours leaves nothing", async () => {
    const before = kernel("b");
    const theirs = start("a", "keepalived");
    const ours = start("b", "locum");
    const complete = (side: string) =>
      has(side, "-6 rule", "2001:db8:9::/48") && has(side, "-4 rule", "10.1.19.1");
    await eventually(() => complete("a") && complete("b"), { within: 20_000 });
    const first = kernel("b");
    expect(first).toEqual(kernel("a"));
    // Nothing of it is empty: what is written is there, save what is to be dropped.
    const all = first.flat().join("\n");
    for (const line of ROUTES.split("\n")) {
      const [destination] = destinations(line);
      if (destination !== undefined) expect(all).toContain(destination);
    }
    for (const line of NO_ROUTES.split("\n")) {
      const [destination] = destinations(line);
      if (destination !== undefined) expect(all).not.toContain(destination);
    }
    expect(all).not.toContain("10.91.");
    expect(all).not.toMatch(/10\.77\.(10|24|25)\.1|78::f\//);
    expect(all).toMatch(/10\.77\.18\.1/);

    const changed = CHANGES.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }, DAEMON);
    for (const daemon of [theirs, ours]) {
      daemon.configure(changed);
      daemon.signal("SIGHUP");
    }
    const reloaded = (side: string) => has(side, "address", "eth0:2") && has(side, "-4 rule", "10.1.61.0/24");
    await eventually(() => reloaded("a") && reloaded("b"), { within: 10_000 });
    // What was added anew may stand elsewhere in a list.
    const sorted = (side: string) => kernel(side).map((lines) => lines.sort());
    const same = () => JSON.stringify(sorted("b")) === JSON.stringify(sorted("a"));
    await eventually(same, { within: 3_000 }).catch(() => expect(sorted("b")).toEqual(sorted("a")));
    expect(kernel("b")).not.toEqual(first);
    expect([expiry("a") > 800, expiry("b") > 800]).toEqual([true, true]);
    await theirs.stop();
    expect(await ours.stop()).toBe(0);
    expect(kernel("b")).toEqual(before);
    // What it took away itself, at the reload and the stop, is nobody else's doing.
    expect(ours.log).not.toContain("someone else");
  }, 60_000);

  /** What keepalived reads against its manual, loses on the way to the kernel or does not notice at a reload. */
  const MEANT = {
    routes: `
    inet6 2001:db8:90::/48 via fe80::1 dev eth0
    inet 10.90.0.0/24 dev eth0
    10.90.1.0/24 via inet6 fe80::1 dev eth0
    10.90.2.0/24 nexthop via 10.77.0.1 dev eth0 encap ip id 5 dst 192.0.2.9 nexthop via 10.77.0.3`,
    rules: `
    inet lookup 200 preference 160
    ipproto 132 lookup 200 preference 161
    lookup 200 protocol static no_track preference 162`,
  };
  const small = (broadcast: string) => `vrrp_instance V1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    10.77.0.100/16 brd ${broadcast}
  }
  virtual_ipaddress_excluded {
    2001:db8:78::5/64${broadcast === "10.77.255.1" ? " noprefixroute" : ""}
  }
  virtual_routes {${MEANT.routes}
    blackhole 10.94.0.0/24
    10.92.0.0/24 dev eth0
  }
  virtual_rules {${MEANT.rules}
    from 10.92.0.0/24 lookup 200 preference 163
  }
}
`;

  it("what keepalived loses counts with us: family words, tunnels of next hops, protocols of rules, changes at a reload", async () => {
    const seen = async (side: string, program: DaemonProgram) => {
      const daemon = start(side, program, small("10.77.255.1"));
      await eventually(() => has(side, "-4 rule", "163:"), { within: 20_000 });
      const routes = shown(side, "-4 route show table main") + shown(side, "-6 route");
      const rules = shown(side, "-4 rule");
      const changed = small("10.77.255.2").replace("10.92.0.0/24 dev", "10.93.0.0/24 dev");
      daemon.configure(changed.replace("blackhole 10.94", "prohibit 10.94"));
      daemon.signal("SIGHUP");
      await eventually(() => has(side, "-4 route", "10.93.0.0/24"), { within: 10_000 });
      const reloaded = () => {
        const addresses = shown(side, "address show dev eth0");
        return [/brd 10\.77\.255\.2 /.test(addresses), !/78::5\/64.*noprefixroute/.test(addresses)];
      };
      if (program === "locum") {
        const made = () => reloaded().every((each) => each) && has(side, "-4 route", "prohibit 10.94.0.0/24");
        await eventually(made, { within: 2_000 });
      }
      const after = reloaded();
      await daemon.stop();
      return {
        routes: ["90::/48", "10.90.0.0/24", "via inet6 fe80::1", "encap ip id 5"].map((text) =>
          routes.includes(text),
        ),
        rules: ["160:", "ipproto sctp", "proto static"].map((text) => rules.includes(text)),
        reloaded: after,
      };
    };
    expect(await seen("a", "keepalived")).toEqual({
      routes: [false, false, false, false],
      rules: [false, false, false],
      reloaded: [false, false],
    });
    expect(await seen("b", "locum")).toEqual({
      routes: [true, true, true, true],
      rules: [true, true, true],
      reloaded: [true, true],
    });
  }, 60_000);

  it("an interface of a route or a rule that is not there: both end with code 2, and say which", async () => {
    for (const line of [
      "virtual_routes {\n    10.92.0.0/24 dev eth7",
      "virtual_rules {\n    oif eth7 lookup 200 preference 9",
    ]) {
      const text = small("10.77.255.1").replace(/ {2}virtual_routes[\s\S]*/, `  ${line}\n  }\n}\n`);
      const both = [start("a", "keepalived", text), start("b", "locum", text)];
      for (const daemon of both) {
        expect(await daemon.ended()).toBe(2);
        expect(daemon.log).toContain("eth7");
      }
    }
  });

  it.each([
    ["", false],
    ["promote_secondaries", true],
  ] as const)(
    "'%s': whether another's address of the same network outlives ours at a stop: %s",
    async (word, stays) => {
      const text = DAEMON.replace(/[\s\S]*(?=vrrp_instance)/, "").replace(
        /virtual_ipaddress \{[\s\S]*/,
        `${word}\n  virtual_ipaddress {\n    10.88.0.100/24\n  }\n}\n`,
      );
      const both = [start("a", "keepalived", text), start("b", "locum", text)];
      for (const [at, side] of ["a", "b"].entries()) {
        await eventually(() => has(side, "address", "10.88.0.100/24"), { within: 15_000 });
        namespaces.run(side, ["ip", "address", "add", "10.88.0.5/24", "dev", "eth0"]);
        await both[at]?.stop();
        expect(has(side, "address", "10.88.0.5/24")).toBe(stays);
      }
    },
  );

  it("track_group: what is static comes back, and the instance fails and recovers with its interface", async () => {
    const text = `track_group G {
  group {
    V1
  }
}
static_routes {
  10.51.0.0/24 dev eth1 track_group G
}
static_rules {
  iif eth1 lookup 100 preference 50 track_group G
}
vrrp_instance V1 {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    10.77.0.100/16
  }
}
`;
    const both = [start("a", "keepalived", text), start("b", "locum", text)];
    for (const [at, side] of ["a", "b"].entries()) {
      const log = () => both[at]?.log ?? "";
      const holds = () => has(side, "address", "10.77.0.100/16");
      await eventually(holds, { within: 15_000 });
      namespaces.run(side, ["ip", "route", "del", "10.51.0.0/24"]);
      namespaces.run(side, ["ip", "rule", "del", "preference", "50"]);
      const back = () => has(side, "-4 route", "10.51.0.0/24") && has(side, "-4 rule", "50:");
      await eventually(back, { within: 3_000 });
      namespaces.run(side, ["ip", "link", "set", "eth1", "down"]);
      await eventually(() => /entering FAULT STATE/i.test(log()) && !holds(), { within: 5_000 });
      namespaces.run(side, ["ip", "link", "set", "eth1", "up"]);
      await eventually(() => holds() && back(), { within: 10_000 });
    }
  });
});
