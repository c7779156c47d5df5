import { afterEach, describe, expect, it } from "vitest";
import { MonotonicTimer } from "../../src/dgram-extra/monotonic-timer.ts";
import { monotonicMicroseconds } from "../../src/dgram-extra/system-call.ts";

let timer: MonotonicTimer | undefined;

afterEach(() => timer?.close());

function expiry(set: (timer: MonotonicTimer) => void): Promise<number> {
  return new Promise((resolve) => {
    timer = new MonotonicTimer(() => resolve(monotonicMicroseconds()));
    set(timer);
  });
}

describe("MonotonicTimer", () => {
  it("never expires early", async () => {
    for (let round = 0; round < 20; round++) {
      const at = monotonicMicroseconds() + 1_000 + round * 37;
      expect(await expiry((timer) => timer.set(at))).toBeGreaterThanOrEqual(at);
      timer?.close();
    }
  });

  it("expires at once for an instant that has passed, even the clock's zero", async () => {
    await expiry((timer) => timer.set(0));
  });

  it("forgets an earlier setting", async () => {
    const later = monotonicMicroseconds() + 30_000;
    const expired = await expiry((timer) => {
      timer.set(monotonicMicroseconds() + 1_000);
      timer.set(undefined);
      timer.set(later);
    });
    expect(expired).toBeGreaterThanOrEqual(later);
  });

  it("may be closed twice and set after that", () => {
    timer = new MonotonicTimer(() => expect.unreachable());
    timer.close();
    timer.close();
    timer.set(0);
  });
});
