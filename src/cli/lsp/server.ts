import { readdirSync } from "node:fs";
import {
  type Connection,
  DidChangeConfigurationNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Result } from "../../base/result.ts";
import type { Surroundings } from "../../conf/features/completion.ts";
import { hostFacts } from "../../linux/host-facts.ts";
import { VERSION } from "../version.ts";
import { Answers, FIX_ALL } from "./answers.ts";
import { pathOf, uriOf } from "./convert.ts";
import type { DiagnoseSettings } from "./diagnose.ts";
import { Diagnoser } from "./diagnoser.ts";
import { Findings } from "./findings.ts";
import { Workspace } from "./workspace.ts";

/** How long typing has to pause before a configuration is looked at, in milliseconds. */
const PAUSE = 200;

/** The language server: hands what a client says to the workspace, and its questions to `Answers`. */
export class LanguageServer {
  readonly #connection: Connection;
  readonly #documents = new TextDocuments(TextDocument);
  readonly #workspace = new Workspace();
  readonly #answers = new Answers(this.#workspace);
  readonly #diagnoser: Diagnoser;
  readonly #findings: Findings;
  readonly #given: DiagnoseSettings;
  #settings: DiagnoseSettings;
  #client = { snippets: false, configuration: false, registersConfiguration: false };
  /** Counts changes, so that findings about texts that are no more are not published. */
  #changes = 0;
  #alarm: NodeJS.Timeout | undefined;

  constructor(connection: Connection, settings: DiagnoseSettings) {
    this.#connection = connection;
    this.#given = settings;
    this.#settings = settings;
    let askedAt = 0;
    this.#diagnoser = new Diagnoser({
      found: (reply) => {
        if (askedAt === this.#changes) this.#findings.replace(reply);
        else this.#lookSoon();
      },
      failed: (root, message) =>
        connection.console.error(
          `cannot tell what is wrong with ${root}: the thread that looks failed: ${message}`,
        ),
      asked: () => {
        askedAt = this.#changes;
      },
    });
    this.#findings = new Findings({
      isOpen: (path) => this.#workspace.buffers.has(path),
      lineLength: (path, line) => this.#lineLength(path, line),
      publish: (path, diagnostics) => {
        const document = this.#documentAt(path);
        const version = document ? { version: document.version } : {};
        void connection.sendDiagnostics({ uri: document?.uri ?? uriOf(path), diagnostics, ...version });
      },
    });
  }

  /** Begins to listen. */
  start(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => {
      if (this.#client.registersConfiguration)
        void connection.client.register(DidChangeConfigurationNotification.type, { section: "locum" });
      void this.#readSettings();
    });
    connection.onDidChangeConfiguration(({ settings }) => {
      if (this.#client.configuration) void this.#readSettings();
      else this.#take((settings as { locum?: unknown } | null)?.locum);
    });
    connection.onDidChangeWatchedFiles(() => {
      this.#workspace.forgetDisk();
      this.#changed();
    });
    this.#followDocuments();
    this.#answerQuestions();
    this.#answerEdits();
    this.#documents.listen(connection);
    connection.listen();
  }

  #initialize(params: InitializeParams): InitializeResult {
    const { textDocument, workspace } = params.capabilities;
    this.#client = {
      snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
      configuration: workspace?.configuration === true,
      registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    };
    this.#take(params.initializationOptions);
    return {
      serverInfo: { name: "locum", version: VERSION },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: ["$", "{", "/", "@", " "] },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        documentFormattingProvider: true,
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        codeActionProvider: { codeActionKinds: ["quickfix", FIX_ALL] },
      },
    };
  }

  #followDocuments(): void {
    this.#documents.onDidChangeContent(({ document }) => {
      this.#workspace.set(pathOf(document.uri), document.getText());
      this.#changed();
    });
    this.#documents.onDidSave(() => {
      this.#workspace.forgetDisk();
      this.#changed();
    });
    this.#documents.onDidClose(({ document }) => {
      this.#workspace.delete(pathOf(document.uri));
      this.#changed();
    });
  }

  #answerQuestions(): void {
    const connection = this.#connection;
    const asked = (params: {
      textDocument: { uri: string };
      position: { line: number; character: number };
    }) => ({
      uri: params.textDocument.uri,
      position: params.position,
    });
    connection.onCompletion((params) =>
      this.#answers.completion(asked(params), {
        snippets: this.#client.snippets,
        surroundings: surroundings(),
      }),
    );
    connection.onHover((params) => this.#answers.hover(asked(params)) ?? null);
    connection.onDefinition((params) => this.#answers.definition(asked(params)));
    connection.onReferences((params) =>
      this.#answers.references(asked(params), params.context.includeDeclaration),
    );
    connection.onDocumentSymbol(({ textDocument }) => this.#answers.symbols(textDocument.uri));
    connection.onFoldingRanges(({ textDocument }) => this.#answers.folding(textDocument.uri));
    connection.onPrepareRename((params) => orError(this.#answers.prepareRename(asked(params))));
    connection.onRenameRequest((params) => orError(this.#answers.rename(asked(params), params.newName)));
  }

  #answerEdits(): void {
    this.#connection.onDocumentFormatting(({ textDocument }) =>
      orError(this.#answers.formatting(textDocument.uri)),
    );
    this.#connection.onCodeAction((params) => {
      const path = pathOf(params.textDocument.uri);
      return this.#answers.codeActions(params, this.#upToDate ? this.#findings.of(path) : []);
    });
  }

  /** False between a change and the findings about it, when the places of the old ones may be wrong. */
  get #upToDate(): boolean {
    return this.#alarm === undefined && !this.#diagnoser.busy;
  }

  #changed(): void {
    this.#changes++;
    this.#lookSoon();
  }

  #lookSoon(): void {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => {
      this.#alarm = undefined;
      this.#look();
    }, PAUSE);
  }

  #look(): void {
    const roots = this.#workspace.roots();
    this.#findings.keepOnly(roots);
    for (const root of roots) {
      this.#diagnoser.ask(root, () => {
        const { buffers } = this.#workspace;
        return { root, buffers: [...buffers], settings: this.#settings };
      });
    }
  }

  async #readSettings(): Promise<void> {
    if (!this.#client.configuration) return;
    try {
      this.#take(await this.#connection.workspace.getConfiguration("locum"));
    } catch (error) {
      this.#connection.console.warn(`cannot read the settings of locum from the editor: ${String(error)}`);
    }
  }

  /** Takes settings as the client gives them: `configId`, `compat` and `checkHost`; what is not given stays as started. */
  #take(settings: unknown): void {
    const { configId, compat, checkHost } = (settings ?? {}) as Record<string, unknown>;
    this.#settings = {
      configId: typeof configId === "string" && configId !== "" ? configId : this.#given.configId,
      compat: compat === "2.2.7" || compat === "latest" ? compat : this.#given.compat,
      host: typeof checkHost === "boolean" ? checkHost : this.#given.host,
    };
    this.#changed();
  }

  #documentAt(path: string): TextDocument | undefined {
    return this.#documents.all().find((document) => pathOf(document.uri) === path);
  }

  #lineLength(path: string, line: number): number {
    const outline = this.#workspace.fileAt(path)?.file.outline;
    return outline?.lines[line - 1]?.written.text.length ?? 0;
  }
}

/** The answer, or what the protocol has for a refusal with a reason. */
function orError<Value>(result: Result<Value, string>): Value | ResponseError<void> {
  return result.ok ? result.value : new ResponseError<void>(ErrorCodes.InvalidRequest, result.error);
}

function surroundings(): Surroundings {
  return { interfaces: hostFacts().interfaces ?? [], listFolder };
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path === "" ? "." : path, { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort((a, b) => a.localeCompare(b));
  } catch {
    return [];
  }
}
