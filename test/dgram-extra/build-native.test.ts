import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const home = fileURLToPath(new URL("../../src/dgram-extra", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "dgram-extra-"));
const target = join(copy, "build", "native.node");
for (const name of ["native", "build-native.mjs", "package.json"]) {
  cpSync(join(home, name), join(copy, name), { recursive: true });
}
cpSync(
  dirname(createRequire(import.meta.url).resolve("node-api-headers")),
  join(copy, "node_modules/node-api-headers"),
  { recursive: true },
);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function build(...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(copy, "build-native.mjs"), ...args], { encoding: "utf8" });
}

function buildWithoutCompiler(): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [join(copy, "build-native.mjs")], {
    encoding: "utf8",
    env: { PATH: "/nonexistent" },
  });
}

describe("build-native.mjs", () => {
  it("says what to install where there is no compiler", () => {
    const { status, stderr } = buildWithoutCompiler();
    expect(status).toBe(1);
    expect(stderr).toMatch(/no C compiler found .*\n.*apt-get install gcc libc6-dev/);
  });

  it("compiles, leaves a fresh result alone with --if-stale, and keeps it where there is no compiler", () => {
    expect(build("--if-stale")).toMatchObject({ status: 0, stderr: "" });
    const built = statSync(target).mtimeMs;
    expect(build("--if-stale").status).toBe(0);
    expect(statSync(target).mtimeMs).toBe(built);
    const { status, stderr } = buildWithoutCompiler();
    expect({ status, exists: existsSync(target) }).toEqual({ status: 0, exists: true });
    expect(stderr).toContain("keeping the existing");
  });

  it("fails with the compiler's words and leaves the old result in place", () => {
    writeFileSync(join(copy, "native", "addon.h"), "#error broken on purpose\n");
    const { status, stderr } = build("--if-stale");
    expect(status).toBe(1);
    expect(stderr).toContain("broken on purpose");
    expect(existsSync(target)).toBe(true);
  });
});
