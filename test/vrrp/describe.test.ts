import { describe, expect, it } from "vitest";
import { fromHex } from "../../src/base/bytes.ts";
import { seconds } from "../../src/base/time.ts";
import { describeAdvertisement, describeFault, describeRejection } from "../../src/vrrp/describe.ts";
import { viewIpv4Packet } from "../../src/vrrp/packet-view.ts";
import { createReceiver, inspectAdvertisement } from "../../src/vrrp/reception.ts";
import { REJECTION_KINDS, rejection } from "../../src/vrrp/rejection.ts";
import { routerConfig, unsupportedReason } from "../../src/vrrp/router-config.ts";
import { instanceText, load } from "../conf/configuration.ts";
import { config, ip } from "./router-support.ts";

const PACKET = fromHex("45c0002800010000ff700000c00002fee00000122133ff0100011dc8c00002010000000000000000");

describe("words for people", () => {
  it("an advertisement in one line", () => {
    const view = viewIpv4Packet(PACKET);
    const seen = view.ok ? inspectAdvertisement(view) : view;
    expect(seen.ok && describeAdvertisement(seen.value)).toBe(
      "VRRPv2 192.0.2.254 > 224.0.0.18: router 51, priority 255 (owner), every 1 s, 192.0.2.1, no authentication, TTL 255, checksum right",
    );
  });

  it("every refusal has words of its own and names the router and the sender", () => {
    const view = viewIpv4Packet(PACKET);
    if (!view.ok) throw new Error(view.error.kind);
    const receiver = createReceiver(config({ advertisementInterval: seconds(3) }));
    const lines = REJECTION_KINDS.map((kind) =>
      describeRejection(view, { rejection: rejection(kind), receiver }),
    );
    expect(new Set(lines).size).toBe(REJECTION_KINDS.length);
    for (const line of lines)
      expect(line).toMatch(/^\(VI_1\) refused an advertisement from 192\.0\.2\.254 for router 51: ./);
    expect(lines.join("\n")).toContain(
      "its interval is 1 s, wanted 3 s; set advert_int alike on all directors",
    );
  });

  it("a fault", () => {
    expect(describeFault({ kind: "interface-down", interface: "eth0" })).toBe("interface eth0 is down");
    expect(describeFault({ kind: "no-source-address" })).toContain("no address");
  });
});

describe("what locum cannot run yet is said, with the way out", () => {
  const [plain] = load(instanceText("")).config.vrrpInstances;
  if (!plain) throw new Error("no instance was bound");
  const instance = { ...plain, ...config() };

  it("IPv6 in version 2", () => {
    expect(unsupportedReason({ ...instance, family: 6 })).toMatch(/vrrp_version 3/);
    expect(
      unsupportedReason({ ...instance, strict: true, unicastPeers: [{ address: ip("192.0.2.3") }] }),
    ).toMatch(/strict mode knows no unicast peers/);
    const empty = { ...instance, virtualAddresses: [] };
    expect(unsupportedReason({ ...empty, version: 3 })).toMatch(/no_virtual_ipaddress/);
    expect(unsupportedReason({ ...empty, strict: true })).toMatch(/must have a virtual address/);
    expect(unsupportedReason({ ...empty, version: 3, noVirtualAddress: true })).toBeUndefined();
    expect(unsupportedReason(empty)).toBeUndefined();
    expect(unsupportedReason(instance)).toBeUndefined();
  });

  it("everything a router needs of its instance is taken over", () => {
    expect(routerConfig(instance, seconds(2))).toEqual(config({ startupDelay: seconds(2) }));
  });
});
