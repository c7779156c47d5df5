import { systemCall } from "dgram-extra";
import { expect, it } from "vitest";
import { SignalCatcher, signalNumbers } from "../../src/dgram-extra/signal-catcher.ts";
import { eventually } from "../support/eventually.ts";

it("catches a signal that has no name, as often as it comes, and not after it was closed", async () => {
  let caught = 0;
  const catcher = new SignalCatcher(signalNumbers.realtimeMinimum + 2, (count) => {
    caught += count;
  });
  const other = new SignalCatcher(signalNumbers.realtimeMaximum - 1, () => {
    caught += 100;
  });
  for (let n = 0; n < 3; n++) systemCall("kill", process.pid, 36);
  await eventually(() => caught === 3, { within: 5_000 });
  systemCall("kill", process.pid, 63);
  await eventually(() => caught === 103, { within: 5_000 });
  catcher.close();
  catcher.close();
  other.close();
  expect(caught).toBe(103);
});

it("refuses a number that cannot be caught", () => {
  expect(() => new SignalCatcher(9, () => undefined)).toThrow(/Cannot catch signal 9: .*EINVAL/);
  expect(() => new SignalCatcher(0, () => undefined)).toThrow(/EINVAL/);
});
