import { inNetworkNamespace, interfaceIndex } from "dgram-extra";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { FrameSender, FrameSniffer, type SniffedFrame } from "../../src/linux/frame-socket.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

const gratuitousArp = fromHex(
  `ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a050009 ffffffffffff 0a050009`,
);
const other = fromHex(`ffffffffffff 020000000001 88b5 ${"00".repeat(46)}`);

describeWith({ title: "frames", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-frames");
  const index = (where: string, name: string) =>
    inNetworkNamespace(namespaces.name(where), () => interfaceIndex(name));

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "v0", mac: "02:00:00:00:00:01" },
      { namespace: "b", interface: "v1", addresses: ["10.5.0.2/24"] },
    );
  });
  afterAll(() => namespaces.remove());

  it("arrive as they were sent; the sniffer sees its EtherTypes only, in both directions", async () => {
    const seen: SniffedFrame[] = [];
    const troubles: string[] = [];
    const sniffers = [
      ["a", "v0"],
      ["b", "v1"],
    ].map(
      ([where = "", interfaceName = ""]) =>
        new FrameSniffer({
          interfaceName,
          namespace: namespaces.name(where),
          etherTypes: [0x0806],
          onFrame: (frame) => seen.push(frame),
          onTrouble: (message) => troubles.push(message),
        }),
    );
    const sender = new FrameSender({ namespace: namespaces.name("a") });
    expect(sender.send(other, index("a", "v0")).ok).toBe(true);
    expect(sender.send(gratuitousArp, index("a", "v0")).ok).toBe(true);
    await eventually(() => seen.length >= 2, { within: 5_000 });
    expect(seen.map(({ bytes }) => toHex(bytes))).toEqual([toHex(gratuitousArp), toHex(gratuitousArp)]);
    expect(seen.map(({ outgoing }) => outgoing).sort()).toEqual([false, true]);
    namespaces.run("a", ["ip", "link", "set", "v0", "down"]);
    expect(sender.send(gratuitousArp, index("a", "v0"))).toMatchObject({
      ok: false,
      error: expect.stringContaining("ENETDOWN"),
    });
    await eventually(() => troubles.some((message) => message.includes("ENETDOWN")), { within: 5_000 });
    for (const one of [...sniffers, sender]) one.close();
  });
});
