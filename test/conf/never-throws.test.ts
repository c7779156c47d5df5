import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeFrame } from "../../src/cli/code-frame.ts";
import { keepalivedMessages } from "../../src/cli/keepalived-test.ts";
import { keywordsOf, vocabulary } from "../../src/grammar/vocabulary.ts";
import { load } from "./configuration.ts";

const plain = (text: string): string => text;
const colors = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain, green: plain };

const blocks = [...vocabulary.values()];
const names = [...new Set(blocks.flatMap((block) => block.keywords.map((keyword) => keyword.name)))];
const value = fc.constantFrom(
  "",
  "0",
  "-1",
  "1.5",
  "99999999999",
  "eth0",
  "192.0.2.1/24",
  "fe80::1",
  '"a b"',
  "'x",
  "$X",
  "weight",
  "\\",
  "true",
);
const oddLine = fc.constantFrom(
  "}",
  "{",
  "$X=1",
  "$Y= \\",
  "~SEQ(i, 3) a ${i}",
  "@host x 1",
  "include x",
  '"open',
  "# c",
  "\0",
  "\t",
);

/** Lines of real keywords with odd values, real blocks, and lines that are neither. */
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...names), value, value).map((words) => words.join(" ")) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...rootBlocks()), value).map((words) => `}\n${words.join(" ")} {`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "real_server 192.0.2.1 80 {",
      "HTTP_GET {",
      "url {",
      "TCP_CHECK {",
      "authentication {",
      "}",
    ),
  },
  { weight: 1, arbitrary: oddLine },
);

function rootBlocks(): string[] {
  return [...(keywordsOf("")?.values() ?? [])]
    .filter((keyword) => keyword.value.kind === "block" || keyword.value.kind === "entries")
    .map((keyword) => keyword.name);
}

describe("any configuration", () => {
  it("is loaded without an exception, and every finding can be shown at its place", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const written = lines.join("\n").split("\n");
        const { diagnostics } = load(written.join("\n"), {
          host: { interfaces: ["lo"], hasUser: () => false },
        });
        for (const found of diagnostics) {
          const { span } = found;
          expect(span.column).toBeGreaterThanOrEqual(1);
          expect(span.endColumn).toBeGreaterThanOrEqual(span.column);
          expect(span.line).toBeLessThanOrEqual(written.length);
          expect(codeFrame(found, { colors, linesOf: () => written })).toContain(found.code);
        }
        expect([0, 2, 4, 5, 6]).toContain(keepalivedMessages(diagnostics, { mainFile: undefined }).exitCode);
      }),
      { numRuns: 300 },
    );
  });

  it("gives data that survives the way to another process", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const { config } = load(lines.join("\n"));
        expect(JSON.parse(JSON.stringify(config))).toEqual(config);
      }),
      { numRuns: 100 },
    );
  });
});
