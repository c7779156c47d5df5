import type { Span } from "../../../src/conf/diagnostic.ts";
import type { Position } from "../../../src/conf/features/cursor.ts";
import { readOutline } from "../../../src/conf/features/outline.ts";
import { type Project, type ProjectFile, readProject } from "../../../src/conf/features/project.ts";
import { memoryReader } from "../configuration.ts";

/** A project out of texts, and the place of the `|` in one of them. */
export interface MarkedProject {
  readonly project: Project;
  readonly file: ProjectFile;
  readonly at: Position;
  readonly texts: Readonly<Record<string, string>>;
}

/** Reads texts by path, `main.conf` being the main one; one text may hold a `|` where the cursor is. */
export function markedProject(texts: Readonly<Record<string, string>> | string): MarkedProject {
  const given = typeof texts === "string" ? { "main.conf": texts } : texts;
  const path = Object.keys(given).find((name) => given[name]?.includes("|")) ?? "main.conf";
  const before = (given[path] ?? "").split("|")[0]?.split("\n") ?? [];
  const at = { line: before.length, column: (before[before.length - 1]?.length ?? 0) + 1 };
  const plain = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, text.replace("|", "")]),
  );
  const project = readProject("main.conf", {
    read: memoryReader(plain),
    outline: (_path, text) => readOutline(text),
  });
  const file = project.files.get(path);
  if (!file) throw new Error(`${path} is not part of the project; it has ${[...project.files.keys()]}`);
  return { project, file, at, texts: plain };
}

/** `file:line:text` of a span. */
export function spanText(texts: Readonly<Record<string, string>>, span: Span): string {
  const line = texts[span.file]?.split("\n")[span.line - 1] ?? "";
  return `${span.file}:${span.line}:${line.slice(span.column - 1, span.endColumn - 1)}`;
}
