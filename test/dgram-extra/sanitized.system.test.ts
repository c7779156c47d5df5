import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/require.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const checks = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const sanitizers = ["libasan.so", "libubsan.so"];

describeWith({ title: "the addon under the compiler's sanitizers", needs: ["cc"] }, () => {
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  // Of the environment only this, for the inner run is no part of the run that this is in.
  const run = (command: string, words: readonly string[], env: Readonly<Record<string, string>>) =>
    spawnSync(command, words, { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH, ...env } });

  beforeAll(() => {
    for (const name of ["src", "test", "package.json", "tsconfig.base.json", "vitest.config.ts"]) {
      cpSync(join(repository, name), join(folder, name), {
        recursive: true,
        filter: (path) => !/\/(dist|build)$/.test(path),
      });
    }
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    const { status, stderr } = run(process.execPath, ["src/dgram-extra/build-native.mjs"], {
      CC: `gcc ${checks.join(" ")}`,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("reads and writes nothing beside its memory in any of its fast tests", () => {
    const libraries = sanitizers.map((name) =>
      spawnSync("gcc", [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim(),
    );
    const inner = ["node_modules/vitest/vitest.mjs", "run", "--project", "fast", "test/dgram-extra"];
    const { status, stdout, stderr } = run(process.execPath, inner, {
      LD_PRELOAD: libraries.join(":"),
      // What Node itself never gives back is not ours.
      ASAN_OPTIONS: "detect_leaks=0",
    });
    expect(stderr).not.toMatch(/Sanitizer|runtime error/);
    expect(stdout).toMatch(/Test Files .*\d+ passed/);
    expect(status).toBe(0);
  });
});
