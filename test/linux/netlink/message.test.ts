import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/base/bytes.ts";
import { parseIpAddress } from "../../../src/base/ip-address.ts";
import {
  attributeNumber,
  attributeText,
  decodeAttributes,
  encodeAttributes,
} from "../../../src/linux/netlink/attributes.ts";
import { decodeAddress, encodeAddress } from "../../../src/linux/netlink/interface-address.ts";
import { decodeLink, encodeLinkHeader } from "../../../src/linux/netlink/link.ts";
import { decodeMessages, encodeRequest, readAnswer } from "../../../src/linux/netlink/message.ts";

function address(text: string) {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe("netlink attributes", () => {
  it("are padded to four bytes, and nested ones say so", () => {
    const bytes = encodeAttributes([
      { type: 3, value: "eth0" },
      { type: 4, value: 1500 },
      { type: 18, value: [{ type: 1, value: "veth" }] },
    ]);
    expect(toHex(bytes)).toBe(
      "09000300657468300000000008000400dc050000100012800900010076657468000000" + "00",
    );
    const found = decodeAttributes(bytes);
    expect(attributeText(found.get(3))).toBe("eth0");
    expect(attributeNumber(found.get(4))).toBe(1500);
    expect(attributeText(decodeAttributes(found.get(18) ?? new Uint8Array()).get(1))).toBe("veth");
  });

  it("survive any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeAttributes(bytes);
        for (const message of decodeMessages(bytes)) {
          readAnswer(message);
          decodeLink(message);
          decodeAddress(message);
        }
      }),
    );
  });
});

describe("netlink messages", () => {
  it("carry type, flags, sequence, header and attributes", () => {
    const bytes = encodeRequest({
      type: 16,
      flags: 4,
      sequence: 9,
      header: encodeLinkHeader({ index: 5, flags: 1, mask: 1 }),
      attributes: [],
    });
    expect(toHex(bytes)).toBe(
      `20000000${"1000"}0500${"09000000"}00000000${"00000000050000000100000001000000"}`,
    );
    expect(decodeMessages(bytes)).toMatchObject([{ type: 16, flags: 5, sequence: 9 }]);
  });

  it("an acknowledgement without error ends the request", () => {
    const [message] = decodeMessages(
      fromHex(`24000000 0200 0001 01000000 00000000 00000000 ${"00".repeat(16)}`),
    );
    expect(message && readAnswer(message)).toEqual({ kind: "end", errno: 0, text: "" });
  });

  it("an error brings the kernel's sentence, whether it quotes the header or the whole request", () => {
    const text = encodeAttributes([{ type: 1, value: "ipv4: Address already assigned" }]);
    const quoted = fromHex(`18000000 1400 0506 01000000 00000000`);
    for (const [flags, quote] of [
      [0x300, quoted],
      [0x200, Uint8Array.of(...quoted, 1, 2, 3, 4, 5, 6, 7, 8)],
    ] as const) {
      const payload = Uint8Array.of(0xef, 0xff, 0xff, 0xff, ...quote, ...text);
      expect(readAnswer({ type: 2, flags, sequence: 1, portId: 0, payload })).toEqual({
        kind: "end",
        errno: 17,
        text: "ipv4: Address already assigned",
      });
    }
  });

  it("a bridge's note about a port is no link", () => {
    const payload = new Uint8Array(16);
    expect(decodeLink({ type: 17, flags: 0, sequence: 0, portId: 0, payload })).toBeDefined();
    payload[0] = 7;
    expect(decodeLink({ type: 17, flags: 0, sequence: 0, portId: 0, payload })).toBeUndefined();
  });

  it.each(["10.0.0.1", "fe80::1"])("an address request reads back: %s", (text) => {
    const { header, attributes } = encodeAddress({
      interfaceIndex: 7,
      address: address(text),
      prefixLength: 24,
      scope: "link",
    });
    const payload = Uint8Array.of(...header, ...encodeAttributes(attributes));
    expect(decodeAddress({ type: 20, flags: 0, sequence: 0, portId: 0, payload })).toMatchObject({
      interfaceIndex: 7,
      address: text,
      prefixLength: 24,
      scope: 253,
      secondary: false,
    });
  });
});
