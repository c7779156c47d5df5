import type { Span } from "../diagnostic.ts";
import type { Position } from "./cursor.ts";
import { type Occurrence, occurrenceAt, occurrencesOf } from "./names.ts";
import type { Project, ProjectFile } from "./project.ts";

/**
 * Where the name or include at a position is defined: every definition of it, the files of an include as their first
 * character. A name that is only made by expansion (`VI_1` out of `vrrp_instance VI_${n}`) leads to what makes it.
 */
export function definitionsAt(
  project: Project,
  from: { readonly file: ProjectFile; readonly at: Position },
): readonly Span[] {
  const { file, at } = from;
  const include = file.includes.find(
    ({ line, pattern }) => line === at.line && pattern.column <= at.column && at.column <= pattern.endColumn,
  );
  const name = occurrenceAt(file, at);
  if (include && name?.kind !== "variable")
    return include.targets.map((path) => ({ file: path, line: 1, column: 1, endColumn: 1 }));
  return name ? declarationsOf(project, name).map(({ span }) => span) : [];
}

/** Everywhere the name at a position is written, in the order of the files. */
export function referencesAt(
  project: Project,
  from: { readonly file: ProjectFile; readonly at: Position; readonly withDeclarations: boolean },
): readonly Span[] {
  const name = occurrenceAt(from.file, from.at);
  if (!name) return [];
  return sameName(project, name)
    .filter((each) => from.withDeclarations || each.role === "use")
    .map(({ span }) => span);
}

/** Every place where the same name is written, definitions included. */
export function sameName(project: Project, name: Occurrence): readonly Occurrence[] {
  return occurrencesOf(project).filter((each) => each.kind === name.kind && each.name === name.name);
}

/** The definitions of a name; where none has it literally, those whose variables could make it. */
export function declarationsOf(project: Project, name: Occurrence): readonly Occurrence[] {
  const all = occurrencesOf(project).filter((each) => each.kind === name.kind && each.role === "declaration");
  const exact = all.filter((each) => each.name === name.name);
  if (exact.length > 0 || name.kind === "variable") return exact;
  return all.filter((each) => each.name.includes("$") && couldBe(each.name, name.name));
}

/** True when `text` can come out of `template` by replacing its variables. */
function couldBe(template: string, text: string): boolean {
  const parts = template.split(/\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*/);
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(`^${pattern}$`).test(text);
}
