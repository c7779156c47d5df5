import { describe, expect, it } from "vitest";
import { type IpAddress, parseIpAddress } from "../../../src/base/ip-address.ts";
import { bigCounter, exactCounter } from "../../../src/forward/ipvsadm/counter-text.ts";
import { numericLabels, printSessions } from "../../../src/forward/ipvsadm/print.ts";
import { parseIpv4 } from "../../../src/forward/ipvsadm/values.ts";
import type { Session } from "../../../src/forward/service-table.ts";

function ip(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe("counters in nine columns", () => {
  it.each([
    [0n, "        0"],
    [99_999_999n, " 99999999"],
    [100_000_000n, "  100000K"],
    [1_000_000_000n, "    1000M"],
    [100_000_000_000n, "     100G"],
    [100_000_000_000_000n, "     100T"],
  ])("%s", (value, text) => expect(bigCounter(value)).toBe(text));

  it("in full", () => {
    expect(exactCounter(12_345_678n)).toBe(" 12345678");
    expect(exactCounter(123_456_789_012n)).toBe(" 123456789012");
  });
});

describe("ipvsadm -L -c", () => {
  const session: Session = {
    protocol: "tcp",
    client: ip("10.1.0.2"),
    clientPort: 47_275,
    virtual: ip("192.0.2.1"),
    virtualPort: 80,
    real: ip("10.2.0.12"),
    realPort: 80,
    method: "masquerade",
    state: "TIME_WAIT",
    expiresIn: 117,
  };

  it("prints the recorded row", () => {
    expect(
      printSessions([session], { labels: numericLabels, persistence: false }),
    ).toBe(`IPVS connection entries
pro expire state       source             virtual            destination
TCP 01:57  TIME_WAIT   10.1.0.2:47275     192.0.2.1:80       10.2.0.12:80
`);
  });

  it("lets minutes pass 59", () => {
    const long = printSessions([{ ...session, expiresIn: 2_678_400 }], {
      labels: numericLabels,
      persistence: false,
    });
    expect(long).toContain("TCP 44640:00 TIME_WAIT");
  });
});

describe("IPv4 as inet_aton reads it", () => {
  it.each([
    ["10.9.1", "10.9.0.1"],
    ["1", "0.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["010.0.0.1", "8.0.0.1"],
    ["24", "0.0.0.24"],
    ["10.9.65536", undefined],
    ["256.1.1.1", undefined],
    ["1.2.3.4.5", undefined],
    ["host", undefined],
    ["1.2.3.", undefined],
  ])("%s is %s", (text, address) => expect(parseIpv4(text)).toBe(address));
});
