import { readdirSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { Namespaces } from "./namespaces.ts";
import { describeWith } from "./require.ts";

describeWith({ title: "namespaces", needs: ["root", "netns", "ip"] }, () => {
  const spaces = new Namespaces("lcmns");
  afterAll(() => spaces.remove());

  it("carries traffic over a cable and leaves nothing in the machine's own namespace", () => {
    spaces.add("a");
    spaces.add("b");
    spaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.99.0.1/24", "fd99::1/64"] },
      {
        namespace: "b",
        interface: "eth0",
        addresses: ["10.99.0.2/24", "fd99::2/64"],
        mac: "02:00:00:00:00:0b",
      },
    );
    expect(spaces.run("b", ["ip", "-o", "link", "show", "eth0"])).toContain("02:00:00:00:00:0b");
    expect(spaces.run("a", ["ip", "route", "get", "10.99.0.2"])).toContain("dev eth0");
  });

  it("kills what it started", async () => {
    const child = spaces.spawn("a", ["tail", "-f", "/dev/null"]);
    await eventually(() => child.pid !== undefined, { within: 2_000 });
    spaces.remove();
    await eventually(() => child.signalCode === "SIGKILL", { within: 2_000 });
    expect(readdirSync("/run/netns").filter((name) => name.startsWith(`lcmns-${process.pid}-`))).toEqual([]);
  });

  it("tells which command failed and why", () => {
    expect(() => spaces.run("gone", ["true"])).toThrow(/nsenter.*failed/);
  });
});
