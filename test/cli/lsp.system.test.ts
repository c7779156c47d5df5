import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  CodeActionRequest,
  type CompletionItem,
  CompletionRequest,
  DefinitionRequest,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  FileChangeType,
  FoldingRangeRequest,
  HoverRequest,
  type Location,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  type TextEdit,
} from "vscode-languageserver-protocol/node";
import { eventually } from "../support/eventually.ts";
import { LspClient, marked, uri } from "./lsp-client.ts";

const instance = (name: string, lines = ""): string =>
  `vrrp_instance ${name} {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n${lines}}\n`;

let folder = "";
let clients: LspClient[] = [];

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "locum-lsp-")));
  return () => rmSync(folder, { recursive: true });
});

afterEach(() => {
  for (const client of clients) client.process.kill();
  clients = [];
});

async function editor(...from: Parameters<LspClient["initialize"]>): Promise<LspClient> {
  const client = new LspClient();
  clients.push(client);
  await client.initialize(...from);
  return client;
}

/** A document's URI; with a text it is written to the disk. */
function document(name: string, text?: string): string {
  if (text !== undefined) writeFileSync(join(folder, name), text);
  return uri(join(folder, name));
}

/** Opens a text with a `|` and returns what a request about that place needs. */
async function openAt(client: LspClient, name: string, given: string) {
  const { text, position } = marked(given);
  const textDocument = { uri: document(name) };
  await client.open(textDocument.uri, text);
  return { textDocument, position };
}

/** A text after edits; they do not touch each other. */
function edited(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split("\n");
  const offset = ({ line, character }: { line: number; character: number }): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (all, { range, newText }) => all.slice(0, offset(range.start)) + newText + all.slice(offset(range.end)),
      text,
    );
}

describe("the life of the server", () => {
  it("says what it can do, and ends with 0 after shutdown and exit", async () => {
    const client = new LspClient();
    clients.push(client);
    const { capabilities, serverInfo } = await client.initialize();
    expect(serverInfo).toMatchObject({ name: "locum" });
    expect(capabilities).toMatchObject({
      hoverProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      renameProvider: { prepareProvider: true },
      documentFormattingProvider: true,
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      codeActionProvider: { codeActionKinds: ["quickfix", "source.fixAll.locum"] },
      completionProvider: {},
    });
    expect(await client.quit()).toBe(0);
    expect(client.complaints).toBe("");
  });

  it("ends with 1 when the editor leaves without shutdown, by exit or by closing the pipe", async () => {
    expect(await (await editor()).leave()).toBe(1);
    const client = await editor();
    const ended = once(client.process, "exit");
    client.process.stdin.end();
    expect((await ended)[0]).toBe(1);
  });

  it("survives messages that are none", async () => {
    const client = await editor();
    const raw = (body: string): void => {
      client.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    client.process.stdin.write("no header at all\r\n\r\n");
    client.process.stdin.write("Content-Type: application/json\r\n\r\n");
    client.process.stdin.write("Content-Length: many\r\n\r\n");
    raw("{ this is no JSON");
    raw('"a string"');
    raw('{"jsonrpc":"2.0","id":900,"method":"no/such"}');
    raw('{"jsonrpc":"2.0","id":901,"method":"textDocument/hover","params":{}}');
    raw('{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":17}}');
    raw('{"jsonrpc":"2.0","method":"textDocument/didChange","params":null}');
    const at = await openAt(client, "alive.conf", "vrrp_inst|ance V {\n}\n");
    expect(await client.connection.sendRequest(HoverRequest.type, at)).toMatchObject({
      contents: { kind: "markdown" },
    });
    expect(await client.quit()).toBe(0);
  });

  it("answers with nothing for documents it does not know", async () => {
    const client = await editor();
    const at = { textDocument: { uri: "file:///nowhere/x.conf" }, position: { line: 3, character: 4 } };
    expect(await client.connection.sendRequest(HoverRequest.type, at)).toBeNull();
    expect(await client.connection.sendRequest(CompletionRequest.type, at)).toEqual([]);
    expect(await client.connection.sendRequest(DefinitionRequest.type, at)).toEqual([]);
  });
});

describe("findings", () => {
  it("come while typing, only when they change, and go when the document is closed", async () => {
    const client = await editor();
    const name = document("typing.conf");
    await client.open(name, instance("V", "    prioritty 100\n"));
    const [found] = await client.findingsAre(name, ["unknown-keyword@7"]);
    expect(found).toMatchObject({
      severity: 1,
      source: "locum",
      range: { start: { character: 4 }, end: { character: 13 } },
    });
    expect(found?.message).toMatch(/priority/);
    const told = client.told.get(name);
    await client.change(name, "# a comment\n", {
      start: { line: 8, character: 0 },
      end: { line: 8, character: 0 },
    });
    await client.change(name, "priority", {
      start: { line: 6, character: 4 },
      end: { line: 6, character: 13 },
    });
    await client.findingsAre(name, []);
    expect(client.told.get(name)).toBe((told ?? 0) + 1);
    await client.change(name, "bogus\n");
    await client.findingsAre(name, ["unknown-keyword@1"]);
    await client.close(name);
    await client.findingsAre(name, []);
  });

  it("of a document that is in no file", async () => {
    const client = await editor();
    await client.open("untitled:Untitled-1", "bogus\n");
    await client.findingsAre("untitled:Untitled-1", ["unknown-keyword@1"]);
  });

  it("of included files: the open, unsaved text counts, then the disk", async () => {
    const client = await editor();
    const main = document("main.conf", "include part-*.conf\n");
    const part = document("part-1.conf", "vrrp_script s {\n    script /bin/true\n}\n");
    const unsaved = document("part-2.conf");
    await client.open(
      main,
      `include part-*.conf\n${instance("V", "    track_script {\n        s\n    }\n")}`,
    );
    await client.findingsAre(main, []);
    await client.open(part, "vrrp_script t {\n    script /bin/true\n}\n");
    await client.findingsAre(main, ["unknown-script@9"]);
    await client.findingsAre(part, ["unused-script@1"]);
    await client.open(unsaved, "vrrp_script s {\n    script /bin/true\n    bogus\n}\n");
    await client.findingsAre(unsaved, ["unknown-keyword@3"]);
    await client.findingsAre(main, []);
    await client.close(unsaved);
    await client.findingsAre(main, ["unknown-script@9"]);
    await client.findingsAre(unsaved, []);
    await client.close(part);
    await client.findingsAre(main, []);
    writeFileSync(join(folder, "part-1.conf"), "");
    await client.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: part, type: FileChangeType.Changed }],
    });
    await client.findingsAre(main, ["unknown-script@9"]);
  });

  it("of a part alone are those of the keepalived.conf that includes it", async () => {
    const client = await editor();
    mkdirSync(join(folder, "etc/conf.d"), { recursive: true });
    document("etc/keepalived.conf", "vrrp_instance V {\n    include conf.d/part.conf\n}\n");
    const part = document("etc/conf.d/part.conf");
    writeFileSync(join(folder, "etc/conf.d/part.conf"), "");
    await client.open(
      part,
      "interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n  192.0.2.1\n}\nrise 2\n",
    );
    await client.findingsAre(part, ["unknown-keyword@6"]);
  });

  it("follow the settings", async () => {
    const client = await editor({}, { configId: "left" });
    const name = document("settings.conf");
    await client.open(name, "@left bogus\n@right bogus\nvrrp_garp_extra_if 1\n");
    await eventually(() => client.findings.get(name)?.[0]?.range.start.line === 0, { within: 15_000 });
    await client.connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { locum: { configId: "right" } },
    });
    await eventually(() => client.findings.get(name)?.[0]?.range.start.line === 1, { within: 15_000 });
  });
});

describe("answers", () => {
  it("completion, with snippets for editors that know them", async () => {
    const client = await editor({
      textDocument: { completion: { completionItem: { snippetSupport: true } } },
    });
    const inside = await openAt(client, "completion.conf", "vrrp_instance V {\n    prio|\n");
    const found = (await client.connection.sendRequest(CompletionRequest.type, inside)) as CompletionItem[];
    expect(found.find((each) => each.label === "priority")).toMatchObject({
      documentation: { kind: "markdown" },
      textEdit: {
        newText: "priority",
        range: { start: { line: 1, character: 4 }, end: { line: 1, character: 8 } },
      },
    });
    expect(found.find((each) => each.label === "virtual_ipaddress")).toMatchObject({
      insertTextFormat: 2,
      textEdit: { newText: "virtual_ipaddress {\n\t$0\n}" },
    });
    const value = await openAt(client, "interfaces.conf", "vrrp_instance V {\n    interface |\n");
    const interfaces = (await client.connection.sendRequest(
      CompletionRequest.type,
      value,
    )) as CompletionItem[];
    expect(interfaces.map((each) => each.label)).toContain("lo");
    document("to-include.conf", "");
    const path = await openAt(client, "including.conf", "include to-|\n");
    const files = (await client.connection.sendRequest(CompletionRequest.type, path)) as CompletionItem[];
    expect(files.map((each) => each.label)).toContain("to-include.conf");
  });

  it("hover, symbols and folding", async () => {
    const client = await editor();
    const at = await openAt(client, "hover.conf", instance("V").replace("virtual_router", "virtual_rou|ter"));
    expect(await client.connection.sendRequest(HoverRequest.type, at)).toMatchObject({
      contents: { value: expect.stringContaining("virtual_router_id") },
      range: { start: { line: 2, character: 4 }, end: { line: 2, character: 21 } },
    });
    expect(await client.connection.sendRequest(DocumentSymbolRequest.type, at)).toMatchObject([
      { name: "vrrp_instance V", children: [{ name: "virtual_ipaddress" }] },
    ]);
    expect(await client.connection.sendRequest(FoldingRangeRequest.type, at)).toMatchObject([
      { startLine: 0, endLine: 5 },
      { startLine: 3, endLine: 4 },
    ]);
  });

  it("definitions, references and renaming, across files that are open or not", async () => {
    const client = await editor();
    const other = document("names-part.conf", "vrrp_sync_group G {\n    group {\n        V\n    }\n}\n");
    const at = await openAt(client, "names.conf", `include names-part.conf\n${instance("V|")}`);
    const here = at.textDocument.uri;
    const places = (await client.connection.sendRequest(ReferencesRequest.type, {
      ...at,
      context: { includeDeclaration: true },
    })) as Location[];
    expect(places.map((each) => `${each.uri}:${each.range.start.line}`)).toEqual([`${here}:1`, `${other}:2`]);
    expect(await client.connection.sendRequest(PrepareRenameRequest.type, at)).toMatchObject({
      placeholder: "V",
    });
    const edit = await client.connection.sendRequest(RenameRequest.type, { ...at, newName: "VI_1" });
    expect(Object.keys(edit?.changes ?? {})).toEqual([here, other]);
    expect(edit?.changes?.[other]).toEqual([
      { newText: "VI_1", range: { start: { line: 2, character: 8 }, end: { line: 2, character: 9 } } },
    ]);
    await expect(
      client.connection.sendRequest(RenameRequest.type, { ...at, newName: "a b" }),
    ).rejects.toThrow(/has a blank/);
    await client.open(other, "vrrp_sync_group G {\n    group { V }\n}\n");
    const use = { textDocument: { uri: other }, position: { line: 1, character: 13 } };
    expect(await client.connection.sendRequest(DefinitionRequest.type, use)).toMatchObject([{ uri: here }]);
  });

  it("formatting, and why it is refused", async () => {
    const client = await editor();
    const name = document("format.conf");
    const text = "vrrp_instance   V\n{\n interface eth0\n}\n";
    await client.open(name, text);
    const options = { textDocument: { uri: name }, options: { tabSize: 4, insertSpaces: true } };
    const edits = (await client.connection.sendRequest(DocumentFormattingRequest.type, options)) ?? [];
    expect(edited(text, edits)).toBe("vrrp_instance V {\n    interface eth0\n}\n");
    await client.change(name, "vrrp_instance V {\n");
    await expect(client.connection.sendRequest(DocumentFormattingRequest.type, options)).rejects.toThrow(
      /cannot format this document yet: line 1/,
    );
  });

  it("quick fixes for the findings of a line", async () => {
    const client = await editor();
    const name = document("fixes.conf");
    const text = "  bogus\n";
    await client.open(name, text);
    const diagnostics = await client.findingsAre(name, ["unknown-keyword@1"]);
    const range = { start: { line: 0, character: 3 }, end: { line: 0, character: 3 } };
    const params = { textDocument: { uri: name }, range, context: { diagnostics: [...diagnostics] } };
    const actions = (await client.connection.sendRequest(CodeActionRequest.type, params)) ?? [];
    const silence = actions.find((each) => each.title === "Turn off unknown-keyword for this line");
    const edits = silence && "edit" in silence ? (silence.edit?.changes?.[name] ?? []) : [];
    const after = edited(text, edits);
    expect(after).toBe("  # locum-disable-next-line unknown-keyword\n  bogus\n");
    await client.change(name, after);
    await client.findingsAre(name, []);
    const other = { ...params, context: { diagnostics: [], only: ["refactor"] } };
    expect(await client.connection.sendRequest(CodeActionRequest.type, other)).toEqual([]);
  });

  it("all safe fixes at once", async () => {
    const client = await editor();
    const name = document("fix-all.conf");
    const text = "# locum-disable no-such-rule\n# locum-disable unknown-keyword\nglobal_defs {\n}\n";
    await client.open(name, text);
    await client.findingsAre(name, ["unused-suppression@2"]);
    const actions =
      (await client.connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri: name },
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        context: { diagnostics: [], only: ["source.fixAll"] },
      })) ?? [];
    expect(actions.map((each) => each.title)).toEqual(["Apply all safe fixes of locum"]);
    const [action] = actions;
    const edits = action && "edit" in action ? (action.edit?.changes?.[name] ?? []) : [];
    expect(edited(text, edits)).toBe("# locum-disable no-such-rule\nglobal_defs {\n}\n");
  });
});

describe("a file of 60,000 lines", () => {
  it("answers completion after an edit", async () => {
    const client = await editor();
    const name = document("large.conf");
    const server = (index: number): string =>
      `virtual_server 10.${index >> 8}.${index & 255}.1 80 {\n${`    real_server 10.9.0.1 80 {\n        TCP_CHECK {\n            connect_timeout 3\n        }\n    }\n`.repeat(4)}    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    delay_loop 6\n}\n`;
    const text = Array.from({ length: 2_310 }, (_, index) => server(index)).join("");
    expect(text.split("\n").length).toBeGreaterThan(60_000);
    await client.open(name, text);
    const times: number[] = [];
    const ask = async (line: number, character: number): Promise<readonly string[]> => {
      const at = { textDocument: { uri: name }, position: { line, character } };
      const started = performance.now();
      const found = (await client.connection.sendRequest(CompletionRequest.type, at)) as CompletionItem[];
      times.push(performance.now() - started);
      return found.map((each) => each.label);
    };
    const lines = text.split("\n");
    const middle = lines.findIndex((line, index) => index > 30_000 && line.includes("connect_timeout"));
    const length = lines[middle]?.length ?? 0;
    await ask(middle, 0);
    for (const [at, letter] of [..."\nwarm"].entries()) {
      const place = at === 0 ? { line: middle, character: length } : { line: middle + 1, character: at - 1 };
      await client.change(name, letter, { start: place, end: place });
      expect(await ask(middle + 1, at)).toContain("warmup");
    }
    console.log(`completion in 60,000 lines, ms: ${times.map((time) => time.toFixed(0)).join(" ")}`);
    expect(await client.quit()).toBe(0);
  });
});
