import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostFacts } from "../../src/linux/host-facts.ts";

describe("hostFacts", () => {
  const facts = hostFacts();
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "locum-host-"));
    writeFileSync(join(folder, "script"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(folder, "text"), "no program\n", { mode: 0o644 });
    chmodSync(join(folder, "script"), 0o777);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("knows the interfaces of this network namespace", () => {
    expect(facts.interfaces).toContain("lo");
  });

  it("knows users by name and takes numbers", () => {
    expect(facts.hasUser?.("root")).toBe(true);
    expect(facts.hasUser?.("no-such-user")).toBe(false);
    expect(facts.hasUser?.("1234")).toBe(true);
    expect(facts.hasGroup?.("root")).toBe(true);
    expect(facts.hasGroup?.("no-such-group")).toBe(false);
  });

  it.each([
    ["a script that everybody may change", () => join(folder, "script"), "insecure"],
    ["a file that is not executable", () => join(folder, "text"), "not-executable"],
    ["a folder", () => folder, "missing"],
    ["nothing", () => join(folder, "none"), "missing"],
    ["a name that is nowhere on the path", () => "no-such-program-here", "missing"],
  ])("judges %s", (_what, path, finding) => {
    expect(facts.inspectScript?.(path())).toBe(finding);
  });
});
