import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/conf/load-configuration.ts";
import { comparePair } from "../../../src/conf/pair/compare-pair.ts";
import { everyPairRule } from "../../../src/conf/pair/every-pair-rule.ts";
import type { Subject } from "../../../src/conf/rules/subject.ts";
import { memoryReader } from "../configuration.ts";

function subject(file: string, text: string, configId = "x"): Subject {
  const options = { configId, compat: "latest" } as const;
  return loadConfiguration({ root: file, read: memoryReader({ [file]: text }), options }).subject;
}

/** `code@file:line` of what keeps two files from working together. */
function compare(a: string, b: string): readonly string[] {
  const found = comparePair({ a: subject("a.conf", a), b: subject("b.conf", b) });
  return [...new Set(found.map(({ code, span }) => `${code}@${span.file}:${span.line}`))];
}

describe.each(everyPairRule.map((rule) => [rule.code, rule] as const))("%s", (code, { example }) => {
  it("finds its bad example, on the line it says, and nothing else", () => {
    expect(compare(example.a, example.b)).toEqual([`${code}@${example.side}.conf:${example.line}`]);
  });

  it("is content with its good example", () => {
    expect(compare(example.goodA ?? example.a, example.goodB ?? example.b)).toEqual([]);
  });
});

describe("a pair", () => {
  const example = (path: string): string =>
    readFileSync(fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url)), "utf8");

  it.each(["lvs-dr", "lvs-nat", "nginx-vip"])("of examples/%s works together", (name) => {
    expect(compare(example(`${name}/a.conf`), example(`${name}/b.conf`))).toEqual([]);
  });

  it("may stand in one file with @id lines", () => {
    const both =
      "vrrp_instance web {\ninterface eth0\nvirtual_router_id 51\n@A priority 150\n@B priority 150\nvirtual_ipaddress {\n192.0.2.10/24\n}\n}\n";
    const sides = { a: subject("one.conf", both, "A"), b: subject("one.conf", both, "B") };
    expect(comparePair(sides).map(({ code, span }) => [code, span.line])).toEqual([
      ["pair-equal-priority", 5],
    ]);
    const mended = both.replace("@B priority 150", "@B priority 100");
    expect(comparePair({ a: subject("o", mended, "A"), b: subject("o", mended, "B") })).toEqual([]);
  });

  it("never shows a password", () => {
    const { example: bad } = everyPairRule.find(({ code }) => code === "pair-authentication") ?? {
      example: undefined,
    };
    const found = comparePair({ a: subject("a.conf", bad?.a ?? ""), b: subject("b.conf", bad?.b ?? "") });
    expect(JSON.stringify(found)).not.toContain("k8Vq");
  });

  it("names a router on both sides by its id, then by its name, then by an address", () => {
    const text = (name: string, id: number, address: string): string =>
      `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\npriority ${id}\nvirtual_ipaddress {\n${address}/24\n}\n}\n`;
    expect(compare(text("v", 51, "192.0.2.1"), text("w", 51, "192.0.2.1"))).toEqual([
      "pair-equal-priority@b.conf:4",
    ]);
    expect(compare(text("v", 51, "192.0.2.1"), text("w", 52, "192.0.2.1"))).toEqual([
      "pair-virtual-router-id@b.conf:3",
    ]);
    expect(compare(text("v", 51, "192.0.2.1"), text("w", 52, "192.0.2.2"))).toEqual([
      "pair-instance-missing@a.conf:1",
      "pair-instance-missing@b.conf:1",
    ]);
  });
});
