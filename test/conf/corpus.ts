import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusFolder } from "../support/capabilities.ts";

/** One file of the corpus and the recorded run of keepalived 2.2.7 over it. */
export interface CorpusFile {
  readonly name: string;
  readonly text: string;
  readonly exit: number;
  /** Its messages, in order. */
  readonly lines: readonly string[];
}

/** Every file of the corpus, in the order of its names; none when the folder is not there. */
export function corpusFiles(): readonly CorpusFile[] {
  if (!existsSync(corpusFolder)) return [];
  return readdirSync(corpusFolder)
    .filter((name) => name.endsWith(".conf"))
    .sort()
    .map((name) => {
      const recorded = readFileSync(join(corpusFolder, name.replace(/\.conf$/, ".expected")), "utf8");
      const [first = "", ...lines] = recorded.split("\n");
      return {
        name,
        text: readFileSync(join(corpusFolder, name), "utf8"),
        exit: Number(first.replace("exit ", "")),
        lines: lines.filter((line) => line.trim() !== ""),
      };
    });
}
