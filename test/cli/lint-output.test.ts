import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/lint.ts";
import { githubOutput } from "../../src/cli/lint-output/github-output.ts";
import type { LintReport } from "../../src/cli/lint-output/lint-report.ts";
import { sarifOutput } from "../../src/cli/lint-output/sarif-output.ts";
import type { Diagnostic } from "../../src/conf/diagnostic.ts";
import { everyPage } from "../../src/conf/pages/every-page.ts";
import { instance } from "../../src/conf/rules/example.ts";
import { sarifFaults } from "./sarif-faults.ts";

let folder = "";
const path = (name: string): string => join(folder, name);
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "locum-lint-output-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs `locum lint` and gathers what it writes. */
async function lint(...argv: readonly string[]) {
  const written = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const code = await run(argv);
  vi.restoreAllMocks();
  return { code, ...written };
}

function write(name: string, text: string | Buffer): string {
  writeFileSync(path(name), text);
  chmodSync(path(name), 0o640);
  return path(name);
}

const found: Diagnostic = {
  code: "owner-priority",
  severity: "hint",
  message: "50% of it: a, b\nc",
  help: "x",
  span: { file: "con:f,1.conf", line: 3, column: 2, endColumn: 5 },
  related: [],
};
const report = (...diagnostics: readonly Diagnostic[]): LintReport => ({
  files: ["a.conf"],
  diagnostics,
  texts: new Map(),
});

describe("--format github", () => {
  it("writes one command a line, with the signs escaped that would end it", () => {
    expect(githubOutput(report(found))).toBe(
      "::notice file=con%3Af%2C1.conf,line=3,endLine=3,col=2,endColumn=5,title=owner-priority::50%25 of it: a, b%0Ac%0Ahelp: x\n" +
        "locum lint: 1 file: 1 hint\n",
    );
  });

  it("names the file alone where there is no line", () => {
    const whole = { ...found, severity: "error" as const, span: { ...found.span, file: "f", line: 0 } };
    expect(githubOutput(report(whole))).toMatch(/^::error file=f,title=owner-priority::/);
  });
});

describe("--format sarif", () => {
  const pages = everyPage();

  it("keeps the schema for every finding there is, with fixes and related places", async () => {
    const all = [...pages.values()].map(({ code, severity }): Diagnostic => ({ ...found, code, severity }));
    const related = [{ message: "there", span: { ...found.span, file: "/etc/a b.conf" } }];
    const fix = { title: "t", edits: [{ span: found.span, text: "" }], safe: true as const };
    const log: unknown = JSON.parse(
      sarifOutput(report(...all, { ...found, code: "unheard-of" }, { ...found, related, fix }), pages),
    );
    expect(sarifFaults(log)).toEqual([]);
  });

  it("keeps the schema for a real run, also with nothing found", async () => {
    const bad = await lint("--format", "sarif", write("bad.conf", instance("garp_master_repeat 0", "bogus")));
    expect(bad.code).toBe(1);
    expect(sarifFaults(JSON.parse(bad.out))).toEqual([]);
    expect(bad.out).toContain('"ruleId": "unknown-keyword"');
    const good = await lint("--format", "sarif", write("good.conf", instance()));
    expect([good.code, sarifFaults(JSON.parse(good.out))]).toEqual([0, []]);
  });

  it("is refused by the check when it is broken", () => {
    const log = JSON.parse(sarifOutput(report(found), pages));
    log.runs[0].results[0].ruleIndex = 7;
    log.runs[0].results[0].level = "hint";
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    expect(sarifFaults(log)).toHaveLength(3);
  });
});

describe("a password", () => {
  it.each(["text", "json", "sarif", "github"])("is not printed as %s", async (format) => {
    const text = instance("authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz99\n    }");
    const { out } = await lint("--format", format, write("secret.conf", text));
    expect(out).toContain("auth-pass-too-long");
    expect(out).not.toContain("k8Vq");
  });
});

describe("--fix", () => {
  it("mends what is safe, keeps every other byte and the mode, and says so", async () => {
    const head = Buffer.from("# caf\xe9 \xff\r\n", "latin1");
    const tail = Buffer.from(" # \xfcber\n", "latin1");
    const text = instance("garp_master_repeat 0");
    const file = write("mend.conf", Buffer.concat([head, Buffer.from(text), tail]));
    const { code, out } = await lint("--fix", file);
    expect(code).toBe(0);
    expect(out).toBe(`${file}: 1 fix applied\n${file}: nothing to complain about\n`);
    const wanted = Buffer.concat([head, Buffer.from(text.replace("repeat 0", "repeat 1")), tail]);
    expect(readFileSync(file).equals(wanted)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it("mends included files too, and leaves a file alone that needs nothing", async () => {
    write("part.conf", instance("advert_int 1 second"));
    const main = write("main.conf", "include part.conf\n");
    const before = statSync(main).ino;
    const { out } = await lint("--fix", main);
    expect(out).toContain("part.conf: 1 fix applied");
    expect(readFileSync(path("part.conf"), "utf8")).toBe(instance("advert_int 1"));
    expect(statSync(main).ino).toBe(before);
  });

  it("counts columns in characters that take several bytes", async () => {
    const file = write(
      "wide.conf",
      `vrrp_instance web { # \u00fc\u{1f600}\n${instance("advert_int 1 \u00fcb").slice(20)}`,
    );
    await lint("--fix", file);
    expect(readFileSync(file, "utf8")).toContain("advert_int 1\n");
  });
});

describe("whose judgement", () => {
  it("--compat 2.2.7 tells only what that release finds, and fails where it does", async () => {
    const file = write("judge.conf", instance("priority 255", "garp_master_repeat 0"));
    const old = await lint("--compat", "2.2.7", "--format", "json", file);
    const codes = (JSON.parse(old.out) as { diagnostics: { code: string }[] }).diagnostics.map(
      ({ code }) => code,
    );
    expect([old.code, codes]).toEqual([1, ["zero-becomes-one"]]);
    expect((await lint(file)).code).toBe(0);
    const clean = await lint("--compat", "2.2.7", write("old.conf", instance("priority 255")));
    expect([clean.code, clean.out]).toEqual([0, `${path("old.conf")}: nothing to complain about\n`]);
  });

  it("--fail-on says what counts", async () => {
    const file = write("hint.conf", instance("priority 255"));
    expect((await lint(file)).code).toBe(0);
    expect((await lint("--fail-on", "warning", file)).code).toBe(0);
    expect((await lint("--fail-on", "hint", file)).code).toBe(1);
  });
});

describe("--pair", () => {
  it.each(["lvs-dr", "lvs-nat", "nginx-vip"])("has nothing to say of examples/%s", async (name) => {
    const { code, out } = await lint("--pair", `${examples}${name}/a.conf`, `${examples}${name}/b.conf`);
    expect([code, out]).toEqual([0, "2 files: nothing to complain about\n"]);
  });

  it("reads one file as either director", async () => {
    const text = instance("@A priority 100", "@B priority 100").replace("    priority 100\n", "");
    const file = write("both.conf", text);
    const { code, out } = await lint("--pair", "-i", "A,B", "--format", "json", file);
    const { diagnostics } = JSON.parse(out) as { diagnostics: Diagnostic[] };
    expect(diagnostics.map((each) => each.code)).toEqual(["pair-equal-priority"]);
    expect(code).toBe(0);
    expect((await lint("--pair", "-i", "A", "-i", "B", file)).out).toContain("pair-equal-priority");
  });

  it("fails when they would not work together, in every format", async () => {
    const [a, b] = [write("a.conf", instance()), write("b.conf", instance("priority 90", "advert_int 2"))];
    for (const format of ["text", "json", "sarif", "github"]) {
      const { code, out } = await lint("--pair", "--format", format, a, b);
      expect([format, code, out.includes("pair-interval")]).toEqual([format, 1, true]);
    }
  });
});

describe("about rules", () => {
  it("--list-rules names them all", async () => {
    const { code, out } = await lint("--list-rules");
    expect([code, out.split("\n").length - 1]).toEqual([0, everyPage().size]);
  });

  it("--explain prints the page", async () => {
    const { code, out } = await lint("--explain", "pair-interval");
    expect(code).toBe(0);
    expect(out).toBe(
      readFileSync(fileURLToPath(new URL("../../docs/rules/pair-interval.md", import.meta.url)), "utf8"),
    );
  });
});
