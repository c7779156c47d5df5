import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSymbolsOf, foldedLinesOf } from "../../../src/conf/features/block-symbols.ts";
import { completionsAt } from "../../../src/conf/features/completion.ts";
import { hoverAt } from "../../../src/conf/features/hover.ts";
import { occurrencesOf } from "../../../src/conf/features/names.ts";
import { definitionsAt, referencesAt } from "../../../src/conf/features/navigation.ts";
import { readOutline } from "../../../src/conf/features/outline.ts";
import { readProject } from "../../../src/conf/features/project.ts";
import { renameAt } from "../../../src/conf/features/rename.ts";
import { memoryReader } from "../configuration.ts";

const piece = fc.constantFrom(
  "vrrp_instance V {",
  "vrrp_script s {",
  "track_script {",
  "s weight 2",
  "interface eth0",
  "virtual_server group g {",
  "lb_kind ",
  "}",
  "{",
  "\n",
  "\n",
  "include other",
  "include $" + "{_PWD}/{main,other}.conf",
  "@id ",
  "~SEQ(i, 1, 3) ",
  "~LST({a,b}, {1,2}) $a",
  "$D=1",
  "$D= \\",
  "$D",
  "$" + "{D",
  '"open',
  "# comment",
  "\u00e9\ud83d\ude00",
);

describe("whatever is written", () => {
  it("every question about every place has an answer, inside the text", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), fc.nat(20), fc.nat(40), (pieces, row, column) => {
        const text = pieces.join("");
        const lines = text.split("\n");
        const project = readProject("main.conf", {
          read: memoryReader({ "main.conf": text, other: "vrrp_script s {\n}\n" }),
          outline: (_path, given) => readOutline(given),
        });
        const file = project.files.get("main.conf");
        if (!file) throw new Error("main.conf is not read");
        const line = (row % lines.length) + 1;
        const at = { line, column: (column % ((lines[line - 1]?.length ?? 0) + 1)) + 1 };
        const surroundings = { interfaces: ["eth0"], listFolder: () => ["a"] };
        for (const { replace } of completionsAt(project, { file, at, surroundings })) {
          expect(replace.column).toBeLessThanOrEqual(at.column);
          expect(replace.endColumn).toBeGreaterThanOrEqual(at.column);
          expect(replace.column).toBeGreaterThan(0);
          expect(replace.endColumn).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        }
        hoverAt(project, { file, at });
        definitionsAt(project, { file, at });
        referencesAt(project, { file, at, withDeclarations: true });
        renameAt(project, { file, at, to: "other" });
        blockSymbolsOf(file);
        foldedLinesOf(file.outline);
        for (const { name, span } of occurrencesOf(project)) {
          if (span.file !== "main.conf") continue;
          expect(lines[span.line - 1]?.slice(span.column - 1, span.endColumn - 1)).toBe(name);
        }
      }),
      { numRuns: 400 },
    );
  });
});
