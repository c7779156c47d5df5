import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipBytes, ipText } from "../../src/dgram-extra/ip-text.ts";

describe("IP addresses as text", () => {
  it.each([
    ["0.0.0.0", "00000000"],
    ["224.0.0.18", "e0000012"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["ff02::12", "ff020000000000000000000000000012"],
    ["fe80::", "fe800000000000000000000000000000"],
    ["2001:db8:0:1:1:1:1:1", "20010db8000000010001000100010001"],
    ["2001:db8::1:0:0:1", "20010db8000000000001000000000001"],
    ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
  ])("%s is %s, both ways", (text, hex) => {
    expect(Buffer.from(ipBytes(text) ?? []).toString("hex")).toBe(hex);
    expect(ipText(Buffer.from(hex, "hex"))).toBe(text);
  });

  it("ignores a zone and refuses other text", () => {
    expect(ipBytes("fe80::1%eth0")).toEqual(ipBytes("fe80::1"));
    for (const text of ["", "1.2.3", "1.2.3.256", "1::2::3", "host"]) expect(ipBytes(text)).toBeUndefined();
  });

  it("gives back the bytes of any address from its text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect([...(ipBytes(ipText(bytes)) ?? [])]).toEqual([...bytes]);
      }),
    );
  });
});
