import { failed, ok, type Result } from "../../base/result.ts";
import type { Edit } from "../diagnostic.ts";
import type { Position } from "./cursor.ts";
import { type Occurrence, occurrenceAt, occurrencesOf } from "./names.ts";
import { sameName } from "./navigation.ts";
import type { Project, ProjectFile } from "./project.ts";

/** The name at a position that can be renamed; the error says why there is none. */
export function renamableAt(file: ProjectFile, at: Position): Result<Occurrence, string> {
  const name = occurrenceAt(file, at);
  if (!name)
    return failed(
      "only names can be renamed: of instances, scripts, groups, track files and processes, BFD instances, and $NAMEs",
    );
  if (name.kind !== "variable" && name.name.includes("$"))
    return failed(`${name.name} is put together from variables; rename the variable, or edit the text`);
  return ok(name);
}

/** The edits that give the name at a position a new one, in all files; the error says why it cannot be done. */
export function renameAt(
  project: Project,
  from: { readonly file: ProjectFile; readonly at: Position; readonly to: string },
): Result<readonly Edit[], string> {
  const found = renamableAt(from.file, from.at);
  if (!found.ok) return found;
  const name = found.value;
  const to = name.kind === "variable" ? from.to.replace(/^\$\{?([^}]*)\}?$/, "$1") : from.to;
  const places = sameName(project, name);
  const fault = faultOf(to, { name, places }) ?? clashOf(to, { name, project });
  if (fault !== undefined) return failed(fault);
  return ok(places.map(({ span }) => ({ span, text: to })));
}

function faultOf(
  to: string,
  from: { readonly name: Occurrence; readonly places: readonly Occurrence[] },
): string | undefined {
  const { name, places } = from;
  if (name.kind === "variable") {
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(to)) return undefined;
    return `'${to}' cannot be the name of a variable: it is made of letters, digits and _, and begins with a letter`;
  }
  if (to === "") return "the new name is empty; write at least one character";
  if (/["{}#!$\n]/.test(to)) return `'${to}' cannot be a name: it must not hold any of " { } # ! $`;
  if (/\s/.test(to) && places.some((place) => !place.quoted))
    return `'${to}' has a blank, and not every use of ${name.name} stands in quotes; choose a name without blanks`;
  if (name.kind === "bfd_instance" && new TextEncoder().encode(to).length > 31)
    return `'${to}' is too long: the name of a bfd_instance has at most 31 bytes`;
  return undefined;
}

/** A second thing of the same kind and name would be another configuration. */
function clashOf(
  to: string,
  from: { readonly name: Occurrence; readonly project: Project },
): string | undefined {
  const { name, project } = from;
  if (to === name.name) return undefined;
  const other = occurrencesOf(project).find(
    (each) => each.kind === name.kind && each.name === to && each.role === "declaration",
  );
  if (!other) return undefined;
  const what = name.kind === "variable" ? `a variable $${to}` : `a ${name.kind} ${to}`;
  return `there is ${what} already (${other.span.file}:${other.span.line}); choose another name`;
}
