import { inNetworkNamespace } from "dgram-extra";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSysctl, writeSysctl } from "../../src/linux/sysctl.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

const name = "net/ipv4/conf/v0.10/arp_ignore"; // an interface's name may have a dot

describeWith({ title: "kernel settings", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-sysctl");

  beforeAll(() => {
    namespaces.add("a");
    namespaces.run("a", ["ip", "link", "add", "v0.10", "type", "veth", "peer", "name", "v1"]);
  });
  afterAll(() => namespaces.remove());

  it("are those of the network namespace, and are refused with a reason", () => {
    inNetworkNamespace(namespaces.name("a"), () => {
      expect(writeSysctl(name, 1)).toEqual({ ok: true, value: undefined });
      expect(readSysctl(name)).toEqual({ ok: true, value: "1" });
      expect(writeSysctl(name, "much")).toMatchObject({
        ok: false,
        error: expect.stringMatching(/Cannot set the kernel setting .*arp_ignore to much: EINVAL/),
      });
    });
    expect(readSysctl(name)).toMatchObject({ ok: false, error: expect.stringContaining("ENOENT") });
  });
});
