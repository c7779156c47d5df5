import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { format } from "../../src/conf/format/format.ts";
import { SITUATIONS } from "../../src/drill/situation.ts";
import { HEALTH_BODY, HEALTH_PATH } from "../../src/lab/http-server.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const read = (path: string): string => readFileSync(`${examples}${path}`, "utf8");
const words = (text: string): readonly string[] => text.replaceAll(/#.*$/gm, "").split(/\s+/);

describe("the examples", () => {
  it("are the situations of the demo", () => {
    const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(SITUATIONS.map(({ name }) => name).sort());
  });

  describe.each(SITUATIONS.map((situation) => ({ ...situation })))("$name", (situation) => {
    const a = read(`${situation.name}/a.conf`);
    const b = read(`${situation.name}/b.conf`);

    it("explains itself", () => {
      expect(existsSync(`${examples}${situation.name}/README.md`)).toBe(true);
    });

    it("has two directors that differ in name, state and priority only", () => {
      const others = words(b);
      const differences = words(a).flatMap((word, at) =>
        word === others[at] ? [] : [`${word} ${others[at]}`],
      );
      expect(differences.slice(1)).toEqual(["MASTER BACKUP", "150 100"]);
      expect(differences[0]).toMatch(/^(\S+)-A \1-B$/);
    });

    it("is in the shape of locum fmt", () => {
      for (const text of [a, b]) expect(format(text, { file: "example" })).toEqual({ ok: true, value: text });
    });

    it("says the same as the lab it runs in", () => {
      for (const address of situation.virtualAddresses) expect(a).toContain(`${address}/24`);
      if (situation.kind === "address") return;
      for (const { address, weight } of situation.webServers) {
        expect(a).toMatch(new RegExp(`real_server ${address.replace(":", " ")} \\{\\s+weight ${weight}\\s`));
      }
      expect(a).toContain(`path ${HEALTH_PATH}`);
      expect(a).toContain(`digest ${createHash("md5").update(HEALTH_BODY).digest("hex")}`);
    });
  });
});
