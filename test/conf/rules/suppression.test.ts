import { describe, expect, it } from "vitest";
import { lintConfiguration } from "../../../src/conf/lint-configuration.ts";
import { everyPage } from "../../../src/conf/pages/every-page.ts";
import { instance } from "../../../src/conf/rules/example.ts";
import { applySuppressions } from "../../../src/conf/rules/suppression.ts";
import { memoryReader } from "../configuration.ts";

const codes = new Set(everyPage().keys());

function lint(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { diagnostics, texts } = lintConfiguration({
    root: "main.conf",
    read: memoryReader({ ...files, "main.conf": text }),
    options: { configId: "a", compat: "latest" },
  });
  return applySuppressions(diagnostics, { texts, codes }).map(
    ({ code, span }) => `${code}@${span.file === "main.conf" ? "" : `${span.file}:`}${span.line}`,
  );
}

const owner = instance("priority 255");
const before = (comment: string): string => owner.replace("    priority", `    ${comment}\n    priority`);

describe("a comment that turns a rule off", () => {
  it.each([
    ["on its own line", owner.replace("255", "255 # locum-disable-line owner-priority")],
    ["with the other comment sign", owner.replace("255", "255 ! locum-disable-line owner-priority")],
    ["on the next line", before("# locum-disable-next-line owner-priority")],
    [
      "on the next line that says something",
      before("# locum-disable-next-line owner-priority\n\n  # because"),
    ],
    ["with a reason", before("# locum-disable-next-line owner-priority -- this router owns it")],
    ["in the whole file", `${owner}# locum-disable owner-priority\n`],
    ["with CRLF", before("# locum-disable-next-line owner-priority").replaceAll("\n", "\r\n")],
  ])("%s", (_where, text) => {
    expect(lint(text)).toEqual([]);
  });

  it("hides what stands on its line only", () => {
    const other = owner.replace("web {", "mail {").replace("51", "52").replace("2.10", "2.11");
    expect(lint(before("# locum-disable-next-line owner-priority") + other)).toEqual(["owner-priority@13"]);
  });

  it("names several rules", () => {
    const text = instance("priority 255 ! of 254").replace(
      "    priority 255 ! of",
      "    # locum-disable-next-line owner-priority, unused-words -- both are meant\n    priority 255 of",
    );
    expect(lint(text)).toEqual([]);
  });

  it("counts for the file it stands in", () => {
    const included = { "part.conf": owner };
    expect(lint("# locum-disable owner-priority\ninclude part.conf\n", included)).toEqual(
      ["unused-suppression@1", "owner-priority@part.conf:4"].reverse(),
    );
    expect(lint("include part.conf\n", { "part.conf": `# locum-disable owner-priority\n${owner}` })).toEqual(
      [],
    );
  });

  it.each([
    [
      "a name that is no rule",
      "# locum-disable-next-line owner-priorty",
      ["owner-priority@5", "unknown-rule@4"],
    ],
    ["no name", "# locum-disable-next-line", ["owner-priority@5", "unknown-rule@4"]],
    [
      "a rule that finds nothing",
      "# locum-disable-line owner-priority",
      ["owner-priority@5", "unused-suppression@4"],
    ],
    ["another word", "# locum-disabled owner-priority", ["owner-priority@5"]],
  ])("is told of when it has %s", (_what, comment, expected) => {
    expect(lint(before(comment))).toEqual(expected);
  });

  it("does not count inside quotes, and cannot hide what keeps the daemon from starting", () => {
    const quoted = owner.replace("}\n}", '}\n    notify "/bin/x # locum-disable owner-priority"\n}');
    expect(lint(quoted)).toEqual(["owner-priority@4"]);
    expect(lint(`# locum-disable missing-value\n${instance("priority")}`)).toContain("suppression-refused@1");
  });
});
