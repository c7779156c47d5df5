import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Runs a fixture in a Node process of its own, on the compiled package (`npm run build`). */
function run(name: string, ...flags: string[]): string {
  const path = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, path], {
    encoding: "utf8",
    timeout: 30_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return stdout;
}

describe("callbacks from the event loop", () => {
  it("what a listener throws is an uncaughtException each time, and no message is lost by it", () => {
    expect(JSON.parse(run("throwing-listener.mjs"))).toEqual({
      seen: ["m1", "m2", "m3", "m4", "m5", "m6"],
      thrown: ["about m2", "about m4", "about m6", "from the timer"],
    });
  });

  it("open sockets and timers do not hinder the end of a worker or of the process", () => {
    expect(run("worker-teardown.mjs")).toBe("ended 6\n");
  });

  it("a relayed signal reaches the child before the event loop wakes, and the own handler after that", () => {
    expect(JSON.parse(run("relay-signal.mjs"))).toEqual({ code: 7, before: 0, handled: 1, other: null });
  });

  it("last words leave once, before the event loop wakes, and the own handler runs after that", () => {
    expect(JSON.parse(run("last-words.mjs"))).toEqual({
      before: false,
      at: { handled: 0, said: true },
      heard: ["farewell", "to all five"],
      handled: true,
    });
  });

  it("an open socket is not collected", () => {
    expect(run("collected.mjs", "--expose-gc")).toBe("received all\n");
  });
});
