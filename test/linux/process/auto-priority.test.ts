import { expect, it } from "vitest";
import { milliseconds } from "../../../src/base/time.ts";
import { AutoPriority } from "../../../src/linux/process/auto-priority.ts";
import { load } from "../../conf/configuration.ts";

const settings = (text: string) => load(`global_defs {\n${text}\n}\n`).config.global;

it("a process that wakes too late takes the next real-time priority, up to the highest allowed", () => {
  const lines: string[] = [];
  const taken: (number | undefined)[] = [];
  const auto = new AutoPriority(
    (line) => lines.push(line),
    ({ realtime }) => {
      taken.push(realtime);
      return [];
    },
  );
  auto.configure(settings("max_auto_priority 3\nmin_auto_priority_delay 50000"), 1);
  auto.late(milliseconds(49));
  for (let n = 0; n < 4; n++) auto.late(milliseconds(60));
  expect(taken).toEqual([2, 3]);
  expect(lines[0]).toBe("woke 60 ms late; now at real-time priority 2, as max_auto_priority allows");
});

it("does nothing unless asked, and gives up when the kernel refuses", () => {
  const lines: string[] = [];
  const auto = new AutoPriority(
    (line) => lines.push(line),
    () => ["not permitted; wanted: CAP_SYS_NICE"],
  );
  for (const off of ["router_id x", "max_auto_priority 0", "max_auto_priority -1"]) {
    auto.configure(settings(off), 0);
    auto.late(milliseconds(5_000));
  }
  expect(lines).toEqual([]);
  auto.configure(settings("max_auto_priority"), 0);
  auto.late(milliseconds(5_000));
  auto.late(milliseconds(5_000));
  expect(lines).toEqual([expect.stringMatching(/cannot take a real-time priority: not permitted/)]);
});
