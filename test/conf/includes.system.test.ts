import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostFacts } from "../../src/linux/host-facts.ts";
import { describeWith } from "../support/require.ts";
import { askKeepalived } from "./fuzz/keepalived-oracle.ts";
import { ourAnswer } from "./fuzz/our-answer.ts";

const keywords = ["include", "includer", "includem", "includew", "includeb", "includea"];
const patterns = [
  "none.conf",
  "none*.conf",
  "none?.conf",
  "[n]one.conf",
  "folder.conf",
  "real.conf",
  "rea*.conf",
  "{real,none}.conf",
  "{none,nix}.conf",
  "{none,nix}*.conf",
  "{real,nix}*.conf",
];
/** Nothing, something that is told by every process, and something that ends the reading. */
const rests = ["", "bogus\n", "vrrp_instance V {\n  interface\n}\n"];

const suite = { title: "keepalived -t and ours on includes", needs: ["root", "keepalived"] } as const;

describeWith(suite, () => {
  const folder = mkdtempSync(join(tmpdir(), "lb-incl-"));
  beforeAll(() => {
    mkdirSync(join(folder, "folder.conf"));
    writeFileSync(join(folder, "real.conf"), "static_ipaddress {\n}\n", { mode: 0o644 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(keywords)("%s: the same lines and the same code for each pattern", async (keyword) => {
    const texts = patterns.flatMap((pattern) => rests.map((rest) => `${keyword} ${pattern}\n${rest}`));
    const files = texts.map((text, at) => {
      const file = join(folder, `${keyword}-${at}.main`);
      writeFileSync(file, text, { mode: 0o644 });
      return file;
    });
    const theirs = await askKeepalived(files, ["keepalived"]);
    expect(theirs.some(({ exit }) => exit === 0) && theirs.some(({ exit }) => exit === 2)).toBe(true);
    for (const [at, text] of texts.entries()) {
      const { exit, lines } = ourAnswer(files[at] ?? "", hostFacts());
      expect({ text, exit, lines }).toEqual({ text, ...theirs[at] });
    }
  });
});
