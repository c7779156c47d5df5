import { describe, expect, it } from "vitest";
import { type Candidate, completionsAt, type Surroundings } from "../../../src/conf/features/completion.ts";
import { keywordsWithWords } from "../../../src/conf/features/value-words.ts";
import { keywordsOf } from "../../../src/grammar/vocabulary.ts";
import { markedProject } from "./marked-project.ts";

const surroundings: Surroundings = {
  interfaces: ["eth0", "eth1"],
  listFolder: (path) =>
    ({ "": ["conf.d/", "main.conf", "other.conf", ".hidden"], "conf.d/": ["a.conf", "b.txt"] })[path] ?? [],
};

function candidates(texts: Readonly<Record<string, string>> | string): readonly Candidate[] {
  const { project, file, at } = markedProject(texts);
  return completionsAt(project, { file, at, surroundings });
}

const labels = (texts: Readonly<Record<string, string>> | string): readonly string[] =>
  candidates(texts).map((each) => each.label);

/** The text after the candidate was taken. */
function taken(text: string, label: string): string {
  const found = candidates(text).find((each) => each.label === label);
  if (!found) throw new Error(`${label} is not offered: ${labels(text).join(" ")}`);
  const lines = text.replace("|", "").split("\n");
  const { line, column, endColumn } = found.replace;
  const old = lines[line - 1] ?? "";
  lines[line - 1] = old.slice(0, column - 1) + found.text + old.slice(endColumn - 1);
  return lines.join("\n");
}

const scripts = "vrrp_script one {\n}\nvrrp_script two {\n}\n";

describe("keywords", () => {
  it.each([
    ["at the top level", "|", ["vrrp_instance", "virtual_server", "global_defs", "include"], ["priority"]],
    ["in a block", "vrrp_instance V {\n  pri|\n}", ["priority", "preempt_delay"], ["vrrp_instance", "rise"]],
    [
      "in a nested block",
      "virtual_server 1.2.3.4 80 {\n real_server 1.2.3.5 80 {\n  TCP_CHECK {\n |\n}}}",
      ["connect_timeout"],
      ["lb_algo"],
    ],
    [
      "after a block",
      "vrrp_script s {\n}\nvrrp_instance V {\n track_script { s }\n |\n}",
      ["priority"],
      ["rise"],
    ],
    ["without a closing brace", "vrrp_instance V {\n  interface eth0\n  |", ["priority"], ["vrrp_instance"]],
    [
      "after broken lines",
      'vrrp_instance V {\n  auth "x\n  } bogus { {\n }}\n vrrp_script s {\n |',
      ["rise"],
      ["priority"],
    ],
    ["behind a condition", "vrrp_script s {\n @host |\n}", ["rise"], ["priority"]],
    ["behind a sequence", "vrrp_script s {\n ~SEQ(i, 1, 2) |\n}", ["rise"], ["priority"]],
    ["on the line of the brace", "vrrp_script s { |", ["rise"], ["vrrp_instance"]],
    ["behind the brace that closes", "vrrp_script s {\n} |", ["vrrp_instance"], ["rise"]],
    [
      "in a definition, where it is used",
      "$B= \\\n  | \\\n  rise 2\nvrrp_script s {\n $B\n}",
      ["rise"],
      ["vrrp_instance"],
    ],
  ])("are those allowed %s", (_where, text, some, none) => {
    const found = labels(text);
    expect(found).toEqual(expect.arrayContaining(some));
    for (const each of none) expect(found).not.toContain(each);
  });

  it("are those of the block that includes the file", () => {
    const texts = { "main.conf": "vrrp_instance V {\n include part.conf\n}", "part.conf": "|" };
    expect(labels(texts)).toContain("virtual_router_id");
  });

  it("have their meaning, their form, and a block its braces", () => {
    const found = candidates("vrrp_instance V {\n|\n}");
    const priority = found.find((each) => each.label === "priority");
    expect(priority?.help).toMatch(/a whole number from 1 to 255[\s\S]*Default.*100[\s\S]*locum.*acts on it/);
    const list = found.find((each) => each.label === "virtual_ipaddress");
    expect(list?.snippet).toBe("virtual_ipaddress {\n\t$0\n}");
    expect(candidates("|").find((each) => each.label === "vrrp_instance")?.snippet).toBe(
      "vrrp_instance $" + "{1:NAME} {\n\t$0\n}",
    );
    expect(found.find((each) => each.label === "linkbeat_use_polling")?.deprecated).toBe(true);
  });

  it("get no second block where there is one", () => {
    expect(
      candidates("vrrp_inst| {").find((each) => each.label === "vrrp_instance")?.snippet,
    ).toBeUndefined();
  });

  it("replace the word that is there", () => {
    expect(taken("vrrp_instance V {\n  pr|io 100\n}", "priority")).toContain("\n  priority 100\n");
  });

  it("are not offered in comments and in unknown blocks", () => {
    expect(labels("# |")).toEqual([]);
    expect(labels("bogus {\n |\n}")).not.toContain("priority");
  });
});

describe("values", () => {
  it.each([
    ["an enumeration", "vrrp_instance V {\n state |\n}", ["MASTER", "BACKUP"]],
    [
      "a truth word",
      "global_defs {\n enable_snmp_vrrp\n}\nvrrp_instance V {\n smtp_alert |",
      ["on", "off", "true", "false", "yes", "no"],
    ],
    [
      "an interface",
      "vrrp_instance V {\n interface |\n}\nvrrp_instance W {\n interface eth7\n}",
      ["eth0", "eth1", "eth7"],
    ],
    ["a scheduler", "virtual_server 1.2.3.4 80 {\n lb_algo w|", ["rr", "wrr", "lc"]],
    ["a forwarding method", "virtual_server 1.2.3.4 80 {\n lb_kind |", ["NAT", "DR", "TUN"]],
    ["a script", `${scripts}vrrp_instance V {\n track_script {\n  |\n }\n}`, ["one", "two"]],
    ["a script on one line", `${scripts}vrrp_instance V {\n track_script { |`, ["one", "two"]],
    ["the words after a script", `${scripts}vrrp_instance V {\n track_script {\n  one |`, ["weight"]],
    ["a tracked interface", "vrrp_instance V {\n track_interface {\n |", ["eth0"]],
    ["a member of a group", "vrrp_instance V {\n}\nvrrp_sync_group G {\n group {\n  |", ["V"]],
    ["a group of virtual servers", "virtual_server_group G {\n}\nvirtual_server group |", ["G"]],
    [
      "the words of an address",
      "vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1/24 |",
      ["dev", "label"],
    ],
    ["the words of a route", "vrrp_instance V {\n virtual_routes {\n  |", ["to", "src", "via", "blackhole"]],
    ["the words of a rule", "static_rules {\n  |", ["from", "to", "table"]],
    ["an interface in an address", "vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1/24 dev |", ["eth0"]],
    [
      "a scope in an address",
      "vrrp_instance V {\n virtual_ipaddress {\n  192.0.2.1/24 scope |",
      ["link", "global"],
    ],
    [
      "a BFD instance",
      "bfd_instance b {\n}\nvirtual_server 1.2.3.4 80 {\n real_server 1.2.3.5 80 {\n BFD_CHECK {\n name |",
      ["b"],
    ],
  ])("offer %s", (_what, text, some) => {
    expect(labels(text)).toEqual(expect.arrayContaining(some));
  });

  it("take names from included files", () => {
    const texts = {
      "main.conf": "include part.conf\nvrrp_instance V {\n track_script {\n  |\n }\n}",
      "part.conf": scripts,
    };
    expect(labels(texts)).toEqual(["one", "two"]);
  });

  it("stay inside quotes", () => {
    expect(taken('vrrp_instance V {\n interface "|"\n}', "eth0")).toContain('interface "eth0"');
  });
});

describe("variables, includes and conditions", () => {
  it("offer variables, in braces where they must be", () => {
    const text = (line: string): string => `$NAME=1\n~SEQ(i, 1, 3) x\nvrrp_script s {\n rise ${line}\n}`;
    expect(labels(text("$|"))).toEqual(expect.arrayContaining(["$NAME", "$i"]));
    expect(taken(text("$|"), "$NAME")).toContain("rise $NAME\n");
    expect(taken(text("$NA|/24"), "${" + "NAME}")).toContain("rise ${" + "NAME}");
    expect(taken(text("${" + "N|}x"), "${" + "NAME}")).toContain("rise ${" + "NAME}x");
    expect(labels(text("$|"))).toContain("${" + "_PWD}");
  });

  it("offer paths to include", () => {
    expect(labels("include |")).toEqual(["conf.d/", "other.conf"]);
    expect(labels("include conf.d/|")).toEqual(["a.conf", "b.txt"]);
    expect(taken("include conf.d/a|", "a.conf")).toBe("include conf.d/a.conf");
  });

  it("offer the configuration ids in use", () => {
    expect(labels("@left a\n@^right b\n@|")).toEqual(["left", "right"]);
  });
});

describe("the table of words", () => {
  it("names keywords that exist", () => {
    for (const name of keywordsWithWords) {
      const cut = name.lastIndexOf("/");
      expect(keywordsOf(name.slice(0, cut))?.has(name.slice(cut + 1)), name).toBe(true);
    }
  });
});
