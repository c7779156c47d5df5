import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/fmt.ts";
import { unifiedDiff } from "../../src/cli/unified-diff.ts";

let folder = "";
const path = (name: string): string => join(folder, name);
const write = (name: string, text: string | Buffer): string => {
  writeFileSync(path(name), text);
  return path(name);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "locum-fmt-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs the command and gathers what it writes, byte by byte. */
async function gather(argv: readonly string[]) {
  const written = { out: Buffer.alloc(0), err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out = Buffer.concat([written.out, Buffer.from(text)]);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const code = await run(argv);
  vi.restoreAllMocks();
  return { code, out: written.out.toString("latin1"), err: written.err };
}

const crooked = "a {\n\tb   c\n}\n";
const straight = "a {\n    b c\n}\n";

describe("locum fmt", () => {
  it("prints the result and leaves the file alone", async () => {
    const file = write("a.conf", crooked);
    expect(await gather([file])).toEqual({ code: 0, out: straight, err: "" });
    expect(readFileSync(file, "utf8")).toBe(crooked);
  });

  it("--check names what is not in shape", async () => {
    const [a, b] = [write("a.conf", crooked), write("b.conf", straight)];
    expect(await gather(["--check", a, b])).toEqual({ code: 1, out: `${a}\n`, err: "" });
    expect(await gather(["--check", b])).toEqual({ code: 0, out: "", err: "" });
  });

  it("--diff shows a patch", async () => {
    const file = write("a.conf", crooked);
    const { code, out } = await gather(["--diff", file]);
    expect(code).toBe(0);
    expect(out).toBe(`--- ${file}\n+++ ${file}\n@@ -1,3 +1,3 @@\n a {\n-\tb   c\n+    b c\n }\n`);
  });

  it("--write keeps mode and link, and leaves nothing else behind", async () => {
    const file = write("a.conf", crooked);
    chmodSync(file, 0o640);
    symlinkSync("a.conf", path("link.conf"));
    expect(await gather(["--write", path("link.conf")])).toEqual({
      code: 0,
      out: `${path("link.conf")}\n`,
      err: "",
    });
    expect(readFileSync(file, "utf8")).toBe(straight);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(lstatSync(path("link.conf")).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder)).toEqual(["a.conf", "link.conf"]);
  });

  it("--write does not touch a file that is in shape", async () => {
    const file = write("a.conf", straight);
    const before = statSync(file);
    expect(await gather(["--write", file])).toEqual({ code: 0, out: "", err: "" });
    expect(statSync(file).ino).toBe(before.ino);
  });

  it("brings bytes that are no UTF-8 through", async () => {
    const file = write("a.conf", Buffer.from("a   \xff\xa0\xe9 # \xfc\n", "latin1"));
    expect((await gather([file])).out).toBe("a \xff\xa0\xe9 # \xfc\n");
  });

  it("refuses a broken file, shows where it breaks, and goes on with the next", async () => {
    const [bad, good] = [write("bad.conf", 'a "\n'), write("good.conf", crooked)];
    const { code, out, err } = await gather(["--write", bad, good]);
    expect([code, out]).toEqual([2, `${good}\n`]);
    expect(err).toContain(`--> ${bad}:1:3`);
    expect(err).toContain("stays as it is; mend this first");
    expect(readFileSync(bad, "utf8")).toBe('a "\n');
  });

  it.each([
    ["no such file", ["/nonexistent/x.conf"], "cannot read /nonexistent/x.conf: there is no such file"],
    ["a directory", [tmpdir()], "it is a directory; name its files"],
    ["no argument", [], "missing required argument"],
    ["standard input to be written back", ["-w", "-"], "cannot be written back"],
    ["two things at once", ["-w", "--check", "x"], "cannot be used with"],
  ])("says one clear thing of %s", async (_what, argv, message) => {
    const { code, err } = await gather(argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it("explains its exit codes", async () => {
    const { code, out } = await gather(["--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(/Exit codes:\n {2}0 /);
  });
});

describe("a patch", () => {
  const lines = (...numbers: readonly (number | string)[]): string =>
    numbers.map((each) => `${each}\n`).join("");
  const diff = (before: string, after: string): string[] =>
    unifiedDiff({ file: "f", before, after }).split("\n").slice(2, -1);

  it("is empty when nothing changed", () => {
    expect(unifiedDiff({ file: "f", before: "a\n", after: "a\n" })).toBe("");
  });

  it("has a hunk for each change that stands far from the others", () => {
    const before = lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    const after = lines("one", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13);
    expect(diff(before, after)).toEqual(
      "@@ -1,4 +1,4 @@|-1|+one| 2| 3| 4|@@ -9,5 +9,4 @@| 9| 10| 11|-12| 13".split("|"),
    );
  });

  it("joins changes that stand near one another", () => {
    expect(diff(lines(1, 2, 3, 4), lines("x", 2, 3, "y"))).toEqual(
      "@@ -1,4 +1,4 @@|-1|+x| 2| 3|-4|+y".split("|"),
    );
  });

  it("tells of a last line without end", () => {
    expect(diff("a", "a\n")).toEqual(["@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a"]);
    expect(diff("", "a\n")).toEqual(["@@ -0,0 +1 @@", "+a"]);
  });
});
