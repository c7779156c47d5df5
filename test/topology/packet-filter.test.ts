import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";
const ALL = [VIP, "10.77.0.101", "2001:db8::77", "fe80::77:1"];

/** Knocks at a port and says what came of it. */
const KNOCK = `
require("net").connect(9, process.argv[1]).on("error", ({ code }) => { console.log(code); process.exit(); });
setTimeout(() => { console.log("silence"); process.exit(); }, 700);`;

const suite = {
  title: "the rules of no_accept beside keepalived",
  needs: ["root", "netns", "keepalived", "nft"],
} as const;

describeWith(suite, () => {
  const pair = new InteropPair("lt-rules", { virtualAddress: VIP });
  beforeAll(() => pair.connect());
  afterEach(async () => {
    await pair.clear();
    pair.namespaces.run("a", ["nft", "flush", "ruleset"]);
  });
  afterAll(() => pair.dispose());

  const text = (global: readonly string[]) => `global_defs {
  ${global.join("\n  ")}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.1
  no_accept
  virtual_ipaddress {
    10.77.0.100/16
    10.77.0.101/16
  }
}
vrrp_instance W {
  interface eth0
  virtual_router_id 52
  advert_int 0.1
  no_accept
  virtual_ipaddress {
    fe80::77:1
    2001:db8::77/64
  }
}
`;

  const rules = () => pair.namespaces.run("a", ["nft", "list", "ruleset"]);

  /** The rules of a master that has every address. */
  async function master(program: DaemonProgram, global: readonly string[]): Promise<[VrrpDaemon, string]> {
    const daemon = pair.start("a", { program, text: text(global) });
    const closed = () => ALL.every((address) => pair.holds("a", address) && rules().includes(`${address}`));
    await eventually(closed, { within: 20_000, every: 100 });
    return [daemon, rules()];
  }

  /** What may differ: the mark of the owner, and what has passed. */
  const comparable = (ruleset: string) =>
    ruleset
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^\s*comment "locum/.test(line))
      .map((line) => line.replace(/packets \d+ bytes \d+/, "packets N bytes N"));

  /** As if ours named interfaces by number, as theirs always does. */
  const byNumber = (ruleset: string) =>
    ruleset
      .replaceAll("vips_link_local_name", "vips_link_local")
      .replace("ifname", "iface_index")
      .replaceAll("ifname @", "if @");

  const keywords: readonly { readonly lines: readonly string[]; readonly said?: RegExp }[] = [
    { lines: [] },
    { lines: ["nftables mine"] },
    { lines: ["nftables_priority -50"] },
    { lines: ["nftables_ifindex"] },
    { lines: ["nftables mine", "nftables_counters", "nftables_ifindex", "nftables_priority 7"] },
    { lines: ["vrrp_iptables"], said: /vrrp_iptables is accepted without effect: .*nftables/ },
    { lines: ["vrrp_iptables IN OUT"], said: /vrrp_iptables is accepted without effect: .*nftables/ },
    { lines: ["vrrp_ipsets"], said: /vrrp_ipsets is accepted without effect: .*nftables/ },
    { lines: ["vrrp_ipsets a b c"], said: /vrrp_ipsets is accepted without effect: .*nftables/ },
  ];

  it.each(keywords)(
    "$lines: the same rules, none left behind, and what has no effect is said",
    async ({ lines, said }) => {
      const [theirs, wanted] = await master("keepalived", lines);
      await theirs.stop();
      expect(rules()).toBe("");
      const [ours, made] = await master("locum", lines);
      expect(made).toMatch(/comment "locum/);
      expect(comparable(lines.includes("nftables_ifindex") ? made : byNumber(made))).toEqual(
        comparable(wanted),
      );
      if (said === undefined) expect(ours.log).not.toMatch(/without effect/);
      else expect(ours.log).toMatch(said);
      expect(await ours.stop()).toBe(0);
      expect(rules()).toBe("");
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "nftables_counters: %s drops what is for the address, and counts it",
    async (program) => {
      await master(program, ["nftables_counters"]);
      /** Whether a connection to a port where nobody listens is refused, which only the owner of the address can do. */
      const reached = (address: string) =>
        pair.namespaces.run("b", [process.execPath, "-e", KNOCK, address]) === "ECONNREFUSED\n";
      expect(reached("10.77.0.2")).toBe(true);
      expect(reached(VIP)).toBe(false);
      expect(rules()).toMatch(/ip daddr @vips counter packets [1-9] bytes \d+ drop/);
      expect(reached("fe80::77:1%eth0")).toBe(false);
      expect(rules()).toMatch(/@vips_link_local\w* counter packets [1-9] bytes \d+ drop/);
    },
    40_000,
  );
});
