import { describe, expect, it } from "vitest";
import { after, instant, seconds } from "../../src/base/time.ts";
import { RejectionLog } from "../../src/director/rejection-log.ts";

describe("RejectionLog keeps a flood to a line a minute for each reason", () => {
  it("RX-16 reports the first, then one summary with the number left out", () => {
    const log = new RejectionLog();
    const start = instant(1_000_000);
    let lines = 0;
    for (let n = 0; n < 10_000; n++) {
      if (log.note("V1 checksum", after(start, seconds(n / 1_000))) !== undefined) lines++;
    }
    expect(lines).toBe(1);
    expect(log.note("V1 checksum", after(start, seconds(61)))).toEqual({ suppressed: 9_999 });
    expect(log.count("V1 checksum")).toBe(10_001);
  });

  it("keeps reasons and routers apart", () => {
    const log = new RejectionLog();
    expect(log.note("V1 checksum", instant(0))).toEqual({ suppressed: 0 });
    expect(log.note("V1 ttl", instant(0))).toEqual({ suppressed: 0 });
    expect(log.note("V2 ttl", instant(0))).toEqual({ suppressed: 0 });
  });
});
