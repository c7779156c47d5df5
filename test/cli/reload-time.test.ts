import { expect, it } from "vitest";
import { ReloadQueue } from "../../src/cli/reload-queue.ts";
import { readReloadTime } from "../../src/cli/reload-time.ts";
import { eventually } from "../support/eventually.ts";

const NOON = Date.UTC(2026, 10, 29, 12, 0, 0);

it("reads a time of day as the next one, and a date as it stands, in UTC where it says so", () => {
  expect(readReloadTime("12:00:01Z\n", NOON)).toEqual({ at: NOON + 1_000, daily: true });
  expect(readReloadTime("12:00:00Z", NOON)).toEqual({ at: NOON + 86_400_000, daily: true });
  expect(readReloadTime("26-11-30 00:00:00Z", NOON)).toEqual({ at: NOON + 43_200_000, daily: false });
  expect(readReloadTime("2026-11-30 00:00:00Z", NOON)?.at).toBe(NOON + 43_200_000);
  const local = new Date(2030, 0, 2, 3, 4, 5).getTime();
  expect(readReloadTime("2030-01-02 03:04:05", NOON)).toEqual({ at: local, daily: false });
});

it("takes nothing else: no past date, no other format", () => {
  for (const text of [
    "",
    "12:00",
    "2026-11-29 11:59:59Z",
    "24:00:00",
    "12:60:00",
    "tomorrow",
    " 12:00:01Z",
  ]) {
    expect(readReloadTime(text, NOON)).toBeUndefined();
  }
});

it("F47: requests that come while a reload is under way are one more reload", async () => {
  let reloads = 0;
  let finish: () => void = () => undefined;
  const queue = new ReloadQueue(() => {
    reloads++;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  for (let n = 0; n < 100; n++) queue.request();
  expect(reloads).toBe(1);
  finish();
  await eventually(() => reloads === 2, { within: 5_000 });
  finish();
  for (let n = 0; n < 100; n++) queue.request();
  await eventually(() => reloads === 3, { within: 5_000 });
  finish();
});
