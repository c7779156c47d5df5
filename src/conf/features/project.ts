import { type Definition, substitute } from "../definitions.ts";
import { braceAlternatives } from "../include.ts";
import { directoryOf, type ReadConfig } from "../source.ts";
import type { Outline, OutlineLine, VariableDefinition } from "./outline.ts";
import { type Beginnings, type Place, placeInside, topLevel } from "./place.ts";
import type { WrittenWord } from "./written-line.ts";

/** One file of a configuration. */
export interface ProjectFile {
  readonly path: string;
  readonly outline: Outline;
  readonly beginnings: Beginnings;
  /** The include lines, each with the files it leads to. */
  readonly includes: readonly ResolvedInclude[];
}

/** An include line and the paths of the files it names. */
export interface ResolvedInclude {
  readonly line: number;
  readonly pattern: WrittenWord;
  readonly targets: readonly string[];
}

/** A main file and everything it includes, as written. */
export interface Project {
  readonly root: string;
  /** In the order of first inclusion. */
  readonly files: ReadonlyMap<string, ProjectFile>;
}

/** How a project gets at its files. */
export interface ProjectDoor {
  readonly read: ReadConfig;
  /** The structure of a text; the caller may remember what it read before. */
  readonly outline: (path: string, text: string) => Outline;
}

/** More files than any configuration has; what is beyond is left out, so that an editor never hangs. */
const FILE_LIMIT = 2_000;

/** Reads a main file (a path, not a pattern) and all it includes. Each file is read once, in the place of its first inclusion. */
export function readProject(root: string, door: ProjectDoor): Project {
  const files = new Map<string, ProjectFile>();
  const variables = new Map<string, Definition>();
  const visit = (path: string, text: string, begin: Place): void => {
    if (files.has(path) || files.size >= FILE_LIMIT) return;
    const outline = door.outline(path, text);
    const beginnings: Beginnings = { file: begin, definition: definitionPlaces(outline, begin) };
    const includes: ResolvedInclude[] = [];
    files.set(path, { path, outline, beginnings, includes });
    for (const [index, line] of outline.lines.entries()) {
      define(line, variables);
      const { include } = line.written;
      if (!include) continue;
      const pattern = plainPattern(include.pattern.text, { path, variables });
      const found = pattern === "" ? [] : filesOf(pattern, { directory: directoryOf(path), read: door.read });
      includes.push({ line: index + 1, pattern: include.pattern, targets: found.map((each) => each.path) });
      const place = placeInside(line.enclosing, { scope: line.scope, beginnings });
      for (const each of found) visit(each.path, each.text, place);
    }
  };
  for (const file of filesOf(literalPattern(root), { directory: "", read: door.read }))
    visit(file.path, file.text, topLevel);
  return { root, files };
}

/** The name of one file as a pattern that matches nothing else. */
export function literalPattern(path: string): string {
  return path.replace(/[*?[\]{}\\]/g, "\\$&");
}

function filesOf(
  pattern: string,
  from: { readonly directory: string; readonly read: ReadConfig },
): readonly { readonly path: string; readonly text: string }[] {
  const alternatives = pattern.includes("\\{") ? [pattern] : braceAlternatives(pattern);
  return alternatives
    .flatMap((each) => from.read(each, from.directory))
    .flatMap((found) => (found.kind === "file" ? [found] : []));
}

/** Remembers a definition of one line, for patterns that use it. */
function define(line: OutlineLine, variables: Map<string, Definition>): void {
  const { definition, continued, text, comment } = line.written;
  if (!definition || continued) return;
  const value = text.slice(definition.endColumn, comment ? comment.column - 1 : undefined).trim();
  variables.set(definition.text, { lines: [value], multiLine: false });
}

function plainPattern(
  pattern: string,
  from: { readonly path: string; readonly variables: ReadonlyMap<string, Definition> },
): string {
  if (!pattern.includes("$")) return pattern;
  const folder = directoryOf(from.path);
  const predefined = (name: string) => (name === "_PWD" ? folder.replace(/(.)\/$/, "$1") || "." : undefined);
  const line = { text: pattern, file: from.path, line: 1, column: 1 };
  const result = substitute(line, { definitions: from.variables, predefined });
  return result.kind === "lines" ? (result.lines[0]?.text ?? pattern) : pattern;
}

/** Where the values of a file's multi-line definitions are used: in the block that holds the first `$NAME`. */
function definitionPlaces(outline: Outline, begin: Place): (definition: VariableDefinition) => Place {
  const known = new Map<string, Place>();
  const find = (definition: VariableDefinition): Place => {
    const name = definition.name.text;
    const place = known.get(name);
    if (place) return place;
    known.set(name, topLevel);
    const use = outline.lines.find(
      (line) => line.scope !== definition && line.written.variables.some((each) => each.name === name),
    );
    const found = use
      ? placeInside(use.enclosing, { scope: use.scope, beginnings: { file: begin, definition: find } })
      : topLevel;
    known.set(name, found);
    return found;
  };
  return find;
}
