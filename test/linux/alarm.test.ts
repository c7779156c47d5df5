import { afterEach, expect, it } from "vitest";
import { after, type Instant, instant, milliseconds } from "../../src/base/time.ts";
import { Alarm } from "../../src/linux/alarm.ts";
import { monotonicNow } from "../../src/linux/monotonic-clock.ts";

let alarm: Alarm | undefined;

afterEach(() => alarm?.close());

function ring(set: (alarm: Alarm) => void): Promise<Instant> {
  return new Promise((resolve) => {
    alarm = new Alarm(() => resolve(monotonicNow()));
    set(alarm);
  });
}

it("rings not before the instant it is set to", async () => {
  const at = after(monotonicNow(), milliseconds(5));
  expect(await ring((alarm) => alarm.set(at))).toBeGreaterThanOrEqual(at);
});

it("rings at once for an instant that has passed", async () => {
  await ring((alarm) => alarm.set(instant(1)));
});

it("rings again at the same instant when it is set again after ringing", async () => {
  const past = instant(1);
  let rings = 0;
  await new Promise<void>((resolve) => {
    alarm = new Alarm(() => {
      rings++;
      if (rings < 3) alarm?.set(past);
      else resolve();
    });
    alarm.set(past);
  });
  expect(rings).toBe(3);
});

it("that was moved away again and again rings once, at the last instant", async () => {
  const started = monotonicNow();
  let rings = 0;
  const rung = await new Promise<Instant>((resolve) => {
    alarm = new Alarm(() => {
      rings++;
      resolve(monotonicNow());
    });
    for (let ms = 1; ms <= 15; ms++) alarm.set(after(started, milliseconds(ms)));
  });
  expect(rung).toBeGreaterThanOrEqual(after(started, milliseconds(15)));
  expect(rings).toBe(1);
});

it("can be moved and switched off", async () => {
  const at = after(monotonicNow(), milliseconds(20));
  const rung = await ring((alarm) => {
    alarm.set(after(monotonicNow(), milliseconds(1)));
    alarm.set(undefined);
    alarm.set(at);
  });
  expect(rung).toBeGreaterThanOrEqual(at);
});
