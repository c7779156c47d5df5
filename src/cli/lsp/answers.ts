import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type CompletionItem,
  type DocumentSymbol,
  type FoldingRange,
  FoldingRangeKind,
  type Hover,
  type Location,
  MarkupKind,
  type Position,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { Result } from "../../base/result.ts";
import type { Diagnostic } from "../../conf/diagnostic.ts";
import { blockSymbolsOf, foldedLinesOf } from "../../conf/features/block-symbols.ts";
import { completionsAt, type Surroundings } from "../../conf/features/completion.ts";
import { hoverAt } from "../../conf/features/hover.ts";
import { lineEdits } from "../../conf/features/line-edits.ts";
import { definitionsAt, referencesAt } from "../../conf/features/navigation.ts";
import { quickFixesFor, safeEdits } from "../../conf/features/quick-fixes.ts";
import { renamableAt, renameAt } from "../../conf/features/rename.ts";
import { format } from "../../conf/format/format.ts";
import {
  changesOf,
  completionItemOf,
  diagnosticOf,
  type LineText,
  linesOf,
  locationOf,
  pathOf,
  rangeOf,
  symbolOf,
} from "./convert.ts";
import type { Workspace } from "./workspace.ts";

interface Asked {
  readonly uri: string;
  readonly position: Position;
}

/** Answers an editor's questions about documents, in the protocol's terms; a document that is not known has no answers. */
export class Answers {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  completion(
    asked: Asked,
    client: { readonly snippets: boolean; readonly surroundings: Surroundings },
  ): CompletionItem[] {
    const found = this.#find(asked);
    if (!found) return [];
    const { surroundings, snippets } = client;
    return completionsAt(found.project, { file: found.file, at: found.at, surroundings }).map(
      (candidate, index) => completionItemOf(candidate, { snippets, index }),
    );
  }

  hover(asked: Asked): Hover | undefined {
    const found = this.#find(asked);
    const hover = found && hoverAt(found.project, found);
    if (!hover) return undefined;
    return { contents: { kind: MarkupKind.Markdown, value: hover.text }, range: rangeOf(hover.span) };
  }

  definition(asked: Asked): Location[] {
    const found = this.#find(asked);
    return found ? definitionsAt(found.project, found).map(locationOf) : [];
  }

  references(asked: Asked, withDeclarations: boolean): Location[] {
    const found = this.#find(asked);
    return found ? referencesAt(found.project, { ...found, withDeclarations }).map(locationOf) : [];
  }

  /** The range and present text of the name to be renamed; the error says why none can be. */
  prepareRename(asked: Asked): Result<{ range: Range; placeholder: string }, string> {
    const found = this.#find(asked);
    if (!found) return { ok: false, error: UNKNOWN_DOCUMENT };
    const name = renamableAt(found.file, found.at);
    if (!name.ok) return name;
    return { ok: true, value: { range: rangeOf(name.value.span), placeholder: name.value.name } };
  }

  rename(asked: Asked, to: string): Result<WorkspaceEdit, string> {
    const found = this.#find(asked);
    if (!found) return { ok: false, error: UNKNOWN_DOCUMENT };
    const edits = renameAt(found.project, { ...found, to });
    return edits.ok ? { ok: true, value: { changes: changesOf(edits.value, this.#lineText) } } : edits;
  }

  /** The edits of the formatter; the error says what has to be mended first. */
  formatting(uri: string): Result<TextEdit[], string> {
    const path = pathOf(uri);
    const text = this.#workspace.buffers.get(path);
    if (text === undefined) return { ok: false, error: UNKNOWN_DOCUMENT };
    const formatted = format(text, { file: path });
    if (!formatted.ok) {
      const [first] = formatted.error;
      const where = first ? `line ${first.span.line}: ${first.message}` : "it is not complete";
      return { ok: false, error: `cannot format this document yet: ${where}` };
    }
    const edits = lineEdits(text, formatted.value);
    return { ok: true, value: edits.map(({ range, text: newText }) => ({ range: linesOf(range), newText })) };
  }

  symbols(uri: string): DocumentSymbol[] {
    const found = this.#workspace.fileAt(pathOf(uri));
    return found ? blockSymbolsOf(found.file).map(symbolOf) : [];
  }

  folding(uri: string): FoldingRange[] {
    const found = this.#workspace.fileAt(pathOf(uri));
    if (!found) return [];
    return foldedLinesOf(found.file.outline).map(({ line, endLine, kind }) => ({
      startLine: line - 1,
      endLine: endLine - 1,
      ...(kind === "comment" ? { kind: FoldingRangeKind.Comment } : {}),
    }));
  }

  /** Quick fixes for a range, or all that is safe in the file, out of the findings that were published last. */
  codeActions(params: CodeActionParams, findings: readonly Diagnostic[]): CodeAction[] {
    const path = pathOf(params.textDocument.uri);
    const found = this.#workspace.fileAt(path);
    if (!found) return [];
    const only = params.context.only ?? [CodeActionKind.QuickFix];
    const wants = (kind: string): boolean =>
      only.some((each) => each === "" || kind === each || kind.startsWith(`${each}.`));
    const { outline } = found.file;
    const where = { file: path, from: params.range.start.line + 1, to: params.range.end.line + 1, outline };
    const lineLength = (line: number): number => outline.lines[line - 1]?.written.text.length ?? 0;
    const fixes = wants(CodeActionKind.QuickFix) ? quickFixesFor(findings, where) : [];
    const actions = fixes.map(({ title, finding, edits, mends }): CodeAction => {
      const diagnostics = [diagnosticOf(finding, lineLength)];
      const edit = { changes: changesOf(edits, this.#lineText) };
      return {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        ...(mends ? { isPreferred: true } : {}),
        edit,
      };
    });
    const safe = wants(FIX_ALL) ? safeEdits(findings, path) : [];
    if (safe.length === 0) return actions;
    const edit = { changes: changesOf(safe, this.#lineText) };
    return [...actions, { title: "Apply all safe fixes of locum", kind: FIX_ALL, edit }];
  }

  readonly #lineText: LineText = (path, line) =>
    this.#workspace.fileAt(path)?.file.outline.lines[line - 1]?.written.text;

  #find(asked: Asked) {
    const found = this.#workspace.fileAt(pathOf(asked.uri));
    const at = { line: asked.position.line + 1, column: asked.position.character + 1 };
    return found && { ...found, at };
  }
}

/** The kind of the action that editors can run on saving. */
export const FIX_ALL = "source.fixAll.locum";

const UNKNOWN_DOCUMENT = "this document is not open in the server; open it first";
