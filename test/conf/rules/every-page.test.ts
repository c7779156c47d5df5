import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { lintConfiguration } from "../../../src/conf/lint-configuration.ts";
import { everyPage } from "../../../src/conf/pages/every-page.ts";
import type { SinglePage } from "../../../src/conf/pages/page.ts";
import { indexMarkdown, pageMarkdown } from "../../../src/conf/pages/page-markdown.ts";
import { applySuppressions } from "../../../src/conf/rules/suppression.ts";
import type { FoundFile, ReadConfig } from "../../../src/conf/source.ts";
import { memoryReader } from "../configuration.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const docs = join(root, "docs/rules");
const pages = everyPage();
const codes = new Set(pages.keys());

/** What the disk says in the examples that need a file of a special kind. */
const special: Readonly<Record<string, FoundFile>> = {
  "include-directory": { kind: "skipped", path: "conf.d", reason: "directory" },
  "include-executable": { kind: "skipped", path: "web.conf", reason: "executable" },
  "include-unreadable": {
    kind: "skipped",
    path: "secret.conf",
    reason: "unreadable",
    detail: "Permission denied",
  },
};

function lint(page: SinglePage, which: "bad" | "good") {
  const { example } = page;
  const memory = memoryReader({ ...example.files, "main.conf": example[which] });
  const found = special[page.code];
  const read: ReadConfig = (pattern, folder) =>
    found && pattern === found.path ? [found] : memory(pattern, folder);
  const host = (which === "good" ? example.goodHost : undefined) ?? example.host ?? {};
  const linted = lintConfiguration({
    root: page.code === "no-configuration" && which === "bad" ? "missing.conf" : "main.conf",
    read,
    options: { configId: "a", compat: example.compat ?? "latest", host },
  });
  const diagnostics = applySuppressions(linted.diagnostics, { texts: linted.texts, codes });
  const others = new Set([
    ...(example.also ?? []),
    ...(page.code === "not-yet-supported" ? [] : ["not-yet-supported"]),
  ]);
  return diagnostics.filter(({ code }) => !others.has(code));
}

const singles = [...pages.values()].filter((page) => page.kind === "single");

describe.each(singles.map((page) => [page.code, page] as const))("the page of %s", (code, page) => {
  it("has an example that gets the finding on its line, and nothing else", () => {
    const found = lint(page, "bad");
    const line = code === "no-configuration" ? 0 : page.example.line;
    expect([...new Set(found.map((each) => `${each.code}@${each.span.line}`))]).toEqual([`${code}@${line}`]);
    expect(found[0]?.severity).toBe(page.severity);
    if (page.source === "language")
      expect(found.some(({ keepalived }) => keepalived !== undefined)).toBe(page.keepalived !== false);
  });

  it("has a mended example that gets none", () => {
    expect(lint(page, "good").map((each) => `${each.code}@${each.span.line}`)).toEqual([]);
  });
});

describe("the pages", () => {
  it("are there for every finding that reading and binding can make", () => {
    const folder = join(root, "src/conf");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && !name.startsWith("pages/"),
    );
    const named = files.flatMap((name) =>
      [...readFileSync(join(folder, name), "utf8").matchAll(/\bcode: "([a-z0-9-]+)"/g)].map(
        (match) => match[1] ?? "",
      ),
    );
    expect([...new Set(named)].filter((code) => !codes.has(code)).sort()).toEqual([]);
  });

  it("are in docs/rules as they are in the rules (LOCUM_UPDATE=1 writes them)", () => {
    const wanted = new Map([...pages.values()].map((page) => [`${page.code}.md`, pageMarkdown(page)]));
    wanted.set("README.md", indexMarkdown(pages));
    if (process.env.LOCUM_UPDATE === "1")
      for (const [name, text] of wanted) writeFileSync(join(docs, name), text);
    expect(readdirSync(docs).sort()).toEqual([...wanted.keys()].sort());
    for (const [name, text] of wanted) expect(readFileSync(join(docs, name), "utf8"), name).toBe(text);
  });

  it("say what, why and how in whole words", () => {
    for (const page of pages.values()) {
      expect(page.summary, page.code).toMatch(/^[A-Zan_$~{}A-z0-9].*\.$/s);
      expect(page.reason.length, page.code).toBeGreaterThan(10);
      expect(page.mend, page.code).not.toMatch(/\.$/);
    }
  });
});
