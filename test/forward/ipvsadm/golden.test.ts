import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { performIpvsadm } from "../../../src/forward/ipvsadm/perform.ts";
import { recordedContext, recordedTable } from "./recorded-table.ts";

interface Exchange {
  readonly line: number;
  readonly words: readonly string[];
  readonly said: string;
}

/** `$ ipvsadm WORDS`, then everything printed, then `[rc=N]` unless it was 0. */
function readSession(name: string): readonly Exchange[] {
  const text = readFileSync(new URL(`fixtures/${name}.session`, import.meta.url), "utf8");
  const exchanges: { line: number; words: string[]; said: string }[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.startsWith("$ ipvsadm"))
      exchanges.push({ line: at + 1, words: line.split(" ").slice(2), said: "" });
    else {
      const last = exchanges.at(-1);
      if (last !== undefined) last.said += `${line}\n`;
    }
  }
  const last = exchanges.at(-1);
  if (last !== undefined) last.said = last.said.replace(/\n$/, "");
  return exchanges;
}

/** Rates need a measurement over time, which the forwarder does not make yet; it says so. */
const asksForRates = ({ words }: Exchange): boolean => words.includes("--rate") && !words.includes("--stats");

describe.each(["services", "destinations"])("recorded ipvsadm session: %s", (name) => {
  const context = recordedContext(recordedTable());
  const session = readSession(name).filter((exchange) => !asksForRates(exchange));
  it.each(session)("line $line: ipvsadm $words", ({ words, said }) => {
    const { stdout, stderr, code } = performIpvsadm(words, context);
    expect(stdout + stderr + (code === 0 ? "" : `[rc=${code}]\n`)).toBe(said);
  });
});

describe("what the forwarder cannot do yet", () => {
  it("refuses --rate instead of showing zeros", () => {
    const { stderr, code } = performIpvsadm(["-L", "--rate"], recordedContext(recordedTable()));
    expect(stderr).toContain("does not measure rates");
    expect(code).toBe(255);
  });
});
