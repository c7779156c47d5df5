import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const VIP = "10.77.0.100";
const SETTING = "/proc/sys/net/ipv4/igmp_link_local_mcast_reports";

const suite = {
  title: "whom a director speaks to, beside keepalived",
  needs: ["root", "netns", "keepalived", "tcpdump"],
} as const;

describeWith(suite, () => {
  const pair = new InteropPair("lt-whom", { virtualAddress: VIP });
  const { namespaces } = pair;
  beforeAll(() => pair.connect());
  afterEach(() => pair.clear());
  afterAll(() => pair.dispose());

  const instance = (...lines: readonly string[]) => `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${VIP}/16
  }
  ${lines.join("\n  ")}
}
`;

  /** What tcpdump hears on the other end from now on. */
  function listen(filter: string): { lines(): readonly string[]; stop(): void } {
    const capture = namespaces.spawn("b", ["tcpdump", "-nlei", "eth0", filter]);
    let text = "";
    capture.stdout?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
    const lines = () => text.split("\n").filter((line) => line !== "");
    return { lines, stop: () => void capture.kill("SIGKILL") };
  }

  it.each(["keepalived", "locum"] as const)(
    "unicast_fault_no_peer: %s is in FAULT without a peer and never speaks multicast",
    async (program) => {
      const capture = listen("ip proto 112");
      const alone = instance("unicast_src_ip 10.77.0.2", "unicast_fault_no_peer");
      const daemon = pair.start("a", { program, text: alone });
      await eventually(() => /going to fault|Entering FAULT STATE/.test(daemon.log), { within: 20_000 });
      daemon.configure(
        instance("unicast_src_ip 10.77.0.2", "unicast_fault_no_peer", "unicast_peer {", "10.77.0.3", "}"),
      );
      daemon.signal("SIGHUP");
      await eventually(() => pair.holds("a"), { within: 10_000 });
      daemon.configure(alone);
      daemon.signal("SIGHUP");
      await eventually(() => !pair.holds("a"), { within: 10_000 });
      await daemon.stop();
      const heard = capture.lines();
      capture.stop();
      expect(heard.length).toBeGreaterThan(0);
      expect(heard.filter((line) => !line.includes("10.77.0.2 > 10.77.0.3"))).toEqual([]);
    },
    40_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "disable_local_igmp: %s joins and leaves the group of VRRP without a word, and puts the setting back",
    async (program) => {
      expect(namespaces.run("a", ["cat", SETTING])).toBe("1\n");
      const capture = listen("igmp or ip proto 112");
      const text = `global_defs {\n  disable_local_igmp\n}\n${instance()}`;
      const daemon = pair.start("a", { program, text });
      await eventually(() => pair.holds("a"), { within: 20_000 });
      expect(namespaces.run("a", ["cat", SETTING])).toBe("0\n");
      await daemon.stop();
      expect(namespaces.run("a", ["cat", SETTING])).toBe("1\n");
      await eventually(() => capture.lines().some((line) => /prio 0/.test(line)), { within: 3_000 });
      // A membership report is repeated within a second; the first would be there already.
      const spoken = capture.lines().filter((line) => line.includes("igmp"));
      capture.stop();
      expect(spoken).toEqual([]);
    },
    40_000,
  );

  it("garp_extra_if: a master whose virtual MAC sends no advertisements announces one address from it again and again", async () => {
    const capture = listen("arp and ether src 00:00:5e:00:01:33");
    const text = instance("use_vmac", "vmac_xmit_base", "garp_master_delay 0", "garp_extra_if 1");
    const daemon = pair.start("a", { program: "locum", text });
    await eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 20_000 });
    const first = () => capture.lines().filter((line) => line.includes(`who-has ${VIP}`)).length;
    await eventually(() => first() >= 5, { within: 5_000 });
    await eventually(() => first() >= 7, { within: 5_000 });
    expect(first()).toBe(7);
    capture.stop();
  }, 40_000);
});
