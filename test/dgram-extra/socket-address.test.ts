import { describe, expect, it } from "vitest";
import { type Endpoint, encodeEndpoint, type SocketType } from "../../src/dgram-extra/socket-address.ts";

describe("encodeEndpoint", () => {
  it.each<[SocketType, Endpoint, string]>([
    ["raw4", { address: "224.0.0.18" }, `0200${"0000"}e0000012${"00".repeat(8)}`],
    [
      "raw6",
      { address: "fe80::1", interfaceIndex: 7 },
      `0a000000${"00000000"}fe800000000000000000000000000001${"07000000"}`,
    ],
    [
      "packet",
      { interfaceIndex: 3, protocol: 0x0806, hardwareAddress: Uint8Array.of(1, 2, 3, 4, 5, 6) },
      `11000806${"03000000"}${"000000"}06010203040506${"0000"}`,
    ],
    ["netlink", { portId: 0, groups: 5 }, `10000000${"00000000"}05000000`],
    ["unix_dgram", { path: "/a" }, "01002f6100"],
    ["unix_dgram", { path: "\0a" }, "01000061"],
  ])("%s %j", (type, endpoint, hex) => {
    expect(Buffer.from(encodeEndpoint(type, endpoint)).toString("hex")).toBe(hex);
  });

  it.each<[SocketType, Endpoint, RegExp]>([
    ["raw4", { address: "::1" }, /"::1" is not an IPv4 address/],
    ["raw6", { address: "10.0.0.1" }, /"10.0.0.1" is not an IPv6 address/],
    ["netlink", { path: "/a" }, /A netlink socket cannot use the address/],
    ["unix_dgram", { path: "x".repeat(108) }, /must have 1 to 107 bytes; .* has 108/],
  ])("%s refuses %j", (type, endpoint, message) => {
    expect(() => encodeEndpoint(type, endpoint)).toThrow(message);
  });
});
