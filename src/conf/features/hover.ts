import { preprocessorTokens } from "../../grammar/preprocessor.ts";
import type { Span } from "../diagnostic.ts";
import { type Cursor, cursorAt, type Position } from "./cursor.ts";
import { keywordHelp, tokenHelp } from "./keyword-help.ts";
import { type Occurrence, occurrenceAt } from "./names.ts";
import { declarationsOf } from "./navigation.ts";
import { entryTokensOf, keywordAt } from "./place.ts";
import type { Project, ProjectFile } from "./project.ts";
import type { Columns } from "./written-line.ts";

/** What to show for a word, as Markdown. */
export interface Hover {
  readonly text: string;
  readonly span: Span;
}

/** As many lines of a block are shown. */
const SHOWN_LINES = 12;

/** What is known of the word at a position; undefined when that is nothing. */
export function hoverAt(
  project: Project,
  from: { readonly file: ProjectFile; readonly at: Position },
): Hover | undefined {
  const { file, at } = from;
  const cursor = cursorAt(file, at);
  if (!cursor || cursor.inComment) return undefined;
  const name = occurrenceAt(file, at);
  if (name) return { text: nameText(project, name), span: name.span };
  const spanOf = (columns: Columns): Span => {
    const { column, endColumn } = columns;
    return { file: file.path, line: at.line, column, endColumn };
  };
  const prefix = prefixText(cursor, { file, at });
  if (prefix) return { text: prefix.text, span: spanOf(prefix.columns) };
  const text = wordText(cursor);
  return text === undefined || !cursor.word ? undefined : { text, span: spanOf(cursor.word) };
}

/** The help for a keyword, or for a word inside an entry or after a keyword. */
function wordText(cursor: Cursor): string | undefined {
  const { place, word, before } = cursor;
  if (!word) return undefined;
  const [first] = before;
  if (place.kind === "block" && !first) {
    const keyword = keywordAt(place, word.text);
    return keyword && keywordHelp(keyword, place.path);
  }
  const list = place.kind === "list" ? place.keyword : (first?.text ?? "");
  const token = entryTokensOf(list).find((each) => each.name === word.text);
  return token && tokenHelp(token, list);
}

/** The help for what stands before the words: includes, conditions, predefined names. */
function prefixText(
  cursor: Cursor,
  from: { readonly file: ProjectFile; readonly at: Position },
): { readonly text: string; readonly columns: Columns } | undefined {
  const { written } = cursor;
  const { file, at } = from;
  const touches = (columns: Columns) => columns.column <= at.column && at.column <= columns.endColumn;
  const help = (name: string): string => {
    const token = preprocessorTokens.tokens.find((each) => each.name === name);
    return token ? tokenHelp(token, "any file") : name;
  };
  if (written.include && touches(written.include.keyword))
    return { text: help(written.include.keyword.text), columns: written.include.keyword };
  if (written.include && touches(written.include.pattern)) {
    const targets = file.includes.find((each) => each.line === at.line)?.targets ?? [];
    const text = targets.length === 0 ? "No file matches." : targets.map((path) => `- ${path}`).join("\n");
    return { text, columns: written.include.pattern };
  }
  if (written.condition && touches(written.condition))
    return {
      text: help(written.condition.text.startsWith("@^") ? "@^ID" : "@ID"),
      columns: written.condition,
    };
  const predefined = written.variables.find((use) => use.name.startsWith("_") && touches(use));
  if (!predefined) return undefined;
  return { text: help(`\${${predefined.name.split(" ")[0]}}`), columns: predefined };
}

/** What a name stands for, with the text of its definition. */
function nameText(project: Project, name: Occurrence): string {
  const what = name.kind === "variable" ? `variable \`$${name.name}\`` : `\`${name.kind} ${name.name}\``;
  const declarations = declarationsOf(project, name);
  if (declarations.length === 0) return `${what}: nothing here defines it.`;
  const [first] = declarations;
  const more = declarations.length > 1 ? `\n\n${declarations.length} definitions; this is the first.` : "";
  const shown = first ? declarationText(project, first) : "";
  const place = first ? `${first.span.file}:${first.span.line}` : "";
  return `${what}, defined in ${place}\n\n\`\`\`keepalived\n${shown}\n\`\`\`${more}`;
}

function declarationText(project: Project, declaration: Occurrence): string {
  const { line, file } = declaration.span;
  const outline = project.files.get(file)?.outline;
  if (!outline) return "";
  const variable = outline.definitions.find((each) => each.line === line);
  const block = declaration.statement?.block;
  const last = declaration.kind === "variable" ? (variable?.endLine ?? line) : (block?.close?.line ?? line);
  const lines = outline.lines.slice(line - 1, Math.min(last, line - 1 + SHOWN_LINES));
  const texts = lines.map(({ written }) => written.text.trimEnd());
  return last > line - 1 + SHOWN_LINES ? [...texts, "..."].join("\n") : texts.join("\n");
}
