import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { HostFacts } from "../../src/conf/source.ts";
import { hostFacts } from "../../src/linux/host-facts.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { askKeepalived } from "./fuzz/keepalived-oracle.ts";
import { ourAnswer } from "./fuzz/our-answer.ts";
import { explainOdd } from "./odd-value-explanations.ts";
import { type OddCase, oddCases } from "./odd-values.ts";

/** What both programs say of one case. */
interface Both extends OddCase {
  readonly theirs: { readonly exit: number; readonly lines: readonly string[] };
  readonly ours: { readonly exit: number; readonly lines: readonly string[] };
}

/** The numbers of lines that messages name. */
function namedLines(lines: readonly string[]): string {
  const numbers = lines.flatMap((line) =>
    [...line.matchAll(/Line (\d+)\)/g)].map((match) => Number(match[1])),
  );
  return [...new Set(numbers)].sort((a, b) => a - b).join(" ");
}

describeWith(
  { title: "keepalived -t and ours on odd values", needs: ["root", "netns", "ip", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lb-odd");
    const folder = mkdtempSync(join(tmpdir(), "lb-odd-"));
    const answers: Both[] = [];

    beforeAll(async () => {
      namespaces.add("a");
      namespaces.cable(
        { namespace: "a", interface: "eth0", addresses: ["192.0.2.250/24"] },
        { namespace: "a", interface: "eth1" },
      );
      const host: HostFacts = { ...hostFacts(), interfaces: ["lo", "eth0", "eth1"] };
      const cases = oddCases();
      const files = cases.map((each, at) => {
        const file = join(folder, `${at}.conf`);
        writeFileSync(file, each.text);
        return file;
      });
      const theirs = await askKeepalived(files, namespaces.command("a", ["keepalived"]));
      for (const [at, each] of cases.entries()) {
        const their = theirs[at] ?? { exit: -1, lines: [] };
        answers.push({ ...each, theirs: their, ours: ourAnswer(files[at] ?? "", host) });
      }
    }, 400_000);

    afterAll(() => {
      namespaces.remove();
      rmSync(folder, { recursive: true });
    });

    /** The cases in which `same` does not hold and nothing explains it, in words. */
    function unexplained(same: (each: Both) => boolean): readonly string[] {
      return answers
        .filter((each) => !same(each) && explainOdd(each) === undefined)
        .map(
          ({ path, keyword, value, theirs, ours }) =>
            `${path}/${keyword} [${value}]: keepalived ${theirs.exit} ${theirs.lines[0] ?? ""} | locum ${ours.exit} ${ours.lines[0] ?? ""}`,
        );
    }

    it("give the same verdict", () => {
      expect(answers.length).toBeGreaterThan(2_000);
      expect(unexplained(({ theirs, ours }) => theirs.exit === ours.exit)).toEqual([]);
    });

    it("name the same lines", () => {
      expect(unexplained(({ theirs, ours }) => namedLines(theirs.lines) === namedLines(ours.lines))).toEqual(
        [],
      );
      const explained = answers.filter(
        (each) =>
          each.theirs.exit !== each.ours.exit ||
          namedLines(each.theirs.lines) !== namedLines(each.ours.lines),
      ).length;
      console.info(`odd values: ${answers.length} cases, ${explained} differences, all explained`);
    });
  },
);
