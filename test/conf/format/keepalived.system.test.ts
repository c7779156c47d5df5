import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seededRandom } from "../../../src/base/random.ts";
import { format } from "../../../src/conf/format/format.ts";
import { Namespaces } from "../../support/namespaces.ts";
import { describeWith } from "../../support/require.ts";
import { corpusFiles } from "../corpus.ts";
import { keepalivedCases } from "../keepalived-cases.ts";
import { disorder } from "./disorder.ts";

const random = seededRandom(20_261_121);

/** Texts of ours as they are and laid out anew; every second of other people's, where they are there, laid out anew. */
const texts = [
  ...keepalivedCases,
  ...[...keepalivedCases, ...corpusFiles().filter((_, at) => at % 2 === 0)].map(({ name, text }) => ({
    name: `${name}, laid out anew`,
    text: disorder(text, random),
  })),
];

describeWith(
  { title: "keepalived reads what was formatted", needs: ["root", "netns", "ip", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lc-fmt");
    const folder = mkdtempSync(join(tmpdir(), "lc-fmt-"));

    beforeAll(() => {
      namespaces.add("a");
      namespaces.cable(
        { namespace: "a", interface: "eth0", addresses: ["192.0.2.250/24"] },
        { namespace: "a", interface: "eth1" },
      );
    });

    afterAll(() => {
      namespaces.remove();
      rmSync(folder, { recursive: true });
    });

    it("as what was written", () => {
      let compared = 0;
      for (const { name, text } of texts) {
        const formatted = format(text, { file: name });
        if (!formatted.ok || formatted.value === text) continue;
        expect(ask(formatted.value), name).toEqual(ask(text));
        compared++;
      }
      console.info(`fmt: keepalived says the same of ${compared} files before and after`);
      expect(compared).toBeGreaterThan(keepalivedCases.length);
    });

    /** keepalived's exit code and messages, without line numbers; an endless loop ends after two seconds. */
    function ask(text: string): { readonly status: number | null; readonly messages: readonly string[] } {
      writeFileSync(join(folder, "main.conf"), text);
      const [program = "", ...rest] = namespaces.command("a", [
        "keepalived",
        "-t",
        "-f",
        "main.conf",
        "-i",
        "low",
      ]);
      const { status, stderr } = spawnSync(program, rest, { cwd: folder, encoding: "utf8", timeout: 2_000 });
      if (status === null) return { status, messages: [] };
      const lines = stderr.split("\n").map((line) => line.replace(/Line \d+\)/, "Line N)"));
      return { status, messages: [...new Set(lines)].sort() };
    }
  },
);
