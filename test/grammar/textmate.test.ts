import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import type { IGrammar, IRawGrammar } from "vscode-textmate";

/** Both packages are CommonJS whose names Node cannot see from outside. */
const require = createRequire(import.meta.url);
const { INITIAL, Registry } = require("vscode-textmate") as typeof import("vscode-textmate");
const oniguruma = require("vscode-oniguruma") as typeof import("vscode-oniguruma");

const file = new URL("../../packaging/vscode/syntaxes/keepalived.tmLanguage.json", import.meta.url);

let grammar: IGrammar;

beforeAll(async () => {
  await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => JSON.parse(readFileSync(file, "utf8")) as IRawGrammar,
  });
  const loaded = await registry.loadGrammar("source.keepalived");
  if (loaded === null) throw new Error("vscode-textmate refuses the grammar");
  grammar = loaded;
});

/** `text:scope` of all that has a scope of its own, over the lines of a text; the language's name is left out. */
function colours(...lines: readonly string[]): string[] {
  let state = INITIAL;
  return lines.flatMap((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const own = scopes.slice(1).pop();
      const text = line.slice(startIndex, endIndex);
      return own === undefined || text.trim() === "" ? [] : [`${text}:${own.replace(".keepalived", "")}`];
    });
  });
}

describe("the grammar for editors", () => {
  it("tells blocks, keywords, names, addresses, numbers and constants apart", () => {
    expect(
      colours(
        "vrrp_instance VI_1 {",
        "  state MASTER",
        "  priority 100",
        "  virtual_ipaddress {",
        "    192.0.2.1/24 dev eth0",
        "}}",
      ),
    ).toEqual([
      "vrrp_instance:storage.type.block",
      "VI_1:entity.name.section",
      "{:punctuation.section.block",
      "state:keyword.other",
      "MASTER:constant.language",
      "priority:keyword.other",
      "100:constant.numeric",
      "virtual_ipaddress:storage.type.block",
      "{:punctuation.section.block",
      "192.0.2.1/24:constant.other.ip-address",
      "dev:keyword.other.parameter",
      "}:punctuation.section.block",
      "}:punctuation.section.block",
    ]);
  });

  it.each([
    ["# a comment", ["# a comment:comment.line"]],
    ["priority 9#why", ["priority:keyword.other", "9:constant.numeric", "#why:comment.line"]],
    ["priority 9 ! why", ["priority:keyword.other", "9:constant.numeric", "! why:comment.line"]],
    [
      'notify "/bin/x # \u0024{A} y" z',
      [
        "notify:keyword.other",
        '"/bin/x # :string.quoted.double',
        "\u0024{A}:variable.other",
        ' y":string.quoted.double',
      ],
    ],
    ['router_id "open', ["router_id:keyword.other", '"open:invalid.illegal.unclosed-string']],
    ["router_id a\\#b", ["router_id:keyword.other"]],
  ])("reads comments and strings: %s", (line, expected) => {
    expect(colours(line)).toEqual(expected);
  });

  it.each([
    [
      "$VIP=192.0.2.1",
      [
        "$VIP:variable.other.definition",
        "=:keyword.operator.assignment",
        "192.0.2.1:constant.other.ip-address",
      ],
    ],
    [
      "@node1 priority 9",
      ["@node1:keyword.control.conditional", "priority:keyword.other", "9:constant.numeric"],
    ],
    [
      "@^node1 vrrp_script s {",
      [
        "@^node1:keyword.control.conditional",
        "vrrp_script:storage.type.block",
        "s:entity.name.section",
        "{:punctuation.section.block",
      ],
    ],
    ["@node1 eth0", ["@node1:keyword.control.conditional"]],
    [
      "  include /etc/keepalived/*.conf # all",
      ["include:keyword.control.import", "/etc/keepalived/*.conf:string.unquoted.path", "# all:comment.line"],
    ],
    [
      "~SEQ(i, 1, 3) priority $i",
      [
        "~SEQ:keyword.control.repeat",
        "(i, :meta.sequence",
        "1:constant.numeric",
        ", :meta.sequence",
        "3:constant.numeric",
        "):meta.sequence",
        "priority:keyword.other",
        "$i:variable.other",
      ],
    ],
    ["interface \u0024{IF}", ["interface:keyword.other", "\u0024{IF}:variable.other"]],
    [
      "weight 5 \\",
      ["weight:keyword.other", "5:constant.numeric", "\\:constant.character.escape.line-continuation"],
    ],
  ])("reads what comes before keywords: %s", (line, expected) => {
    expect(colours(line)).toEqual(expected);
  });

  it.each([
    ["2001:db8::1/64", "constant.other.ip-address"],
    ["::1", "constant.other.ip-address"],
    ["192.0.2.1-10", "constant.other.ip-address"],
    ["-253", "constant.numeric"],
    ["0.5", "constant.numeric"],
  ])("knows the value %s", (value, scope) => {
    expect(colours(`real_server ${value} 80`)).toContain(`${value}:${scope}`);
  });

  it("takes a keyword for one only where a statement begins", () => {
    expect(colours("track_script { priority }", "interface priority", "prioritys 1")).toEqual([
      "track_script:storage.type.block",
      "{:punctuation.section.block",
      "priority:keyword.other",
      "}:punctuation.section.block",
      "interface:keyword.other",
      "priority:keyword.other.parameter",
      "1:constant.numeric",
    ]);
  });
});
