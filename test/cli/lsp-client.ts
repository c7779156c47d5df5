import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "vitest";
import { StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  type Position,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type Range,
  ShutdownRequest,
} from "vscode-languageserver-protocol/node";
import { eventually } from "../support/eventually.ts";

const program = fileURLToPath(new URL("../../bin/locum", import.meta.url));

const NOTHING_TOLD = "nothing was told";
const LOOKED_AT = new Set([
  NOTHING_TOLD,
  "unknown-keyword",
  "unknown-script",
  "unused-script",
  "unused-suppression",
]);

/** An editor: a `locum lsp` process and the client library of the protocol's authors. */
export class LspClient {
  readonly process: ChildProcessWithoutNullStreams;
  readonly connection: ProtocolConnection;
  /** The findings told last, by URI. */
  readonly findings = new Map<string, readonly Diagnostic[]>();
  /** How often findings were told, by URI. */
  readonly told = new Map<string, number>();
  #complaints = "";
  readonly #versions = new Map<string, number>();

  constructor(argv: readonly string[] = []) {
    this.process = spawn(process.execPath, [program, "lsp", "-i", "host", ...argv], { stdio: "pipe" });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints += text;
    });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.process.stdout),
      new StreamMessageWriter(this.process.stdin),
    );
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.findings.set(uri, diagnostics);
      this.told.set(uri, (this.told.get(uri) ?? 0) + 1);
    });
    this.connection.onNotification(LogMessageNotification.type, ({ message }) => {
      this.#complaints += `${message}\n`;
    });
    this.connection.listen();
  }

  /** What the server wrote on standard error, and what it told the editor to log. */
  get complaints(): string {
    return this.#complaints;
  }

  async initialize(
    capabilities: ClientCapabilities = {},
    initializationOptions: unknown = undefined,
  ): Promise<InitializeResult> {
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities,
      initializationOptions,
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return result;
  }

  async open(uri: string, text: string): Promise<void> {
    this.#versions.set(uri, 1);
    const textDocument = { uri, languageId: "keepalived", version: 1, text };
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  }

  /** Replaces a range, or without one the whole text. */
  async change(uri: string, text: string, range?: Range): Promise<void> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [range ? { range, text } : { text }],
    });
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  /**
   * Waits until the findings of a document, as `code@line` with lines from 1, are these. Findings of rules that these
   * tests are not about do not count, so that a new rule breaks nothing here.
   */
  async findingsAre(uri: string, wanted: readonly string[]): Promise<readonly Diagnostic[]> {
    const shown = (): string =>
      (this.findings.get(uri) ?? [{ code: NOTHING_TOLD, range: { start: { line: -1 } } }])
        .filter((each) => LOOKED_AT.has(String(each.code)))
        .map((each) => `${each.code}@${each.range.start.line + 1}`)
        .join(" ");
    await eventually(
      () => {
        expect(shown(), `findings of ${uri}; the server says: ${this.#complaints}`).toBe(wanted.join(" "));
        return true;
      },
      { within: 15_000 },
    );
    return this.findings.get(uri) ?? [];
  }

  /** Says shutdown and exit, as editors do, and gives the exit code. */
  async quit(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    return this.leave();
  }

  /** Says exit, and gives the exit code. */
  async leave(): Promise<number | null> {
    const ended = once(this.process, "exit");
    await this.connection.sendNotification(ExitNotification.type);
    const [code] = await ended;
    this.connection.dispose();
    return code as number | null;
  }
}

/** The URI of a path. */
export function uri(path: string): string {
  return pathToFileURL(path).href;
}

/** The text without its `|`, and the position where that stood. */
export function marked(text: string): { readonly text: string; readonly position: Position } {
  const at = text.indexOf("|");
  const before = text.slice(0, at).split("\n");
  const position = { line: before.length - 1, character: before[before.length - 1]?.length ?? 0 };
  return { text: text.slice(0, at) + text.slice(at + 1), position };
}
