import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { ipAddressFromBytes } from "../../src/base/ip-address.ts";
import { decodeAnnouncement, encodeAnnouncement } from "../../src/vrrp/neighbour.ts";
import { ip } from "./router-support.ts";

const hardwareAddress = Uint8Array.of(0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee);

describe("ST-6 announcements on the wire", () => {
  it("IPv4: a broadcast ARP request, sender and target the address, target hardware all ones", () => {
    const frame = encodeAnnouncement({ address: ip("192.0.2.1"), hardwareAddress, router: true });
    expect(toHex(frame)).toBe(
      "ffffffffffff02aabbccddee0806" + "0001080006040001" + "02aabbccddeec0000201" + "ffffffffffffc0000201",
    );
  });

  it("IPv6: to all nodes, hop limit 255, router and override set, solicited clear", () => {
    const frame = encodeAnnouncement({ address: ip("2001:db8::1"), hardwareAddress, router: true });
    const address = "20010db8000000000000000000000001";
    const checksum = toHex(frame.subarray(56, 58));
    expect(toHex(frame)).toBe(
      `33330000000102aabbccddee86dd6000000000203aff${address}ff020000000000000000000000000001` +
        `8800${checksum}a0000000${address}020102aabbccddee`,
    );
  });

  it("both byte for byte as keepalived 2.2.7 sends them on a host that does not forward", () => {
    const captured = {
      "192.0.2.3": "ffffffffffffea900d461443080600010800060400 01ea900d461443c0000203ffffffffffffc0000203",
      "fe80::54":
        "333300000001ea900d46144386dd6000000000203afffe800000000000000000000000000054ff020000000000000000000000000001" +
        "88004cdc20000000fe8000000000000000000000000000540201ea900d461443",
    };
    const own = fromHex("ea900d461443");
    for (const [address, hex] of Object.entries(captured)) {
      const frame = encodeAnnouncement({ address: ip(address), hardwareAddress: own, router: false });
      expect(toHex(frame)).toBe(hex.replace(" ", ""));
    }
  });

  it("what is sent can be read, in both families", () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(
        address,
        fc.uint8Array({ minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (octets, mac, router) => {
          const sent = { address: ipAddressFromBytes(octets), hardwareAddress: mac, router };
          const heard = decodeAnnouncement(encodeAnnouncement(sent));
          expect(heard).toEqual(octets.length === 4 ? { ...sent, router: false } : sent);
        },
      ),
    );
  });

  it("an ordinary ARP request, a short or a spoiled frame is no announcement", () => {
    const ordinary = encodeAnnouncement({ address: ip("192.0.2.1"), hardwareAddress, router: false });
    ordinary[41] = 9;
    expect(decodeAnnouncement(ordinary)).toBeUndefined();
    const frame = encodeAnnouncement({ address: ip("2001:db8::1"), hardwareAddress, router: false });
    for (let length = 0; length < frame.length; length++) {
      expect(decodeAnnouncement(frame.subarray(0, length))).toBeUndefined();
    }
    frame[60] = 1;
    expect(decodeAnnouncement(frame)).toBeUndefined();
  });
});
