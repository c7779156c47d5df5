import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../../src/conf/manual/generated-files.ts";
import { vocabulary } from "../../../src/grammar/vocabulary.ts";

const root = new URL("../../../", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
const files = generatedFiles(version);
const textOf = (end: string): string => files.find(({ path }) => path.endsWith(end))?.text ?? "";

describe("what is made from the vocabulary", () => {
  it.each(files)(
    "$path is up to date (if not: npm run build && node tools/generate-docs.mjs)",
    ({ path, text }) => {
      const url = new URL(path, root);
      expect(existsSync(url) ? readFileSync(url, "utf8") : undefined).toBe(text);
    },
  );
});

describe("the man page", () => {
  const lines = textOf(".5").split("\n");

  it("uses the macros of man(7) alone", () => {
    const requests = lines.flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []);
    expect(new Set(requests)).toEqual(new Set(['\\"', "TH", "SH", "SS", "PP", "TP", "I", "BR"]));
  });

  it("is plain ASCII with escapes that groff knows", () => {
    for (const line of lines) {
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(line.replace(/\\(?:f[BIR]|-|e|&|\(aq|\(ha|\(ti|\(ga|\[u[0-9A-F]{4,}\]|")/g, "")).not.toContain(
        "\\",
      );
    }
  });

  it("gives each tag a text", () => {
    for (const [at, line] of lines.entries())
      if (line === ".TP") expect([lines[at + 1], lines[at + 2]]).not.toContain("");
  });

  it("has every keyword", () => {
    const text = lines.join("\n").replaceAll("\\-", "-");
    for (const block of vocabulary.values())
      for (const { name } of block.keywords) expect(text).toContain(`\\fB${name}\\fR`);
  });
});

describe("the page of keywords", () => {
  const lines = textOf("keywords.md").split("\n");

  it("has tables whose rows have as many cells as their heads", () => {
    const cells = (line: string): number => line.replaceAll("\\|", "").split("|").length;
    let head = 0;
    for (const [at, line] of lines.entries()) {
      if (!line.startsWith("|")) continue;
      if (!lines[at - 1]?.startsWith("|")) head = cells(line);
      expect(cells(line), line).toBe(head);
    }
    expect(head).toBeGreaterThan(0);
  });

  it("links to sections that exist", () => {
    const anchors = lines
      .filter((line) => line.startsWith("## "))
      .map((line) =>
        line
          .slice(3)
          .toLowerCase()
          .replaceAll(" ", "-")
          .replace(/[^a-z0-9_-]/g, ""),
      );
    const links = lines.flatMap((line) => /\]\(#(.*)\)/.exec(line)?.[1] ?? []);
    expect(links).toEqual(anchors);
  });
});
