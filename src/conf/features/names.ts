import type { Span } from "../diagnostic.ts";
import type { Statement } from "./outline.ts";
import { type Place, placeWithin } from "./place.ts";
import type { Project, ProjectFile } from "./project.ts";
import type { Columns, WrittenWord } from "./written-line.ts";

/** What a name stands for; blocks by the keyword that defines them. */
export type NameKind =
  | "vrrp_instance"
  | "vrrp_script"
  | "vrrp_sync_group"
  | "vrrp_track_process"
  | "track_file"
  | "track_group"
  | "bfd_instance"
  | "virtual_server_group"
  | "variable";

/** A place where a name is written. */
export interface Occurrence {
  readonly kind: NameKind;
  readonly name: string;
  readonly role: "declaration" | "use";
  /** Of the name alone, without quotes and signs. */
  readonly span: Span;
  readonly quoted: boolean;
  /** For the declaration of a block: the block. */
  readonly statement?: Statement;
}

/** Root keywords that give a name to a block, and what the name is then. */
const DECLARING: Readonly<Record<string, NameKind>> = {
  vrrp_instance: "vrrp_instance",
  vrrp_script: "vrrp_script",
  vrrp_sync_group: "vrrp_sync_group",
  vrrp_track_process: "vrrp_track_process",
  track_file: "track_file",
  vrrp_track_file: "track_file",
  track_group: "track_group",
  bfd_instance: "bfd_instance",
  virtual_server_group: "virtual_server_group",
};

/** Lists whose entries begin with a name. */
const LISTED: Readonly<Record<string, NameKind>> = {
  track_script: "vrrp_script",
  track_file: "track_file",
  track_process: "vrrp_track_process",
  track_bfd: "bfd_instance",
};

/** Keywords whose first word is a name, by block and keyword. */
const VALUED: Readonly<Record<string, NameKind>> = {
  "virtual_server/real_server/BFD_CHECK/name": "bfd_instance",
  "virtual_server/real_server/FILE_CHECK/track_file": "track_file",
};

/**
 * The kind of name that belongs at the word `index` of an entry or statement whose words before it are `before`;
 * undefined where no name belongs.
 */
export function nameKindAt(place: Place, before: readonly string[]): NameKind | undefined {
  const index = before.length;
  const [first, second] = before;
  if (place.kind === "list") {
    if (place.keyword === "group") return "vrrp_instance";
    if (index === 0) return LISTED[place.keyword];
    const addresses = place.keyword.startsWith("static_");
    return addresses && before[index - 1] === "track_group" ? "track_group" : undefined;
  }
  if (place.kind !== "block" || first === undefined) return undefined;
  if (place.path === "" && first === "virtual_server" && second === "group" && index === 2)
    return "virtual_server_group";
  if (place.path === "global_defs" && first === "lvs_sync_daemon")
    return (index === 2 && second !== undefined) || before[index - 1] === "inst"
      ? "vrrp_instance"
      : undefined;
  return index === 1 ? VALUED[`${place.path}/${first}`] : undefined;
}

const remembered = new WeakMap<ProjectFile, readonly Occurrence[]>();

/** Every name written in a file, in the order of the text. Names with a variable in them are as written. */
export function occurrencesIn(file: ProjectFile): readonly Occurrence[] {
  const known = remembered.get(file);
  if (known) return known;
  const found: Occurrence[] = [];
  const { outline } = file;
  collect(file, { statements: outline.statements, place: file.beginnings.file, found });
  for (const definition of outline.definitions) {
    const { name, line, statements } = definition;
    found.push(occurrence(file, { kind: "variable", word: name, line, role: "declaration" }));
    collect(file, { statements, place: file.beginnings.definition(definition), found });
  }
  for (const [index, { written }] of outline.lines.entries()) {
    const line = index + 1;
    for (const word of written.counters)
      found.push(occurrence(file, { kind: "variable", word, line, role: "declaration" }));
    for (const use of written.variables) {
      if (use.name.startsWith("_")) continue;
      const word = { ...use, text: use.name, quoted: false };
      found.push(occurrence(file, { kind: "variable", word, line, role: "use" }));
    }
  }
  found.sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);
  remembered.set(file, found);
  return found;
}

/** Every name written in a project. */
export function occurrencesOf(project: Project): readonly Occurrence[] {
  return [...project.files.values()].flatMap(occurrencesIn);
}

/** The name under a column of a line, both from 1; the column after its last character counts too. */
export function occurrenceAt(
  file: ProjectFile,
  at: { readonly line: number; readonly column: number },
): Occurrence | undefined {
  const touching = occurrencesIn(file).filter(
    ({ span }) => span.line === at.line && span.column <= at.column && at.column <= span.endColumn,
  );
  return touching.find(({ kind }) => kind === "variable") ?? touching[0];
}

interface Collecting {
  readonly statements: readonly Statement[];
  readonly place: Place;
  readonly found: Occurrence[];
}

function collect(file: ProjectFile, from: Collecting): void {
  const { statements, place, found } = from;
  for (const statement of statements) {
    const { words, line, block } = statement;
    const kind = place.kind === "block" && place.path === "" ? declared(words) : undefined;
    const [, name] = words;
    if (kind && name)
      found.push(occurrence(file, { kind, word: name, line, role: "declaration", statement }));
    const before: string[] = [];
    for (const word of words) {
      const used = nameKindAt(place, before);
      if (used && !isOption(before, word))
        found.push(occurrence(file, { kind: used, word, line, role: "use" }));
      before.push(word.text);
    }
    if (!block) continue;
    const inside = placeWithin(place, statement.words);
    collect(file, { statements: block.statements, place: inside, found });
  }
}

function declared(words: readonly WrittenWord[]): NameKind | undefined {
  return DECLARING[words[0]?.text ?? ""];
}

/** `lvs_sync_daemon eth0 inst V`: its third word is an option, not the instance of the old form. */
function isOption(before: readonly string[], word: WrittenWord): boolean {
  const daemon = before[0] === "lvs_sync_daemon" && before.length === 2;
  return daemon && /^(?:inst|id|maxlen|port|ttl|group)$/.test(word.text);
}

function occurrence(
  file: ProjectFile,
  from: {
    readonly kind: NameKind;
    readonly word: Columns & { readonly text: string; readonly quoted: boolean };
    readonly line: number;
    readonly role: Occurrence["role"];
    readonly statement?: Statement;
  },
): Occurrence {
  const { kind, word, line, role, statement } = from;
  const column = word.column + (word.quoted ? 1 : 0);
  const span = { file: file.path, line, column, endColumn: column + word.text.length };
  const quoted = word.quoted;
  return { kind, name: word.text, role, span, quoted, ...(statement ? { statement } : {}) };
}
