import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { circles, importFaults, importGraph, partOf } from "./support/dependency-table.ts";
import { type HouseRule, houseRules } from "./support/house-rules.ts";
import { importsOf, type SourceText, sourceText } from "./support/source-text.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["src", "grammar", "test", "tools", "bench"];
const notOurs = new Set(["node_modules", "dist", "build", "fixtures", "golden"]);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : filesUnder(path);
    return /\.(ts|mjs|c|h)$/.test(entry.name) && entry.name !== "vmlinux.h" ? [path] : [];
  });
}

function readRepository(): SourceText[] {
  const present = readdirSync(root);
  return folders
    .filter((folder) => present.includes(folder))
    .flatMap((folder) => filesUnder(join(root, folder)))
    .map((path) => sourceText(relative(root, path), readFileSync(path, "utf8")));
}

const repository = readRepository();
const program = repository.filter(({ path }) => partOf(path) !== undefined && path.endsWith(".ts"));

describe("the repository keeps the house rules", () => {
  it("has files to look at", () => {
    expect(program.length).toBeGreaterThan(10);
  });

  it("imports by the dependency table", () => {
    expect(program.flatMap(importFaults)).toEqual([]);
  });

  it("has no circle of imports between folders", () => {
    expect(circles(importGraph(program, { by: "folder" }))).toEqual([]);
  });

  it("has no circle of imports between files at run time", () => {
    expect(circles(importGraph(program, { by: "file" }))).toEqual([]);
  });

  it.each(Object.entries(houseRules))("%s", (_name, rules) => {
    expect(repository.flatMap((file) => rules.flatMap((rule) => rule(file)))).toEqual([]);
  });
});

describe("the scanner", () => {
  const code = (text: string): string => sourceText("src/base/x.ts", text).code;

  it.each([
    ["a comment", "a(); // b {\nc", "a();       \nc"],
    ["a block comment over lines", "a /* { \n } */ b", "a      \n      b"],
    ["a string with escapes", 'x = "a\\"{"; y', 'x = "____"; y'],
    ["a template, but not its code", "`a @{f({ b: `c @{d} e` })} g`", "`__@{f({ b: `__@{d}__` })}__`"],
    ["a regular expression", "x = /[/{]'/g.test(y)", "x = /_____/g.test(y)"],
    ["a division", "a / b / c // d", "a / b / c     "],
    ["an apostrophe in a comment", "// it's\nb", "       \nb"],
  ])("blanks %s", (_what, text, expected) => {
    const [from, to] = [text, expected].map((sample) => sample.replaceAll("@{", "\u0024{"));
    expect(code(from ?? "")).toBe(to);
  });

  it("finds imports of every form", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      "import {\n  type C,\n  type D,\n} from './c.ts';",
      'import { type E, f } from "./e.ts";',
      'import "./g.ts";',
      'const h = await import("./h.ts");',
      'export { i } from "./i.ts";',
      'export const j = "from ./no.ts";',
      '// import { k } from "./no.ts";',
    ].join("\n");
    expect(
      importsOf(sourceText("src/base/x.ts", text)).map(({ specifier, typeOnly, passedOn, line }) =>
        [specifier, typeOnly ? "type" : "value", passedOn ? "passed on" : "used", line].join(" "),
      ),
    ).toEqual([
      "./a.ts value used 1",
      "./b.ts type used 2",
      "./c.ts type used 3",
      "./e.ts value used 7",
      "./g.ts value used 8",
      "./h.ts value used 9",
      "./i.ts value passed on 10",
    ]);
  });
});

describe("the dependency table", () => {
  const faults = (path: string, text: string): readonly string[] => importFaults(sourceText(path, text));

  it.each([
    ["src/vrrp/timers.ts", 'import { seconds } from "../base/time.ts";'],
    ["src/check/checker.ts", 'import type { Checker } from "../conf/model/checker.ts";'],
    ["src/conf/parser.ts", 'import { CstParser } from "chevrotain";'],
    ["src/linux/probe/http.ts", 'import { Client } from "undici";'],
    ["src/linux/alarm.ts", 'import { createSocket } from "dgram-extra";'],
    ["src/cli/run.ts", 'import { readFileSync } from "node:fs";'],
    ["src/dgram-extra/test/a.test.ts", 'import { it } from "vitest";'],
  ])("allows %s: %s", (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  it.each([
    ["src/vrrp/timers.ts", 'import { x } from "../check/checker.ts";', "vrrp may not import check"],
    ["src/base/time.ts", 'import { x } from "../conf/tree.ts";', "base may not import conf"],
    ["src/check/checker.ts", 'import { x } from "../conf/model/checker.ts";', "types of conf/model only"],
    ["src/check/checker.ts", 'import type { X } from "../conf/tree.ts";', "check may not import conf"],
    ["src/linux/alarm.ts", 'import { x } from "../cli/main.ts";', "linux may not import cli"],
    ["src/vrrp/timers.ts", 'import { hrtime } from "node:process";', "vrrp is pure"],
    ["src/conf/tree.ts", 'import { CstParser } from "chevrotain";', "chevrotain may be imported by"],
    ["src/cli/run.ts", 'import { request } from "undici";', "undici may be imported by"],
    ["src/cli/run.ts", 'import x from "left-pad";', "left-pad is in no row"],
    ["src/cli/run.ts", 'import { x } from "../../test/x.ts";', "may not import test/x.ts"],
    ["src/cli/run.ts", 'import { x } from "./main.js";', "write the extension"],
    ["src/novelty/x.ts", 'import { x } from "../base/time.ts";', "not in the dependency table"],
  ])("refuses %s: %s", (path, text, message) => {
    expect(faults(path, text)).toEqual([expect.stringContaining(message)]);
  });

  it("sees circles, between folders by types too, between files by values only", () => {
    const files = [
      sourceText("src/conf/bind/a.ts", 'import type { B } from "../rules/b.ts";'),
      sourceText("src/conf/rules/b.ts", 'import { A } from "../bind/a.ts"; import { c } from "../tree.ts";'),
      sourceText("src/conf/tree.ts", 'import { d } from "./bind/a.ts";'),
    ];
    expect(circles(importGraph(files, { by: "folder" }))).toEqual([
      "src/conf/bind -> src/conf/rules -> src/conf/bind",
    ]);
    expect(circles(importGraph(files, { by: "file" }))).toEqual([]);
    const knot = [...files, sourceText("src/conf/bind/a.ts", 'import { t } from "../tree.ts";')];
    expect(circles(importGraph(knot, { by: "file" }))).toHaveLength(1);
  });
});

describe("the house rules see a bad sample, and let a good one pass", () => {
  const all: readonly HouseRule[] = Object.values(houseRules).flat();
  const faults = (path: string, text: string): readonly string[] =>
    all.flatMap((rule) => rule(sourceText(path, text)));
  const body = (lines: number): string => "  f();\n".repeat(lines);

  it.each([
    ["src/vrrp/a.ts", "const x = { process: 1, date: 2 }; x.process.toString();"],
    ["src/vrrp/a.ts", '// new Date() and process.env\nconst s = "await Promise";'],
    ["src/linux/a.ts", "const x = await Promise.resolve(process.pid);"],
    ["src/base/a.ts", "if (a !== b && !c) d[e] = !f;"],
    [
      "src/base/a.ts",
      "/** Why. */\nexport function f(a: number, b: Map<string, number>, options: O): void {}",
    ],
    [
      "src/base/a.ts",
      "/** One. */\nexport function f(a: string): string;\nexport function f(a: unknown): unknown {}",
    ],
    ["src/bpf/a.ts", "/** Flags. */\nexport const a = 1;\nexport const b = 2;"],
    ["src/dgram-extra/a.ts", "/** Who sent it. */\nexport interface MessageInfo {}"],
    ["src/base/a.ts", `class A {\n${"  b = 1;\n".repeat(90)}}`],
    ["src/base/a.ts", `function f() {\n${body(60)}}`],
    ["src/base/a.ts", `if (a) {\n${body(90)}}`],
    ["test/base/a.test.ts", `describe("x", () => {\n${body(90)}});`],
    ["src/grammar/vrrp.ts", "x();\n".repeat(900)],
    ["src/base/information.ts", "const anyone: many = company;"],
    ["src/base/a.ts", "const any = f(); const x = { y: any ? 1 : 2 };"],
    ["src/dgram-extra/index.ts", 'export { a } from "./a.ts";'],
  ])("passes %s, sample %#", (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  it.each([
    ["src/vrrp/a.ts", "const x = Date.now();", "given the time"],
    ["src/vrrp/a.ts", "const x = new Date();", "given the time"],
    ["src/vrrp/a.ts", "const x = Math.random();", "given the time"],
    ["src/vrrp/a.ts", "const x = performance.now();", "given the time"],
    ["src/forward/a.ts", "setTimeout(f, 1);", "never waits"],
    ["src/forward/a.ts", "type X = Promise<void>;", "never waits"],
    ["src/director/a.ts", "async function f() {}", "synchronous"],
    ["src/conf/a.ts", "const x = process.env;", "nothing of Node"],
    ["src/conf/a.ts", "const x = Buffer.alloc(1);", "nothing of Node"],
    ["src/check/a.ts", "console.log(1);", "nothing of Node"],
    ["src/check/a.ts", "const x = `\u0024{Date.now()}`;", "given the time"],
    ["src/linux/a.ts", "const due = Date.now() + 5;", "set back and forth"],
    ["src/linux/a.ts", "const x = new Date();", "set back and forth"],
    ["src/cli/a.ts", "export default 1;", "export by name"],
    ["src/cli/a.ts", "enum A { B }", "union of literals"],
    ["src/cli/a.ts", "const enum A { B }", "union of literals"],
    ["src/cli/a.ts", "const x: any = 1;", "use unknown"],
    ["src/cli/a.ts", "f(x as any);", "use unknown"],
    ["src/cli/a.ts", "const x = a.b!.c;", "missing value"],
    ["src/cli/a.ts", "f(a[0]!, b()!);", "missing value"],
    ["src/cli/a.ts", "// @ts-ignore\nf(1);", "mend the type"],
    ["test/cli/a.test.ts", 'it.skip("x", f);', "never switched off"],
    ["test/cli/a.test.ts", 'describe.only("x", f);', "never switched off"],
    ["test/cli/a.test.ts", 'test.todo("x");', "never switched off"],
    ["src/cli/utils.ts", "f();", "says nothing"],
    ["src/cli/string-helpers.ts", "f();", "says nothing"],
    ["src/cli/helper/a.ts", "f();", "says nothing"],
    ["src/cli/session-manager.ts", "f();", "says nothing"],
    ["src/cli/server-info.ts", "f();", "says nothing"],
    ["src/cli/a.ts", "/** X. */\nexport class SessionManager {}", "says nothing"],
    ["src/cli/index.ts", "f();", "no barrels"],
    ["src/cli/a.ts", 'export { b } from "./b.ts";', "no barrels"],
    ["src/cli/a.ts", 'export * from "./b.ts";', "no barrels"],
    ["src/cli/a.ts", "x();\n".repeat(401), "401 lines"],
    ["src/cli/a.ts", `function f(a = {}) {\n${body(90)}}`, "a function of 92 lines"],
    ["src/cli/a.ts", `const f = (a: () => void): X => {\n${body(90)}};`, "a function of 92 lines"],
    [
      "src/cli/a.ts",
      `class A {\n  async b<T>(c: T): Promise<{ d: T }> {\n${body(90)}}\n}`,
      "a function of 92",
    ],
    ["src/cli/a.ts", `function f(): { a: 1 } {\n${body(90)}}`, "a function of 92 lines"],
    ["src/dgram-extra/native/a.c", `static int f(int a)\n{\n${body(90)}}`, "a function of 92 lines"],
    ["src/cli/a.ts", "export const a = 1;", "a has no doc comment"],
    ["src/cli/a.ts", "/** One. */\nexport const a = 1;\n\nexport const b = 2;", "b has no doc comment"],
    ["src/cli/a.ts", "export const a = 1;\nexport const b = 2;", "b has no doc comment"],
    ["src/cli/a.ts", "/* why */\nexport type A = 1;", "A has no doc comment"],
    [
      "src/cli/a.ts",
      "/** Why. */\nexport function f(a: 1, b: 2, c: X<3, 4>, d = () => 5) {}",
      "takes 4 parameters",
    ],
  ])("refuses %s, sample %#", (path, text, message) => {
    expect(faults(path, text).join("\n")).toContain(message);
  });
});
