import { describe, expect, it } from "vitest";
import { rejection } from "../../src/vrrp/rejection.ts";
import { RejectionTally } from "../../src/vrrp/rejection-tally.ts";
import { at } from "./router-support.ts";

describe("RX-16 refused packets are counted by reason and logged seldom", () => {
  it("10,000 a second for 15 s: one line, and one more a minute later with what was left out", () => {
    const tally = new RejectionTally();
    const lines: (number | undefined)[] = [];
    for (let count = 0; count < 150_000; count++)
      lines.push(tally.note(rejection("checksum"), at(count / 10_000)));
    expect(lines.filter((line) => line !== undefined)).toEqual([0]);
    expect(tally.note(rejection("checksum"), at(60))).toBe(149_999);
    expect(tally.count("checksum")).toBe(150_001);
  });

  it("each reason has its own line and its own count; statistics add them up by keepalived's names", () => {
    const tally = new RejectionTally();
    for (const kind of ["length", "bad-ip-header", "ttl"] as const)
      expect(tally.note(rejection(kind), at(1))).toBe(0);
    expect([tally.total("packet_len_err"), tally.total("ip_ttl_err"), tally.total("auth_failure")]).toEqual([
      2, 1, 0,
    ]);
    expect(tally.count("version")).toBe(0);
  });
});
