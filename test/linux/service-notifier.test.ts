import { createSocket } from "dgram-extra";
import { expect, it } from "vitest";
import { serviceNotifier } from "../../src/linux/service-notifier.ts";
import { eventually } from "../support/eventually.ts";

it("speaks to a socket whose name begins with @, and knows whose watchdog it is", async () => {
  const name = `locum-notify-${process.pid}`;
  const manager = createSocket({ type: "unix_dgram" });
  const told: string[] = [];
  manager.on("message", (message) => told.push(message.toString()));
  manager.bind({ path: `\0${name}` });
  const environment = { NOTIFY_SOCKET: `@${name}`, WATCHDOG_USEC: "3000000" };
  const notifier = serviceNotifier(environment, 42);
  expect(notifier.watchdogMilliseconds).toBe(3_000);
  expect(serviceNotifier({ ...environment, WATCHDOG_PID: "41" }, 42).watchdogMilliseconds).toBeUndefined();
  expect(serviceNotifier({ ...environment, WATCHDOG_PID: "42" }, 42).watchdogMilliseconds).toBe(3_000);
  notifier.ready("all well");
  notifier.stopping();
  await eventually(() => told.length === 2, { within: 5_000 });
  expect(told).toEqual(["READY=1\nSTATUS=all well", "STOPPING=1\nSTATUS=Stopping"]);
  manager.close();
  // Nobody listens any more: it is passed over.
  notifier.alive();
});

it("says nothing where nobody asked", () => {
  for (const NOTIFY_SOCKET of [undefined, "", "@", "relative"]) {
    const silent = serviceNotifier({ NOTIFY_SOCKET, WATCHDOG_USEC: "1000000" }, 1);
    expect(silent.watchdogMilliseconds).toBeUndefined();
    silent.ready("");
  }
});
