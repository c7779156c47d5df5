import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { codeFrame, type FrameColors, printable } from "../../src/cli/code-frame.ts";
import { testConfiguration } from "../../src/cli/keepalived-test.ts";
import { run } from "../../src/cli/lint.ts";
import type { Diagnostic } from "../../src/conf/diagnostic.ts";
import { readConfig } from "../../src/linux/read-config.ts";

const plain = (text: string): string => text;
const colors: FrameColors = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain, green: plain };

const good =
  "vrrp_instance V {\n  interface eth0\n  virtual_router_id 51\n  priority 100\n  virtual_ipaddress {\n    192.0.2.1\n  }\n}\n";

let folder = "";
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "locum-lint-"));
  writeFileSync(path("good.conf"), good);
  writeFileSync(path("bad.conf"), good.replace("interface", "interfaze"));
  writeFileSync(path("program.conf"), good);
  chmodSync(path("program.conf"), 0o755);
  writeFileSync(path("odd [1].conf"), good);
});

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs a command and gathers what it writes. */
async function gather(command: () => Promise<number>) {
  const written = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const code = await command();
  vi.restoreAllMocks();
  return { code, ...written };
}

describe("locum lint", () => {
  it("is content with a good file", async () => {
    const { code, out } = await gather(() => run([path("good.conf")]));
    expect([code, out]).toEqual([0, `${path("good.conf")}: nothing to complain about\n`]);
  });

  it("shows the line and how to mend it", async () => {
    const { code, out } = await gather(() => run([path("bad.conf")]));
    expect(code).toBe(1);
    expect(out).toContain("error[unknown-keyword]: 'interfaze' is not a keyword in vrrp_instance");
    expect(out).toContain(`--> ${path("bad.conf")}:2:3`);
    expect(out).toContain("2 |   interfaze eth0");
    expect(out).toContain("  |   ^^^^^^^^^");
    expect(out).toContain("help: did you mean interface?");
    expect(out).toContain("2 errors");
  });

  it("prints data", async () => {
    const { code, out } = await gather(() => run(["--format", "json", path("good.conf"), path("bad.conf")]));
    const report = JSON.parse(out) as { files: string[]; diagnostics: Diagnostic[] };
    expect(code).toBe(1);
    expect(report.files).toEqual([path("good.conf"), path("bad.conf")]);
    expect(report.diagnostics[0]).toMatchObject({
      code: "unknown-keyword",
      span: { line: 2, column: 3, endColumn: 12 },
    });
  });

  it("reads a file whose name looks like a pattern", async () => {
    expect((await gather(() => run([path("odd [1].conf")]))).code).toBe(0);
  });

  it.each([
    ["no such file", ["/nonexistent/x.conf"], "cannot read /nonexistent/x.conf: there is no such file"],
    ["a directory", [tmpdir()], "it is a directory; name its files"],
    ["no argument", [], "no file is named"],
    [
      "an unknown format",
      ["--format", "xml", "x"],
      "--format is 'xml', but it must be one of text, json, sarif, github",
    ],
    ["an unknown option", ["--pear", "x"], "there is no option --pear; did you mean --pair?"],
    ["an option without its value", ["x", "--format"], "--format"],
    [
      "a pair of one",
      ["--pair", "x"],
      "there is 1 file and 0 identities: name two files, or one file and -i A,B",
    ],
    ["mending for an old release", ["--fix", "--compat", "2.2.7", "x"], "do not go together"],
    ["a rule that does not exist", ["--explain", "owner-priorty"], "did you mean owner-priority?"],
  ])("says one clear thing of %s", async (_what, argv, message) => {
    const { code, err } = await gather(() => run(argv));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it("explains its exit codes", async () => {
    const { code, out } = await gather(() => run(["--help"]));
    expect(code).toBe(0);
    expect(out).toMatch(/Exit codes:\n {2}0 /);
  });
});

describe("a code frame", () => {
  const found = (column: number, endColumn: number): Diagnostic => ({
    code: "x",
    severity: "warning",
    message: "m",
    span: { file: "f", line: 1, column, endColumn },
    related: [],
  });
  const draw = (line: string, diagnostic: Diagnostic): string[] =>
    codeFrame(diagnostic, { colors, linesOf: () => [line] })
      .split("\n")
      .slice(3);

  it("puts the caret under what is meant, also after a tab", () => {
    expect(draw("\ta bc", found(4, 6))).toEqual(["1 |     a bc", "  |       ^^"]);
  });

  it("underlines the whole text when the span has no width", () => {
    expect(draw("  a b ", found(1, 1))).toEqual(["1 |   a b ", "  |   ^^^"]);
  });

  it("cuts a long line around the place", () => {
    const [line, underline] = draw(`${"x".repeat(500)}HERE${"y".repeat(500)}`, found(501, 505));
    expect(line?.length).toBeLessThan(140);
    expect(underline?.indexOf("^")).toBe(line?.indexOf("HERE"));
  });

  it("lets no control character through to the terminal", () => {
    expect(printable("a\u001b[31mb\u0007\tc")).toBe("a\u00b7[31mb\u00b7    c");
  });
});

describe("reading from the disk", () => {
  it("takes a pattern, in order, and skips programs and folders", () => {
    expect(readConfig("*.conf", `${folder}/`).map((file) => [file.kind, file.path])).toEqual([
      ["file", path("bad.conf")],
      ["file", path("good.conf")],
      ["file", path("odd [1].conf")],
      ["skipped", path("program.conf")],
    ]);
    expect(readConfig(folder, "")).toEqual([{ kind: "skipped", path: folder, reason: "directory" }]);
    expect(readConfig(path("none*"), "")).toEqual([]);
  });
});

describe("keepalived -t", () => {
  const host = { interfaces: ["lo", "eth0"] };
  const ask = (file: string, rest = {}) =>
    gather(() => testConfiguration({ file, configId: "x", allConfig: false, host, ...rest }));

  it("is silent about a good file", async () => {
    expect(await ask(path("good.conf"))).toEqual({ code: 0, out: "", err: "" });
  });

  it("speaks as keepalived does", async () => {
    const file = path("bad.conf");
    expect(await ask(file)).toEqual({
      code: 5,
      out: "",
      err: `(${file}: Line 2) Unknown keyword 'interfaze'\n(V) Unknown interface!\n`,
    });
  });

  it.each([
    ["a missing file", "/nonexistent/x.conf", false, 0, "Config files missing '/nonexistent/x.conf'.\n"],
    [
      "a missing file that must be there",
      "/nonexistent/x.conf",
      true,
      4,
      "Config files missing '/nonexistent/x.conf'.\n",
    ],
  ])("%s", async (_what, file, allConfig, code, err) => {
    expect(await ask(file, { allConfig })).toEqual({ code, out: "", err });
  });

  it("says when the log file cannot be opened", async () => {
    const { code, err } = await ask(path("good.conf"), { logFile: "/nonexistent/log" });
    expect([code, err]).toEqual([
      1,
      "Unable to open config-test log file /nonexistent/log 2 - No such file or directory\n",
    ]);
  });
});
