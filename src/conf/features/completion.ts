import type { Keyword } from "../../grammar/keyword.ts";
import { preprocessorTokens } from "../../grammar/preprocessor.ts";
import type { Span } from "../diagnostic.ts";
import { type Cursor, cursorAt, type Position } from "./cursor.ts";
import { keywordHelp, tokenHelp } from "./keyword-help.ts";
import { nameKindAt, occurrencesOf } from "./names.ts";
import { entryTokensOf, grammarAt, keywordAt } from "./place.ts";
import type { Project, ProjectFile } from "./project.ts";
import { entryWords, valueWords, wantsInterface } from "./value-words.ts";

/** One thing that could be written at the cursor. */
export interface Candidate {
  readonly label: string;
  readonly kind: "keyword" | "block" | "value" | "name" | "variable" | "interface" | "file" | "folder";
  /** Shown beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly help?: string;
  readonly deprecated?: true;
  /** Order among the others, smallest first. */
  readonly rank: number;
  /** What to write in place of `replace`. */
  readonly text: string;
  /** The same with places to fill in, in the snippet syntax of the Language Server Protocol. */
  readonly snippet?: string;
  readonly replace: Span;
}

/** What completion knows of the machine it runs on. */
export interface Surroundings {
  readonly interfaces: readonly string[];
  /** The names in a folder, those of folders with a slash at the end; empty when it cannot be read. */
  readonly listFolder: (path: string) => readonly string[];
}

/** What could be written at a position of a file. */
export function completionsAt(
  project: Project,
  from: { readonly file: ProjectFile; readonly at: Position; readonly surroundings: Surroundings },
): readonly Candidate[] {
  const { file, at, surroundings } = from;
  const cursor = cursorAt(file, at);
  if (!cursor || cursor.inComment) return [];
  const request: Request = { project, file, at, cursor, surroundings };
  const typed = cursor.written.text.slice(0, at.column - 1);
  const variable = /\$\{?([A-Za-z_][A-Za-z0-9_]*)?$/.exec(typed);
  if (variable) return variables(request, variable[0]);
  const { include } = cursor.written;
  if (include && at.column > include.keyword.endColumn) return includePaths(request);
  const condition = /^\s*@\^?(\S*)$/.exec(typed);
  if (condition) return conditions(request, condition[1] ?? "");
  if (cursor.before.length === 0 && cursor.place.kind !== "list") return keywords(request);
  return values(request);
}

interface Request {
  readonly project: Project;
  readonly file: ProjectFile;
  readonly at: Position;
  readonly cursor: Cursor;
  readonly surroundings: Surroundings;
}

/** The span of `length` characters before the cursor and of those after it that `rest` matches. */
function replacing(request: Request, length: number, rest = /^\w*/): Span {
  const { file, at, cursor } = request;
  const after = rest.exec(cursor.written.text.slice(at.column - 1))?.[0].length ?? 0;
  return { file: file.path, line: at.line, column: at.column - length, endColumn: at.column + after };
}

/** The span of the word at the cursor. */
function replacingWord(request: Request): Span {
  const { file, at, cursor } = request;
  const { word } = cursor;
  if (!word) return replacing(request, 0, /^/);
  const quote = word.quoted ? 1 : 0;
  const closed =
    word.quoted && word.endColumn - word.column > 1 && cursor.written.text[word.endColumn - 2] === '"';
  const endColumn = Math.max(at.column, word.endColumn - (closed ? 1 : 0));
  return { file: file.path, line: at.line, column: Math.min(at.column, word.column + quote), endColumn };
}

function keywords(request: Request): readonly Candidate[] {
  const { cursor } = request;
  const replace = replacingWord(request);
  const grammar = grammarAt(cursor.place);
  const path = grammar?.path ?? "";
  const here = (grammar?.keywords ?? []).map((keyword) =>
    keywordCandidate(keyword, { path, replace, cursor }),
  );
  const includes = preprocessorTokens.tokens.filter(({ name }) => name.startsWith("include"));
  const others = includes.map((token): Candidate => {
    const { name, meaning, syntax } = token;
    const help = tokenHelp(token, "any file");
    return {
      label: name,
      kind: "keyword",
      detail: `${syntax}  ${meaning}`,
      help,
      rank: 3,
      text: name,
      replace,
    };
  });
  return [...here, ...others];
}

function keywordCandidate(
  keyword: Keyword,
  from: { readonly path: string; readonly replace: Span; readonly cursor: Cursor },
): Candidate {
  const { name, value, status } = keyword;
  const old = status?.kind === "deprecated" || status?.kind === "no-effect";
  const opens = value.kind === "block" || value.kind === "entries";
  const snippet = opens && from.cursor.atEnd ? blockSnippet(keyword) : undefined;
  return {
    label: name,
    kind: opens ? "block" : "keyword",
    detail: keyword.syntax,
    help: keywordHelp(keyword, from.path),
    ...(old ? { deprecated: true } : {}),
    rank: old ? 2 : keyword.effect === "works" ? 0 : 1,
    text: name,
    ...(snippet ? { snippet } : {}),
    replace: from.replace,
  };
}

/** A block with its braces; what must be named before the first brace is a place to fill in. */
function blockSnippet(keyword: Keyword): string {
  const head = (keyword.syntax.split("{")[0] ?? "").trim();
  const name = head === "" ? "" : ` \${1:${head.replace(/[$}\\]/g, "\\$&")}}`;
  return `${keyword.name}${name} {\n\t$0\n}`;
}

function values(request: Request): readonly Candidate[] {
  const { cursor, project, surroundings } = request;
  const { place } = cursor;
  const before = cursor.before.map((word) => word.text);
  const replace = replacingWord(request);
  const keyword = before[0] === undefined ? undefined : keywordAt(place, before[0]);
  const found: Candidate[] = [];
  const kind = nameKindAt(place, before);
  if (kind) {
    const names = new Set(
      occurrencesOf(project)
        .filter((each) => each.kind === kind && each.role === "declaration")
        .map((each) => each.name),
    );
    for (const name of names)
      found.push({ label: name, kind: "name", detail: kind, rank: 0, text: name, replace });
  }
  if (wantsInterface(place, { keyword, before }))
    for (const name of interfaceNames(request))
      found.push({
        label: name,
        kind: "interface",
        rank: surroundings.interfaces.includes(name) ? 0 : 1,
        text: name,
        replace,
      });
  for (const word of otherWords(request, keyword, before)) found.push({ ...word, replace });
  return found;
}

/** The interfaces of this machine, and those that the configuration names. */
function interfaceNames(request: Request): readonly string[] {
  const names = new Set(request.surroundings.interfaces);
  for (const file of request.project.files.values()) {
    for (const { written } of file.outline.lines) {
      const [part] = written.parts;
      const [first, second] = part?.kind === "words" ? part.words : [];
      if (first?.text === "interface" && second && !second.text.includes("$")) names.add(second.text);
    }
  }
  return [...names];
}

function otherWords(
  request: Request,
  keyword: Keyword | undefined,
  before: readonly string[],
): readonly Omit<Candidate, "replace">[] {
  const { place } = request.cursor;
  const list = place.kind === "list" ? place.keyword : (keyword?.name ?? "");
  const tokens = entryTokensOf(list);
  const words =
    place.kind === "list"
      ? entryWords(list, before)
      : keyword && place.kind === "block"
        ? valueWords(keyword, { path: place.path, before })
        : [];
  return words.map((word, index) => {
    const token = tokens.find((each) => each.name === word);
    const rank = 1 + index / 1_000;
    if (!token) return { label: word, kind: "value", rank, text: word };
    return {
      label: word,
      kind: "value",
      detail: token.syntax,
      help: tokenHelp(token, list),
      ...(token.status?.kind === "deprecated" ? { deprecated: true } : {}),
      rank,
      text: word,
    };
  });
}

/** Variables for a `$` or `${` that was typed; the whole use is written anew. */
function variables(request: Request, typed: string): readonly Candidate[] {
  const braced = typed.startsWith("${");
  const { at, cursor } = request;
  const written = cursor.written.text;
  const word = replacing(request, typed.length);
  const closed = braced && written[word.endColumn - 1] === "}";
  const replace = { ...word, endColumn: word.endColumn + (closed ? 1 : 0) };
  const follows = written.slice(replace.endColumn - 1, replace.endColumn);
  const plain = !braced && /^[\s,)]?$/.test(follows);
  const atStart = written.slice(0, at.column - 1).trim() === typed;
  const names = new Map<string, string>();
  for (const file of request.project.files.values()) {
    for (const { name, line } of file.outline.definitions) {
      const text = file.outline.lines[line - 1]?.written.text.slice(name.endColumn).trim() ?? "";
      names.set(name.text, text);
    }
    for (const { written: each } of file.outline.lines)
      for (const counter of each.counters) names.set(counter.text, "counts in a sequence");
  }
  const own = [...names].map(([name, detail]): Candidate => {
    const text = plain ? `$${name}` : `\${${name}}`;
    return { label: text, kind: "variable", detail, rank: 0, text, replace };
  });
  if (atStart) return own;
  const predefined = preprocessorTokens.tokens.filter(({ name }) => name.startsWith("${_"));
  const others = predefined.map(({ name, meaning }): Candidate => {
    return { label: name, kind: "variable", detail: meaning, rank: 1, text: name, replace };
  });
  return [...own, ...others];
}

function conditions(request: Request, typed: string): readonly Candidate[] {
  const ids = new Set<string>();
  for (const file of request.project.files.values())
    for (const [index, { written }] of file.outline.lines.entries())
      if (written.condition && !(file === request.file && index === request.at.line - 1))
        ids.add(written.condition.text.replace(/^@\^?/, ""));
  const replace = replacing(request, typed.length, /^\S*/);
  return [...ids]
    .filter((id) => id !== "")
    .map((id) => ({ label: id, kind: "value", detail: "configuration id", rank: 0, text: id, replace }));
}

function includePaths(request: Request): readonly Candidate[] {
  const { at, cursor, file, surroundings } = request;
  const from = cursor.written.include?.pattern.column ?? at.column;
  const typed = cursor.written.text.slice(from - 1, at.column - 1);
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  const base = file.path.slice(0, file.path.lastIndexOf("/") + 1);
  const replace = replacing(request, typed.length - folder.length, /^[^\s/"]*/);
  const hidden = typed.slice(folder.length).startsWith(".");
  return surroundings
    .listFolder(folder.startsWith("/") ? folder : base + folder)
    .filter((name) => (hidden || !name.startsWith(".")) && base + folder + name !== file.path)
    .map((name) => {
      const kind = name.endsWith("/") ? "folder" : "file";
      const rank = kind === "folder" || name.endsWith(".conf") ? 0 : 1;
      return { label: name, kind, rank, text: name, replace };
    });
}
