import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventNames, layouts, mapNames, tcpStateNames } from "../../src/bpf/layout.ts";
import { describeWith } from "../support/require.ts";
import { readStructs } from "./btf.ts";
import { readSections } from "./elf.ts";

const folder = new URL("../../src/bpf/", import.meta.url).pathname;
const committed = readFileSync(`${folder}director.bpf.o`);

describe("layout.ts and the compiled object", () => {
  const structs = readStructs(committed);

  it.each(layouts.map((codec) => [codec.name, codec] as const))("agree on struct %s", (name, codec) => {
    const { size, offsets } = structs.get(name) ?? { size: -1, offsets: {} };
    expect({ size: codec.size, offsets: codec.offsets }).toEqual({ size, offsets });
  });

  it("agree on the maps and on the names of numbers", () => {
    const header = readFileSync(`${folder}layout.h`, "utf8");
    const members = (pattern: RegExp): number => [...header.matchAll(pattern)].length;
    expect(members(/^\tEVENT_(?!COUNT)\w+,/gm)).toBe(eventNames.length);
    expect(members(/^\tTCP_\w+,/gm)).toBe(tcpStateNames.length);
    const maps = readFileSync(`${folder}maps.h`, "utf8");
    for (const name of mapNames) expect(maps).toMatch(new RegExp(`HASH_MAP\\(${name},|} ${name} SEC`));
  });
});

describeWith({ title: "the committed object", needs: ["clang", "llvm-strip"] }, () => {
  it("is what its source compiles to", () => {
    const output = mkdtempSync(join(tmpdir(), "locum-bpf-"));
    try {
      const built = spawnSync("node", [join(folder, "../../tools/build-bpf.mjs"), join(output, "d.o")], {
        encoding: "utf8",
      });
      expect(built.stderr).toBe("");
      const fresh = readFileSync(join(output, "d.o"));
      const compiler = /clang version (\S+)/.exec(
        spawnSync("clang", ["--version"], { encoding: "utf8" }).stdout,
      )?.[1];
      const recorded = readFileSync(`${folder}COMPILER`, "utf8").trim();
      // Another compiler may well choose other instructions; what it must not change is the interface.
      const compared =
        compiler === recorded
          ? ["tc", ".text", ".rodata", ".maps", "license"]
          : [".maps", ".rodata", "license"];
      for (const name of compared) expect(sectionHash(fresh, name), name).toBe(sectionHash(committed, name));
      expect([...readStructs(fresh)]).toEqual([...readStructs(committed)]);
    } finally {
      rmSync(output, { recursive: true });
    }
  });
});

function sectionHash(object: Uint8Array, name: string): string {
  const section = readSections(object).find((at) => at.name === name);
  return section === undefined ? "absent" : Buffer.from(section.bytes).toString("base64");
}
