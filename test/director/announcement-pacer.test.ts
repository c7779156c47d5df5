import { describe, expect, it } from "vitest";
import { after, seconds } from "../../src/base/time.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { decodeAnnouncement } from "../../src/vrrp/neighbour.ts";
import { instance, KernelRig } from "./kernel-rig.ts";
import { eth0 } from "./vrrp-fixtures.ts";

describe("paced announcements", () => {
  const paced = (global: string, groups = "") =>
    `global_defs {\n ${global}\n}\n${groups}${instance(
      `garp_master_repeat 2\n garp_master_delay 2\n virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/24\n }
     virtual_ipaddress_excluded {\n 192.0.2.102/24 dev eth1\n 2001:db8::1/64\n }`,
    )}`;

  /** When each address was announced, in milliseconds from the first one. */
  function times(rig: KernelRig, during: number): readonly string[] {
    const seen: string[] = [];
    let first: number | undefined;
    const end = after(rig.now, seconds(during));
    for (;;) {
      const due = vrrpDirector.deadline(rig.state);
      if (due === undefined || due > end) return seen;
      rig.now = due > rig.now ? due : rig.now;
      const before = rig.effects.length;
      rig.deliver({ kind: "alarm" });
      for (const effect of rig.effects.slice(before)) {
        if (effect.kind !== "send-frame") continue;
        first ??= rig.now;
        const address = decodeAnnouncement(effect.frame)?.address ?? "";
        seen.push(`${Math.round((rig.now - first) / 1000)} ${address}`);
      }
    }
  }

  it("vrrp_garp_interval, vrrp_gna_interval: at least so long between two on one interface; of one address one waits", () => {
    const rig = new KernelRig().start(paced("vrrp_garp_interval 0.1\n vrrp_gna_interval 0.05"));
    expect(times(rig, 5)).toEqual([
      "0 192.0.2.100",
      "0 192.0.2.102",
      "0 2001:db8::1",
      "50 2001:db8::1",
      "100 192.0.2.101",
      "100 192.0.2.102",
      "200 192.0.2.100",
    ]);
  });

  it("garp_group: between two on any of its interfaces", () => {
    const group = "garp_group {\n garp_interval 0.2\n interfaces {\n eth0\n eth1\n }\n}\n";
    const rig = new KernelRig().start(paced("vrrp_garp_interval 0.1", group));
    expect(times(rig, 5)).toEqual([
      "0 192.0.2.100",
      "0 2001:db8::1",
      "0 2001:db8::1",
      "200 192.0.2.101",
      "400 192.0.2.102",
      "600 192.0.2.100",
    ]);
  });

  it("who is no longer master announces nothing that waited", () => {
    const rig = new KernelRig().start(paced("vrrp_garp_interval 0.1"));
    rig.pass(3.65);
    expect(rig.role("V1")).toBe("master");
    rig.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect(rig.role("V1")).toBe("fault");
    rig.effects = [];
    rig.pass(3);
    expect(rig.effects.filter(({ kind }) => kind === "send-frame")).toEqual([]);
  });
});
