import { describe, expect, it } from "vitest";
import { expansionLimits } from "../../src/conf/expansion-limits.ts";
import { loadConfiguration } from "../../src/conf/load-configuration.ts";
import { findings, load, memoryReader } from "./configuration.ts";

/** Each input here once stopped, crashed or swelled keepalived; all of them have to end, quickly, with a finding. */
describe("what a configuration may grow to", () => {
  it.each([
    ["a name that is its own value", "$A=$A\nrouter_id $A\n"],
    ["two names that are each other's", `$A=\${B}\n$B=\${A}\n@host \${A}\n`],
    ["a name that doubles at each use", doubling(60)],
    ["lines that contain themselves", "$A= \\\n  x \\\n  $A\n$A\n"],
  ])("stops %s", (_what, text) => {
    expect(load(text).diagnostics.map(({ code }) => code)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:definition-cycle|expansion-too-large)$/)]),
    );
  });

  it.each([
    ["a thousand million rounds", `~SEQ(i, 1000000000) x\${i}`],
    ["rounds from one end of the numbers to the other", "~SEQ(i, -9007199254740991, 9007199254740991) x"],
    ["steps of nothing", "~SEQ(i, 1, 0, 9) x"],
    ["no end at all", "~SEQ(i, 1e999) x"],
    ["a list that never closes", "~SEQ(i, 1"],
  ])("refuses a sequence with %s, on its line", (_what, text) => {
    expect(findings(load(`# one\n${text}\n`))).toEqual(["bad-sequence@2:1"]);
  });

  it("stops sequences inside sequences", () => {
    const loaded = load(`~SEQ(a, 60000) ~SEQ(b, 60000) ~SEQ(c, 60000) router_\${a}_\${b}_\${c}\n`);
    expect(loaded.diagnostics.map(({ code }) => code)).toContain("expansion-too-large");
  });

  it("takes the lower end of a random number whose ends are the wrong way round", () => {
    const { config, diagnostics } = load(`global_defs {\n  router_id r\${_RANDOM 9 3}\n}\n`, {
      random: () => 0.5,
    });
    expect(config.global.routerId).toBe("r9");
    expect(diagnostics).toEqual([]);
  });

  it("skips a line with a NUL byte, and reads the next", () => {
    const loaded = load("global_defs {\n  router_id a\0b\n  router_id c\n}\n");
    expect(loaded.config.global.routerId).toBe("c");
    expect(findings(loaded)).toEqual(["nul-byte@2:3"]);
  });

  it("skips a line longer than keepalived's buffer, but not a long comment", () => {
    const long = "x".repeat(expansionLimits.writtenLine + 1);
    expect(findings(load(`# ${long}\n  ${long}\nglobal_defs {\n}\n`))).toEqual(["line-too-long@2:3"]);
    expect(findings(load(`@nobody ${"x".repeat(800)}\n`))).toEqual([]);
  });

  it("ends with files that include each other twice over", () => {
    const files: Record<string, string> = { "end.conf": "global_defs {\n}\n" };
    for (let at = 0; at < 40; at++) {
      const next = at === 39 ? "end.conf" : `f${at + 1}.conf`;
      files[at === 0 ? "main.conf" : `f${at}.conf`] = `include ${next}\ninclude ${next}\n`;
    }
    expect(loadFiles(files).diagnostics.map(({ code }) => code)).toContain("expansion-too-large");
  });

  it("reports a file that includes itself, and one that does so through another", () => {
    const loaded = loadFiles({
      "main.conf": "include main.conf\ninclude b.conf\n",
      "b.conf": "include main.conf\n",
    });
    expect(loaded.diagnostics.map(({ code }) => code)).toEqual(["include-cycle", "include-cycle"]);
  });

  it.each([
    ["opening braces", "{".repeat(1_000)],
    ["closing braces", "}\n".repeat(10_000)],
    ["names that never close", `\${a`.repeat(330)],
    ["quotes", '"'.repeat(1_001)],
    ["blocks in blocks", "a {\n".repeat(5_000)],
    ["signs of every kind", "{}\"'$@~!#\\=()".repeat(70)],
  ])("survives %s by the thousand", (_what, text) => {
    expect(load(`${text}\n`).diagnostics.length).toBeGreaterThan(0);
  });
});

function doubling(times: number): string {
  const lines = ["$D0=xxxxxxxx"];
  for (let at = 1; at <= times; at++) lines.push(`$D${at}=\${D${at - 1}}\${D${at - 1}}`);
  return `${lines.join("\n")}\nrouter_id \${D${times}}\n`;
}

function loadFiles(files: Readonly<Record<string, string>>) {
  return loadConfiguration({
    root: "main.conf",
    read: memoryReader(files),
    options: { configId: "host" },
  });
}
