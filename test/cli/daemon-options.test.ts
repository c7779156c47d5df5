import { describe, expect, it } from "vitest";
import { parseDaemonOptions } from "../../src/cli/daemon-options.ts";

function options(...words: string[]) {
  const parsed = parseDaemonOptions(words);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe("parseDaemonOptions() reads keepalived's command line", () => {
  it("takes the line the benches use", () => {
    const line = "-n -l -G -D -P -f /tmp/a.conf -p /tmp/p -r /tmp/v -c /tmp/c -b /tmp/b";
    expect(options(...line.split(" "))).toMatchObject({
      mode: "run",
      dontFork: true,
      logConsole: true,
      syslog: false,
      logDetail: 1,
      vrrp: true,
      checkers: false,
      configurationFile: "/tmp/a.conf",
      pidFile: "/tmp/p",
      vrrpPidFile: "/tmp/v",
      checkersPidFile: "/tmp/c",
    });
  });

  it("takes clusters, glued values, long forms and unique abbreviations alike", () => {
    for (const words of [
      ["-nDDf/x"],
      ["-n", "-DD", "--use-file=/x"],
      ["--dont-f", "-D", "-D", "--use-file", "/x"],
    ]) {
      expect(options(...words)).toMatchObject({ dontFork: true, logDetail: 2, configurationFile: "/x" });
    }
  });

  it("runs both kinds of process unless one is asked for, and both when both are", () => {
    expect(options()).toMatchObject({ vrrp: true, checkers: true });
    expect(options("-C")).toMatchObject({ vrrp: false, checkers: true });
    expect(options("-P", "-C")).toMatchObject({ vrrp: true, checkers: true });
  });

  it("takes the log file of a test only when it is glued on, as getopt_long does", () => {
    expect(options("-t/tmp/log")).toMatchObject({ mode: "test", testLogFile: "/tmp/log" });
    expect(options("--config-test=/tmp/log")).toMatchObject({ mode: "test", testLogFile: "/tmp/log" });
    expect(options("-t", "-f", "x")).toMatchObject({ mode: "test", configurationFile: "x" });
    expect(options("-t", "x")).toMatchObject({ operands: ["x"] });
    expect(options("-t")).not.toHaveProperty("testLogFile");
  });

  it("refuses what keepalived refuses, in its words", () => {
    expect(parseDaemonOptions(["--bogus"])).toEqual({ ok: false, error: "Unknown option --bogus" });
    expect(parseDaemonOptions(["-Q"])).toEqual({ ok: false, error: "Unknown option -Q" });
    expect(parseDaemonOptions(["-f"])).toEqual({ ok: false, error: "Missing parameter for option -f" });
    expect(parseDaemonOptions(["--al"])).toEqual({ ok: false, error: "Unknown option --al" });
  });

  it("names the options it takes without doing anything", () => {
    expect(options("-x", "-d", "-n").withoutEffect).toEqual([
      expect.stringMatching(/^--snmp has no effect: there is no SNMP agent/),
    ]);
    expect(options("-x", "-d", "-n")).toMatchObject({ dumpConfiguration: true, monitorAddresses: false });
  });

  it("reads syslog facilities by number and by name", () => {
    expect(options("-S", "3").logFacility).toBe(19);
    expect(options("-S", "local3").logFacility).toBe(19);
    expect(options("-S", "user").logFacility).toBe(1);
    expect(parseDaemonOptions(["-S", "kern"]).ok).toBe(false);
  });
});
