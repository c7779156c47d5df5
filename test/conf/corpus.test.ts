import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../src/conf/load-configuration.ts";

/** Files as people wrote them, with what keepalived 2.2.7 said; they are not ours to copy into this repository. */
const folder = process.env.LOCUM_CORPUS ?? "/work/shared/corpus/open";
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".conf")) : [];

/** Lines that depend on the machine: interfaces, scripts, users, name servers. */
const environmental =
  /Disabling track script|SECURITY|Config files missing|Invalid smtp server|iptables not supported|Unable to set default user|doesn't exist$|uid\/gid|Non-existent interface/;

/** The share of files of which we have to say the same as keepalived: clean or not. */
const FLOOR = 0.97;

/** keepalived runs into an endless loop on this one, and a name of a virtual MAC is taken twice in the other. */
const KNOWN = new Set(["164.conf", "166.conf"]);

interface Verdict {
  readonly name: string;
  readonly theirs: boolean;
  readonly ours: boolean;
}

function judge(name: string): Verdict {
  const [first = "", ...lines] = readFileSync(join(folder, name.replace(".conf", ".expected")), "utf8").split(
    "\n",
  );
  const text = readFileSync(join(folder, name), "utf8");
  const { diagnostics } = loadConfiguration({
    root: name,
    read: (pattern) => (pattern === name ? [{ kind: "file", path: name, text }] : []),
    options: { configId: "host", host: { hasUser: (user) => user === "root" || user === "nobody" } },
  });
  const told = diagnostics.filter(
    ({ keepalived }) => keepalived?.exitCode && !keepalived.texts.some((each) => environmental.test(each)),
  );
  const theirs = first === "exit 2" || lines.some((line) => line.trim() !== "" && !environmental.test(line));
  return { name, theirs, ours: told.length > 0 };
}

describe(`the corpus in ${folder}${files.length === 0 ? " (not there: LOCUM_CORPUS names the folder)" : ""}`, () => {
  const started = performance.now();
  const verdicts = files.map(judge);
  const spent = performance.now() - started;
  const different = verdicts.filter(({ theirs, ours }) => theirs !== ours);

  it("is judged as keepalived judges it", () => {
    const share = files.length === 0 ? 1 : 1 - different.length / files.length;
    const percent = (share * 100).toFixed(1);
    console.info(
      `corpus: ${files.length} files, ${percent}% judged as keepalived 2.2.7 does, ${spent.toFixed(0)} ms`,
    );
    expect(share).toBeGreaterThanOrEqual(FLOOR);
  });

  it("differs only where it is known to", () => {
    expect(different.filter(({ name }) => !KNOWN.has(name))).toEqual([]);
  });
});
