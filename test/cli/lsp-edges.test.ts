import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic as ProtocolDiagnostic } from "vscode-languageserver-protocol";
import { changesOf, diagnosticOf, pathOf, uriOf } from "../../src/cli/lsp/convert.ts";
import { Findings } from "../../src/cli/lsp/findings.ts";
import { MessageFrames } from "../../src/cli/lsp/message-frames.ts";
import { overlayReader } from "../../src/cli/lsp/overlay.ts";
import type { Diagnostic } from "../../src/conf/diagnostic.ts";
import type { ReadConfig } from "../../src/conf/source.ts";

const frame = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** What comes out of the frames when these bytes arrive in these pieces. */
async function passed(
  bytes: Buffer,
  cuts: readonly number[],
): Promise<{ out: string; complaints: string[] }> {
  const complaints: string[] = [];
  const frames = new MessageFrames((what) => complaints.push(what));
  const out: Buffer[] = [];
  frames.on("data", (chunk: Buffer) => out.push(chunk));
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    frames.write(bytes.subarray(from, place));
    from = place;
  }
  await new Promise((resolve) => frames.end(resolve));
  return { out: Buffer.concat(out).toString(), complaints };
}

describe("message frames", () => {
  it("let messages through however they are cut, and drop what is none", async () => {
    const bodies = fc.array(fc.constantFrom("{}", '{"a":"\u00e9"}', "", '{"long":"xxxxxxxxxxxxxxxx"}'), {
      maxLength: 5,
    });
    const bad = fc.constantFrom(
      "",
      "garbage\r\n\r\n",
      "Content-Length: many\r\n\r\n",
      "Content-Length: 99999999999\r\n\r\n",
    );
    await fc.assert(
      fc.asyncProperty(bodies, bad, fc.array(fc.nat(200), { maxLength: 8 }), async (messages, junk, cuts) => {
        const bytes = Buffer.from(messages.map((body) => junk + frame(body)).join(""));
        const { out, complaints } = await passed(bytes, cuts);
        expect(out).toBe(messages.map(frame).join(""));
        expect(complaints).toHaveLength(junk === "" ? 0 : messages.length);
      }),
      { numRuns: 300 },
    );
  });

  it("read a header with other fields, in any case", async () => {
    const bytes = Buffer.from("content-length: 2\r\nContent-Type: x; charset=utf-8\r\n\r\n{}");
    expect((await passed(bytes, [])).out).toBe(frame("{}"));
  });

  it("keep no endless header", async () => {
    const { out, complaints } = await passed(
      Buffer.concat([Buffer.alloc(40_000, "x"), Buffer.from(`\r\n\r\n${frame("{}")}`)]),
      [20_000],
    );
    expect(out).toBe(frame("{}"));
    expect(complaints.length).toBeGreaterThan(0);
  });
});

describe("reading with unsaved texts", () => {
  const onDisk: Readonly<Record<string, string>> = { "/e/a.conf": "disk a", "/e/b.conf": "disk b" };
  const disk: ReadConfig = (pattern) =>
    Object.keys(onDisk)
      .filter((path) => (pattern.includes("*") ? path.endsWith(".conf") : path === pattern))
      .map((path) => ({ kind: "file", path, text: onDisk[path] ?? "" }));
  const read = overlayReader(
    new Map([
      ["/e/a.conf", "open a"],
      ["/e/new.conf", "open new"],
      ["/e/.x.conf", ""],
    ]),
    disk,
  );
  const texts = (pattern: string, directory = ""): readonly string[] =>
    read(pattern, directory).map((found) => (found.kind === "file" ? found.text : found.reason));

  it.each([
    ["an open file", "/e/a.conf", "", ["open a"]],
    ["a file on the disk", "/e/b.conf", "", ["disk b"]],
    ["a file that is not saved yet, relative", "new.conf", "/e/", ["open new"]],
    ["a path with detours", "../e/a.conf", "/e/", ["open a"]],
    ["a pattern: both, in order, hidden ones left out", "*.conf", "/e/", ["open a", "disk b", "open new"]],
    ["a name with escaped signs", "/e/\\a.conf", "", ["open a"]],
  ])("finds %s", (_what, pattern, directory, wanted) => {
    expect(texts(pattern, directory)).toEqual(wanted);
  });
});

const found = (file: string, line: number): Diagnostic => ({
  code: "x",
  severity: "warning",
  message: "m",
  span: { file, line, column: 1, endColumn: 1 },
  related: [],
});

describe("publishing findings", () => {
  function outlet(open: readonly string[]) {
    const published: string[] = [];
    const findings = new Findings({
      isOpen: (path) => open.includes(path),
      lineLength: () => 7,
      publish: (path: string, diagnostics: ProtocolDiagnostic[]) => {
        published.push(`${path}: ${diagnostics.map((each) => each.range.start.line + 1).join(",")}`);
      },
    });
    const take = (root: string, files: readonly string[], diagnostics: readonly Diagnostic[]): string[] => {
      published.length = 0;
      findings.replace({ root, files, diagnostics });
      return [...published];
    };
    return { findings, published, take };
  }

  it("tells an open document even that nothing is wrong, and a file that is not open only when something is", () => {
    const { take } = outlet(["a"]);
    expect(take("a", ["a", "b"], [])).toEqual(["a: "]);
    expect(take("a", ["a", "b"], [found("b", 3)])).toEqual(["b: 3"]);
    expect(take("a", ["a", "b"], [found("b", 3)])).toEqual([]);
    expect(take("a", ["a"], [])).toEqual(["b: "]);
  });

  it("tells a finding of two configurations once, and of no configuration not at all", () => {
    const { take, findings, published } = outlet(["a", "b"]);
    take("a", ["a", "part"], [found("part", 1)]);
    expect(take("b", ["b", "part"], [found("part", 1), found("part", 2)])).toEqual(["b: ", "part: 1,2"]);
    published.length = 0;
    findings.keepOnly(["a"]);
    expect(published).toEqual(["part: 1"]);
  });

  it("shows a finding about no file of the configuration with the main one", () => {
    const { findings, take } = outlet(["a"]);
    expect(take("a", ["a"], [found("elsewhere", 0)])).toEqual(["a: 1"]);
    expect(findings.of("a")).toHaveLength(1);
  });

  it("underlines the whole line where a finding has no columns", () => {
    expect(diagnosticOf(found("a", 3), () => 7).range).toEqual({
      start: { line: 2, character: 0 },
      end: { line: 2, character: 7 },
    });
  });
});

describe("paths and URIs", () => {
  it.each(["/tmp/a b/\u00e9#1.conf", "untitled:Untitled-1", "/"])("lead back and forth: %s", (path) => {
    expect(pathOf(uriOf(path))).toBe(path);
  });

  it("drop a line that an edit leaves empty, with its end when it has one", () => {
    const lines = ["a", "  # c", "b # c"];
    const text = (_path: string, line: number): string | undefined => lines[line - 1];
    const edit = (line: number, column: number, endColumn: number) => {
      const span = { file: "/x", line, column, endColumn };
      return changesOf([{ span, text: "", dropsLine: true }], text)["file:///x"]?.[0]?.range;
    };
    expect(edit(2, 3, 6)).toEqual({ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } });
    expect(edit(3, 3, 6)).toEqual({ start: { line: 2, character: 1 }, end: { line: 2, character: 5 } });
    expect(edit(3, 1, 6)).toEqual({ start: { line: 2, character: 0 }, end: { line: 2, character: 5 } });
  });
});
