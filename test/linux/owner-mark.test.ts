import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { otherOwner, ownerMark } from "../../src/linux/owner-mark.ts";

it("names a running process until it ends, and never our own daemon", async () => {
  const owner = spawn("sleep", ["60"], { stdio: "ignore" });
  const pid = owner.pid ?? 0;
  const mark = ownerMark(pid);
  expect(mark).toMatch(new RegExp(`^pid=${pid} started=\\d+$`));
  expect(otherOwner(`locum: ${mark} arp_ignore=0`)).toBe(pid);
  // A later process of the same number is another one.
  expect(otherOwner(mark.replace(/\d+$/, "1"))).toBeUndefined();
  expect(otherOwner(`locum: ${ownerMark()}`)).toBeUndefined();
  expect(otherOwner("locum: arp_ignore=0")).toBeUndefined();
  owner.kill("SIGKILL");
  await new Promise((resolve) => owner.once("exit", resolve));
  expect(otherOwner(mark)).toBeUndefined();
});
