import { describe, expect, it } from "vitest";
import { hoverAt } from "../../../src/conf/features/hover.ts";
import { definitionsAt, referencesAt } from "../../../src/conf/features/navigation.ts";
import { renamableAt, renameAt } from "../../../src/conf/features/rename.ts";
import { markedProject, spanText } from "./marked-project.ts";

type Texts = Readonly<Record<string, string>> | string;

function definitions(given: Texts): readonly string[] {
  const { project, file, at, texts } = markedProject(given);
  return definitionsAt(project, { file, at }).map((span) => spanText(texts, span));
}

function references(given: Texts, withDeclarations = true): readonly string[] {
  const { project, file, at, texts } = markedProject(given);
  return referencesAt(project, { file, at, withDeclarations }).map((span) => spanText(texts, span));
}

/** The texts after renaming, or the refusal. */
function renamed(given: Texts, to: string): Readonly<Record<string, string>> | string {
  const { project, file, at, texts } = markedProject(given);
  const edits = renameAt(project, { file, at, to });
  if (!edits.ok) return edits.error;
  const after: Record<string, string> = { ...texts };
  const fromTheEnd = [...edits.value].sort(
    (a, b) => b.span.line - a.span.line || b.span.column - a.span.column,
  );
  for (const { span, text } of fromTheEnd) {
    const lines = (after[span.file] ?? "").split("\n");
    const line = lines[span.line - 1] ?? "";
    lines[span.line - 1] = line.slice(0, span.column - 1) + text + line.slice(span.endColumn - 1);
    after[span.file] = lines.join("\n");
  }
  return after;
}

const hover = (given: Texts): string => {
  const { project, file, at } = markedProject(given);
  return hoverAt(project, { file, at })?.text ?? "nothing";
};

const parts = {
  "main.conf": "include parts*\nvrrp_sync_group G {\n  group {\n    V|\n  }\n}\n",
  parts1: "vrrp_instance V {\n  track_script {\n    check weight 2\n  }\n}\n",
  parts2: 'vrrp_script "check" {\n}\nvrrp_script V {\n}\n',
};

describe("go to definition", () => {
  it.each<[string, Texts, readonly string[]]>([
    ["an instance in another file", parts, ["parts1:1:V"]],
    [
      "a script, quoted there",
      { ...parts, "main.conf": "include parts*", parts1: parts.parts1.replace("check", "ch|eck") },
      ["parts2:1:check"],
    ],
    ["a variable", "$X=1\n@a $X=2\nrouter_id a${" + "|X}", ["main.conf:1:X", "main.conf:2:X"]],
    ["a counter", "~SEQ(i, 1, 3) a $|i", ["main.conf:1:i"]],
    ["a file", { "main.conf": "include par|ts1", parts1: "a\n" }, ["parts1:1:"]],
    [
      "a name that expansion makes",
      "vrrp_instance VI_${" + "n} {\n}\nvrrp_sync_group G {\n group {\n  VI_|1\n }\n}",
      ["main.conf:1:VI_${" + "n}"],
    ],
    ["nothing for a keyword", "vrrp_inst|ance V {\n}", []],
    ["nothing for a stranger", "vrrp_sync_group G {\n group {\n  W|\n }\n}", []],
    ["a BFD instance", "bfd_instance b {\n}\nvrrp_instance V {\n track_bfd { |b }\n}", ["main.conf:1:b"]],
    [
      "a group of virtual servers",
      "virtual_server_group g {\n}\nvirtual_server group g| {\n}",
      ["main.conf:1:g"],
    ],
    [
      "a track group",
      "track_group t {\n}\nstatic_ipaddress {\n 192.0.2.1/24 dev eth0 track_group t|\n}",
      ["main.conf:1:t"],
    ],
    [
      "the instance of the sync daemon",
      "vrrp_instance V {\n}\nglobal_defs {\n lvs_sync_daemon eth0 inst |V id 3\n}",
      ["main.conf:1:V"],
    ],
  ])("leads to %s", (_what, texts, wanted) => {
    expect(definitions(texts)).toEqual(wanted);
  });

  it("works in the value of a definition", () => {
    const text = "vrrp_script s {\n}\n$T= \\\n track_script { \\\n  |s \\\n }\nvrrp_instance V {\n $T\n}";
    expect(definitions(text)).toEqual(["main.conf:1:s"]);
  });
});

describe("references", () => {
  it("are found in every file, and only of the same kind", () => {
    expect(references(parts)).toEqual(["main.conf:4:V", "parts1:1:V"]);
    expect(references(parts, false)).toEqual(["main.conf:4:V"]);
  });
});

describe("rename", () => {
  it("changes every use, in included files too, and nothing of another kind", () => {
    expect(renamed(parts, "W")).toEqual({
      "main.conf": parts["main.conf"].replace("V|", "W"),
      parts1: parts.parts1.replace("instance V", "instance W"),
      parts2: parts.parts2,
    });
  });

  it("changes a variable in all its forms", () => {
    const text = "$NA|ME=1\n~SEQ(NAME, 1, 3) a $NAME ${" + "NAME}x $NAMES\n# $NAME\n";
    expect(renamed(text, "$OTHER")).toEqual({
      "main.conf": "$OTHER=1\n~SEQ(OTHER, 1, 3) a $OTHER ${" + "OTHER}x $NAMES\n# $NAME\n",
    });
  });

  it("leaves quotes where they are", () => {
    expect(renamed('vrrp_script "a|" {\n}', "b c")).toEqual({ "main.conf": 'vrrp_script "b c" {\n}' });
  });

  it.each([
    ["a blank without quotes", "vrrp_script a| {\n}", "b c", "has a blank"],
    ["a brace", "vrrp_script a| {\n}", "b}", "must not hold"],
    ["a comment sign", "vrrp_script a| {\n}", "b#", "must not hold"],
    ["nothing", "vrrp_script a| {\n}", "", "is empty"],
    ["a name that is taken", "vrrp_script a| {\n}\nvrrp_script b {\n}", "b", "already (main.conf:3)"],
    ["a bad variable", "$A|=1", "1x", "letters, digits"],
    ["a predefined variable", "$A|=1", "_PWD", "begins with a letter"],
    ["a long BFD name", "bfd_instance b| {\n}", "x".repeat(32), "at most 31 bytes"],
    ["a keyword", "vrrp_scr|ipt a {\n}", "b", "only names can be renamed"],
    ["a name made of variables", "vrrp_script a|$" + "{n} {\n}", "b", "put together from variables"],
  ])("refuses %s", (_what, text, to, reason) => {
    expect(renamed(text, to)).toContain(reason);
  });

  it("says beforehand what will be renamed", () => {
    const { file, at } = markedProject(parts);
    expect(renamableAt(file, at)).toMatchObject({ ok: true, value: { name: "V", kind: "vrrp_instance" } });
  });
});

describe("hover", () => {
  it.each<[string, Texts, RegExp]>([
    [
      "a keyword",
      "vrrp_instance V {\n prio|rity 1\n}",
      /^```keepalived\npriority [\s\S]*Default\*\*: 100[\s\S]*Since\*\*: keepalived/,
    ],
    ["a keyword locum does not act on", "global_defs {\n enable_d|bus\n}", /does not act on it/],
    [
      "a word of an address",
      "vrrp_instance V {\n virtual_ipaddress {\n 192.0.2.1 de|v eth0",
      /in the entries of `virtual_ipaddress`/,
    ],
    [
      "a name",
      parts,
      /^`vrrp_instance V`, defined in parts1:1\n\n```keepalived\nvrrp_instance V \{\n {2}track_script/,
    ],
    ["a name nobody defines", "vrrp_sync_group G {\n group { W| }\n}", /nothing here defines it/],
    ["a variable", "$X= a b\nrouter_id $|X", /`\$X`, defined in main.conf:1[\s\S]*\$X= a b/],
    ["a predefined variable", "router_id ${" + "_P|WD}", /Directory|directory/],
    ["an include", { "main.conf": "include par|ts*", parts1: "", parts2: "" }, /- parts1\n- parts2/],
    ["the include keyword", "incl|uder x", /cannot be read is an error|error/],
    ["a condition", "@ho|st a", /config id|configuration id/i],
    ["a comment", "# prio|rity", /^nothing$/],
    ["a value", "vrrp_instance V {\n priority 1|0\n}", /^nothing$/],
  ])("tells of %s", (_what, texts, wanted) => {
    expect(hover(texts)).toMatch(wanted);
  });
});
