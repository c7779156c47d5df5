import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../src/conf/load-configuration.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const skipped = new Set(["node_modules", "dist", "build", ".git"]);

function pagesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesUnder(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** How GitHub names a heading: lower case, blanks to hyphens, everything but letters, digits and hyphens dropped. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

function anchorsOf(path: string): readonly string[] {
  return [...readFileSync(path, "utf8").matchAll(/^#+\s+(.+?)\s*$/gm)].map(([, heading = ""]) =>
    anchorOf(heading),
  );
}

/** Links of a page that lead nowhere. Addresses on the web are not followed. */
function brokenLinks(page: string): string[] {
  const text = readFileSync(page, "utf8").replaceAll(/```.*?```/gs, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : join(dirname(page), file);
    const found = existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
    return found ? [] : [`${relative(root, page)}: ${link}`];
  });
}

/** The fenced blocks of a page that are a configuration. */
function configurationsIn(page: string): readonly string[] {
  const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```\w*\n(.*?)^```$/gms)];
  return blocks
    .map(([, block = ""]) => block)
    .filter((block) => /^(vrrp_|virtual_server|global_defs)/m.test(block));
}

describe("the documentation", () => {
  it("has no link that leads nowhere", () => {
    const pages = pagesUnder(root);
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  it("numbers the decisions one after the other", () => {
    const numbers = readdirSync(join(root, "docs/decisions")).map((name) => Number.parseInt(name, 10));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
  });

  it("names only scripts of package.json and files that exist in the README's commands", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const run = [...readme.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(run).toContain("demo");
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("shows a configuration in the README that has nothing wrong in it", () => {
    const [text = ""] = configurationsIn("README.md");
    const { config, diagnostics } = loadConfiguration({
      root: "site.conf",
      read: () => [{ kind: "file", path: "site.conf", text }],
      options: { configId: "a" },
    });
    expect(diagnostics).toEqual([]);
    expect(config.vrrpInstances.map(({ name }) => name)).toEqual(["site"]);
    expect(config.virtualServers).toHaveLength(1);
  });
});
