import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scenarioStory } from "../../src/sim/play-scenario.ts";
import { parseScenario, scenarioText } from "../../src/sim/scenario.ts";

const FOLDER = join(import.meta.dirname, "../scenario");
const RULER = "\n--- everything that happened ---\n";
/** LOCUM_UPDATE=1 writes what happened into the files; look at the difference before committing it. */
const update = process.env.LOCUM_UPDATE === "1";

describe("scenarios: the whole story of each file in test/scenario", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    it(file, () => {
      const path = join(FOLDER, file);
      const [steps = "", told] = readFileSync(path, "utf8").split(RULER);
      const scenario = parseScenario(steps);
      if (!scenario.ok) throw new Error(`${path}: ${scenario.error}`);
      const happened = scenarioStory(scenario.value);
      if (update) writeFileSync(path, steps + RULER + happened);
      else expect(happened).toBe(told);
      expect(scenarioStory(scenario.value), "the same again").toBe(happened);
      const printed = parseScenario(scenarioText(scenario.value));
      expect(printed, "printed and read again").toEqual(scenario);
    });
  }
});

describe("the scenario language", () => {
  it.each([
    ["at 1 dance a\nuntil 2", "line 1"],
    ["router a 192.0.2.300 priority 1\nuntil 2", "expected a name and an IPv4 address"],
    ["router a 192.0.2.3 colour red\nuntil 2", "unknown option colour red"],
    ["at soon start a\nuntil 2", "expected a time in seconds"],
    ["router a 192.0.2.3", "no end"],
    ["hello", "expected host, config, router, at, seed, late-alarms or until"],
    ["config a\n    vrrp_instance A {\n    flavour sweet\n    }\nuntil 3", "config a: line"],
    ["host a 192.0.2.3\nat 1 hold b\nuntil 3", 'no host is called "b"'],
  ])("refuses %j and says what was expected", (text, wanted) => {
    const scenario = parseScenario(text);
    expect(scenario.ok ? "accepted" : scenario.error).toContain(wanted);
  });
});
