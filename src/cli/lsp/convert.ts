import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentSymbol,
  InsertTextFormat,
  type Location,
  MarkupKind,
  type Diagnostic as ProtocolDiagnostic,
  type Range,
  SymbolKind,
  type TextEdit,
} from "vscode-languageserver/node";
import type { Diagnostic, Edit, Span } from "../../conf/diagnostic.ts";
import type { BlockSymbol, LineRange } from "../../conf/features/block-symbols.ts";
import type { Candidate } from "../../conf/features/completion.ts";
import { rulePage } from "./rule-page.ts";

/** The absolute path of a document; a document that is not in a file, such as `untitled:1`, is its own path. */
export function pathOf(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

/** The URI of a path. */
export function uriOf(path: string): string {
  if (!isAbsolute(path) && /^[a-z][a-z0-9+.-]*:/i.test(path)) return path;
  return pathToFileURL(resolve(path)).href;
}

/** A span, which counts from 1, as a range, which counts from 0. A finding about a whole file is at its beginning. */
export function rangeOf(span: Omit<Span, "file">): Range {
  const line = Math.max(0, span.line - 1);
  const start = Math.max(0, span.column - 1);
  return {
    start: { line, character: start },
    end: { line, character: Math.max(start, span.endColumn - 1) },
  };
}

/** A range over several lines. */
export function linesOf(range: LineRange): Range {
  const { line, column, endLine, endColumn } = range;
  return {
    start: { line: line - 1, character: column - 1 },
    end: { line: endLine - 1, character: endColumn - 1 },
  };
}

/** A span as a place in a document. */
export function locationOf(span: Span): Location {
  return { uri: uriOf(span.file), range: rangeOf(span) };
}

/** The text of a line, from 1, of a file; undefined when there is no such line. */
export type LineText = (path: string, line: number) => string | undefined;

/** Edits by document. */
export function changesOf(edits: readonly Edit[], lineText: LineText): Record<string, TextEdit[]> {
  const changes: Record<string, TextEdit[]> = {};
  for (const edit of edits) {
    const uri = uriOf(edit.span.file);
    changes[uri] ??= [];
    changes[uri].push(textEditOf(edit, lineText));
  }
  return changes;
}

/** An edit; one that leaves nothing but blanks on its line may take the line along, see `Edit.dropsLine`. */
function textEditOf(edit: Edit, lineText: LineText): TextEdit {
  const { span, text } = edit;
  const line = lineText(span.file, span.line) ?? "";
  const before = line.slice(0, span.column - 1);
  const left = before + text + line.slice(span.endColumn - 1);
  if (!edit.dropsLine || text !== "") return { range: rangeOf(span), newText: text };
  if (left.trim() !== "") {
    const atEnd = line.slice(span.endColumn - 1).trim() === "";
    const column = atEnd ? before.trimEnd().length + 1 : span.column;
    return { range: rangeOf({ ...span, column }), newText: "" };
  }
  const start = { line: span.line - 1, character: 0 };
  const isLast = lineText(span.file, span.line + 1) === undefined;
  const end = isLast ? { line: span.line - 1, character: line.length } : { line: span.line, character: 0 };
  return { range: { start, end }, newText: "" };
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Information,
} as const;

/** A finding as editors show it; `lineLength` gives the length of a line, for findings about a line as a whole. */
export function diagnosticOf(found: Diagnostic, lineLength: (line: number) => number): ProtocolDiagnostic {
  const whole = found.span.line > 0 && found.span.endColumn <= found.span.column;
  const endColumn = whole ? lineLength(found.span.line) + 1 : found.span.endColumn;
  const page = rulePage(found.code);
  const tags = [
    ...(/^unused-/.test(found.code) ? [DiagnosticTag.Unnecessary] : []),
    ...(/deprecated/.test(found.code) ? [DiagnosticTag.Deprecated] : []),
  ];
  return {
    range: rangeOf({ ...found.span, endColumn }),
    severity: SEVERITIES[found.severity],
    code: found.code,
    ...(page ? { codeDescription: { href: page } } : {}),
    source: "locum",
    message: found.help === undefined ? found.message : `${found.message}\nHelp: ${found.help}`,
    ...(tags.length > 0 ? { tags } : {}),
    ...(found.related.length > 0
      ? {
          relatedInformation: found.related.map(({ message, span }) => ({
            message,
            location: locationOf(span),
          })),
        }
      : {}),
  };
}

const CANDIDATE_KINDS: Readonly<Record<Candidate["kind"], CompletionItemKind>> = {
  keyword: CompletionItemKind.Property,
  block: CompletionItemKind.Class,
  value: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Reference,
  variable: CompletionItemKind.Variable,
  interface: CompletionItemKind.Constant,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
};

/** A candidate as editors show it; snippets only where the client knows them. */
export function completionItemOf(
  candidate: Candidate,
  client: { readonly snippets: boolean; readonly index: number },
): CompletionItem {
  const snippet = client.snippets ? candidate.snippet : undefined;
  const range = rangeOf(candidate.replace);
  return {
    label: candidate.label,
    kind: CANDIDATE_KINDS[candidate.kind],
    ...(candidate.detail ? { detail: candidate.detail } : {}),
    ...(candidate.help ? { documentation: { kind: MarkupKind.Markdown, value: candidate.help } } : {}),
    ...(candidate.deprecated ? { tags: [CompletionItemTag.Deprecated] } : {}),
    sortText: `${Math.floor(candidate.rank)}${String(client.index).padStart(5, "0")}`,
    filterText: candidate.text,
    ...(snippet ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    textEdit: { range, newText: snippet ?? candidate.text },
  };
}

const SYMBOL_KINDS: Readonly<Record<BlockSymbol["kind"], SymbolKind>> = {
  block: SymbolKind.Class,
  list: SymbolKind.Array,
  definition: SymbolKind.Variable,
};

/** An entry of the table of contents. */
export function symbolOf(symbol: BlockSymbol): DocumentSymbol {
  return {
    name: symbol.name,
    kind: SYMBOL_KINDS[symbol.kind],
    range: linesOf(symbol.range),
    selectionRange: linesOf(symbol.head),
    children: symbol.children.map(symbolOf),
  };
}
