import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostFacts } from "../../src/linux/host-facts.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { entryLines } from "./entry-lines.ts";
import { askKeepalived } from "./fuzz/keepalived-oracle.ts";
import { ourAnswer } from "./fuzz/our-answer.ts";

/** Lines that are answered otherwise on purpose. */
const DIFFER: Readonly<Record<string, string>> = {
  "10.0.0.0/8 dev eth0 vrf eth1": "whether an interface is a VRF is found out when the route is added",
  "10.0.0.0/8 inet foo dev eth0": "keepalived passes over foo, whatever it is",
};

const instance = (lines: string) =>
  `vrrp_instance V {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.1/24\n  }\n${lines}}\n`;
const list = (name: string, line: string) => `${name} {\n  ${line}\n}\n`;

const places: readonly (readonly [string, keyof typeof entryLines, (line: string) => string])[] = [
  ["virtual_routes", "routes", (line) => instance(list("virtual_routes", line))],
  ["static_routes", "routes", (line) => list("static_routes", line) + instance("")],
  ["virtual_rules", "rules", (line) => instance(list("virtual_rules", line))],
  ["static_rules", "rules", (line) => list("static_rules", line) + instance("")],
  ["virtual_ipaddress", "addresses", (line) => instance(list("virtual_ipaddress_excluded", line))],
  ["static_ipaddress", "addresses", (line) => list("static_ipaddress", line) + instance("")],
];

const suite = {
  title: "keepalived -t and ours on lines of addresses, routes and rules",
  needs: ["root", "netns", "ip", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lb-line");
  const folder = mkdtempSync(join(tmpdir(), "lb-line-"));
  const host = { ...hostFacts(), interfaces: ["lo", "eth0", "eth1"] };

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

  it.each(places)("%s: the same lines and the same code for each", async (name, kind, text) => {
    const lines = entryLines[kind];
    const files = lines.map((line, at) => {
      const file = join(folder, `${name}-${at}.conf`);
      writeFileSync(file, text(line));
      return file;
    });
    const theirs = await askKeepalived(files, namespaces.command("a", ["keepalived"]));
    const answers = lines.map((line, at) => {
      const { exit, lines: told } = ourAnswer(files[at] ?? "", host);
      return { line, ours: { exit, lines: told }, theirs: theirs[at] };
    });
    expect(theirs.filter((answer) => answer.exit !== 0).length).toBeGreaterThan(lines.length / 3);
    for (const { line, ours, theirs: their } of answers) {
      if (DIFFER[line] === undefined) expect({ line, ...ours }).toEqual({ line, ...their });
      else expect({ line, ...ours }).not.toEqual({ line, ...their });
    }
  });
});
