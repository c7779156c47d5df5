import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/conf/load-configuration.ts";
import { everyRule } from "../../../src/conf/rules/every-rule.ts";
import type { RuleExample, RulePage } from "../../../src/conf/rules/rule.ts";
import { memoryReader } from "../configuration.ts";

const folder = fileURLToPath(new URL("../../../src/conf/rules", import.meta.url));

/** `code@line` of what is found in an example; what this version does not run yet is another matter. */
function found(example: RuleExample, which: "bad" | "good"): readonly string[] {
  const { diagnostics } = loadConfiguration({
    root: "main.conf",
    read: memoryReader({ ...example.files, "main.conf": example[which] }),
    options: {
      configId: "a",
      compat: example.compat ?? "latest",
      host: (which === "good" ? example.goodHost : undefined) ?? example.host ?? {},
    },
  });
  return diagnostics
    .filter(({ code }) => code !== "not-yet-supported")
    .map(({ code, span }) => `${code}@${span.line}`);
}

function withoutOthers(page: RulePage, findings: readonly string[]): readonly string[] {
  const others = new Set(page.example.also);
  return [...new Set(findings)].filter((each) => !others.has(each.split("@")[0] ?? ""));
}

describe.each(everyRule.map((rule) => [rule.code, rule] as const))("%s", (code, rule) => {
  it("finds its bad example, on the line it says, and nothing else", () => {
    expect(withoutOthers(rule, found(rule.example, "bad"))).toEqual([`${code}@${rule.example.line}`]);
  });

  it("is content with its good example", () => {
    expect(withoutOthers(rule, found(rule.example, "good"))).toEqual([]);
  });
});

describe("the rules", () => {
  it("stand in files of their own names", () => {
    expect(everyRule.filter(({ code }) => !existsSync(join(folder, `${code}.ts`)))).toEqual([]);
    const frame = [
      "apply-edits",
      "safe-fix",
      "suppression",
      "apply-rules",
      "every-rule",
      "example",
      "rule",
      "section",
      "subject",
      "written-check",
    ];
    const codes = new Set([...everyRule.map(({ code }) => code), ...frame]);
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
    expect(files.filter((name) => !codes.has(name.slice(0, -3)))).toEqual([]);
  });

  it("are at least forty beyond keepalived's own findings", () => {
    expect(new Set(everyRule.map(({ code }) => code)).size).toBeGreaterThanOrEqual(40);
  });
});
