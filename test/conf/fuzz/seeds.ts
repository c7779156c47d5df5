import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpusFolder } from "../../support/capabilities.ts";
import { keepalivedCases } from "../keepalived-cases.ts";

/** A configuration that mutations start from. */
export interface Seed {
  readonly name: string;
  /** Its bytes, one character each (latin1), so that any mutation can be written back. */
  readonly text: string;
}

/** What Debian's package keepalived-doc or keepalived installs. */
const samples = "/usr/share/doc/keepalived/samples";

/** The files that mutated configurations find beside them, for their includes. */
export const companions: Readonly<Record<string, string>> = {
  "part.conf":
    "vrrp_instance PART {\n  interface eth0\n  virtual_router_id 77\n  virtual_ipaddress {\n    192.0.2.77\n  }\n}\n",
  "part-empty.conf": "# nothing\n",
  "part-wrong.conf": "global_defs {\n  no_such_keyword\n}\n",
};

/** Everything there is to start from on this machine: our own inputs always, samples and corpus where present. */
export function seeds(): readonly Seed[] {
  return [
    ...ownSeeds(),
    ...folderSeeds(samples, /^keepalived\.conf/),
    ...folderSeeds(corpusFolder, /\.conf$/),
  ];
}

/** The inputs that lie in this repository. */
export function ownSeeds(): readonly Seed[] {
  const cases = keepalivedCases.map(({ name, text }) => ({ name, text: bytesOf(text) }));
  const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
  const folders = existsSync(examples) ? readdirSync(examples) : [];
  return [...cases, ...folders.flatMap((folder) => folderSeeds(join(examples, folder), /\.conf$/))];
}

function folderSeeds(folder: string, pattern: RegExp): readonly Seed[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), "latin1") }));
}

/** A text as bytes, one character each. */
export function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The interfaces a text names where an interface belongs; the oracle's namespace gets them all. */
export function interfacesIn(text: string): readonly string[] {
  const found = text.matchAll(/\b(?:interface|dev)\s+"?([A-Za-z][A-Za-z0-9.-]{0,14})(?=[\s"]|$)/gm);
  return [...found].map((match) => match[1] ?? "").filter((name) => name !== "lo");
}
