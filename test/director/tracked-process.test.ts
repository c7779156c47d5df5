import { describe, expect, it } from "vitest";
import type { TrackProcess } from "../../src/conf/model/tracking.ts";
import { matchesProcess } from "../../src/director/tracked-process.ts";
import { load } from "../conf/configuration.ts";

function block(lines: string): TrackProcess {
  const [found] = load(`vrrp_track_process p {\n${lines}\n}`).config.trackProcesses;
  if (found === undefined) throw new Error("the block was refused");
  return found;
}

const sleep = { comm: "sleep", commandLine: "/bin/sleep\x0030\x00" };

describe("what a vrrp_track_process counts", () => {
  it.each([
    ["process sleep", true],
    ["process /bin/sleep", false],
    ["process /bin/sleep\nfull_command", true],
    ["process sleep\nfull_command", false],
    ["process /bin/sleep 30", true],
    ["process /bin/sleep 3", false],
    ["process /bin/sleep 3\nparam_match initial", true],
    ["process /bin/sleep 30\nparam_match partial", true],
    ["process /bin/sleep 3\nparam_match partial", false],
    ["process /bin/sleep 30 40\nparam_match partial", false],
    ["process /bin/sleep\nparam_match partial", true],
    ["process /bin/sleep\nparam_match", false],
  ])("%j and a sleep of 30: %s", (lines, wanted) => {
    expect(matchesProcess(block(lines), sleep)).toBe(wanted);
  });

  it("partial wants the first parameters, whatever follows", () => {
    const running = { comm: "nginx", commandLine: "nginx\0-g\0daemon off;\0-q\0" };
    expect(matchesProcess(block("process nginx -g\nparam_match partial"), running)).toBe(true);
    expect(matchesProcess(block("process nginx -q\nparam_match partial"), running)).toBe(false);
  });
});
