import { expect, it } from "vitest";
import { corpusFolder } from "../support/capabilities.ts";
import { describeWith } from "../support/require.ts";
import { corpusFiles } from "./corpus.ts";
import { agreement } from "./corpus-agreement.ts";

/** The share of files of which we have to say the same as keepalived: clean or not. */
const VERDICTS = 0.97;

/** The share of keepalived's messages about a configuration for which we say something about the same line. */
const MESSAGES = 0.95;

/** Files of which the verdict differs, each explained in docs/compatibility.md. */
const KNOWN: ReadonlySet<string> = new Set(["166.conf"]);

describeWith({ title: `the corpus in ${corpusFolder}`, needs: ["corpus"] }, () => {
  const files = corpusFiles();
  const judged = files.map(agreement);
  const different = judged.filter(({ theirsClean, oursClean }) => theirsClean !== oursClean);
  const messages = judged.flatMap((each) => each.messages);
  const missed = messages.filter(({ met }) => !met);

  it("is judged as keepalived judges it", () => {
    const share = 1 - different.length / files.length;
    console.info(
      `corpus: ${(share * 100).toFixed(1)}% of ${files.length} files get keepalived 2.2.7's verdict`,
    );
    expect(different.filter(({ name }) => !KNOWN.has(name)).map(({ name }) => name)).toEqual([]);
    expect(share).toBeGreaterThanOrEqual(VERDICTS);
  });

  it("has a finding wherever keepalived has one", () => {
    const share = 1 - missed.length / messages.length;
    console.info(
      `corpus: ${(share * 100).toFixed(1)}% of ${messages.length} messages of keepalived 2.2.7 are met on their line`,
    );
    expect(
      share,
      missed.map(({ file, line, text }) => `${file}:${line ?? "-"} ${text}`).join("\n"),
    ).toBeGreaterThanOrEqual(MESSAGES);
  });
});
