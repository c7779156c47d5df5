import type { IpAddress } from "../../base/ip-address.ts";
import { type Duration, microseconds, seconds } from "../../base/time.ts";
import type { ScriptCommand, ScriptUser } from "../model/global-definitions.ts";
import type { BindContext } from "./context.ts";
import { bindCommand, userOf } from "./script-command.ts";
import { entriesOf, type Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";

/** What a block sets, and where its findings go. */
export interface FieldSource {
  readonly settings: Settings;
  readonly context: BindContext;
}

/**
 * Reads one field of the model from what a block sets. The readers below take the keyword of the field and after it
 * its other spellings: of all of them the last line counts, as in keepalived.
 */
export type Field<Value> = (source: FieldSource) => Value;

type Fields = Readonly<Record<string, Field<unknown>>>;

type Optional<Table extends Fields> = {
  [Name in keyof Table]: undefined extends ReturnType<Table[Name]> ? Name : never;
}[keyof Table];

/** What a table of fields gives; fields that may be undefined are absent then. */
export type Bound<Table extends Fields> = {
  readonly [Name in Exclude<keyof Table, Optional<Table>>]: ReturnType<Table[Name]>;
} & { readonly [Name in Optional<Table>]?: Exclude<ReturnType<Table[Name]>, undefined> };

/** Reads all fields of a table: the long tail of keywords that only store a value needs no code but its row. */
export function bindFields<Table extends Fields>(source: FieldSource, table: Table): Bound<Table> {
  const bound: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table)) {
    const value = field(source);
    if (value !== undefined) bound[name] = value;
  }
  // The loop gives each field the type its reader has.
  return bound as Bound<Table>;
}

/** A flag or a truth word; undefined when the block says nothing. */
export function flag(...names: readonly string[]): Field<boolean | undefined> {
  return ({ settings }) => {
    const value = settings.lastOf(...names)?.value;
    return value === undefined ? undefined : value.kind === "flag" ? value.on : true;
  };
}

/** A flag or a truth word; false when the block says nothing. */
export function isSet(...names: readonly string[]): Field<boolean> {
  const read = flag(...names);
  return (source) => read(source) ?? false;
}

/** True when the block has the keyword at all, with or without a value. */
export function isWritten(...names: readonly string[]): Field<boolean> {
  return ({ settings }) => settings.lastOf(...names) !== undefined;
}

/** A whole number as written. */
export function number(...names: readonly string[]): Field<number | undefined> {
  return ({ settings }) => {
    const value = settings.lastOf(...names)?.value;
    return value?.kind === "number" ? value.value : undefined;
  };
}

/** A whole number, or `fallback` when none is written. */
export function numberOr(fallback: number, ...names: readonly string[]): Field<number> {
  const read = number(...names);
  return (source) => read(source) ?? fallback;
}

/** A length of time, in the unit that the keyword's shape names. */
export function duration(...names: readonly string[]): Field<Duration | undefined> {
  return ({ settings }) => durationOf(settings.lastOf(...names));
}

/** A length of time, or `fallback` when none is written. */
export function durationOr(fallback: Duration, ...names: readonly string[]): Field<Duration> {
  const read = duration(...names);
  return (source) => read(source) ?? fallback;
}

/** The length of time a setting gives; decimals are in microseconds already. */
export function durationOf(setting: Setting | undefined): Duration | undefined {
  if (setting?.value?.kind !== "number") return undefined;
  const shape = setting.keyword.value;
  const { value } = setting.value;
  return shape.kind === "integer" && shape.unit === "seconds" ? seconds(value) : microseconds(value);
}

/** The first word. */
export function text(...names: readonly string[]): Field<string | undefined> {
  return ({ settings }) => settings.lastOf(...names)?.words[0]?.text;
}

/** The first word, or `fallback` when the keyword is not written or has no word. */
export function textOr(fallback: string, ...names: readonly string[]): Field<string> {
  const read = text(...names);
  return (source) => read(source) ?? fallback;
}

/** The first word where the keyword alone is enough to switch something on: `fallback` stands for it then. */
export function textWhenWritten(fallback: string, ...names: readonly string[]): Field<string | undefined> {
  return ({ settings }) => {
    const setting = settings.lastOf(...names);
    return setting === undefined ? undefined : (setting.words[0]?.text ?? fallback);
  };
}

/** One of a keyword's words; the grammar has refused all others. */
export function oneOf<Word extends string>(
  known: readonly Word[],
  ...names: readonly string[]
): Field<Word | undefined> {
  return ({ settings }) => {
    const written = settings.lastOf(...names)?.words[0]?.text;
    return known.find((word) => word === written);
  };
}

/** All words of the last line. */
export function words(...names: readonly string[]): Field<readonly string[] | undefined> {
  return ({ settings }) => settings.lastOf(...names)?.words.map((word) => word.text);
}

/** Every word of every entry of a list, in order. */
export function listed(...names: readonly string[]): Field<readonly string[]> {
  return ({ settings }) =>
    names
      .flatMap((name) => settings.every(name))
      .flatMap((setting) => entriesOf(setting).flat())
      .map((word) => word.text);
}

/** An address. */
export function address(...names: readonly string[]): Field<IpAddress | undefined> {
  return ({ settings }) => {
    const value = settings.lastOf(...names)?.value;
    return value?.kind === "address" ? value.address : undefined;
  };
}

/** A command, with the user it runs as. */
export function command(...names: readonly string[]): Field<ScriptCommand | undefined> {
  return ({ settings, context }) =>
    bindCommand(context, { setting: settings.lastOf(...names), withUser: true });
}

/** `USER [GROUP]`, after `skip` other words. */
export function user(skip: number, ...names: readonly string[]): Field<ScriptUser | undefined> {
  return ({ settings }) =>
    userOf(
      settings
        .lastOf(...names)
        ?.words.slice(skip)
        .map((word) => word.text) ?? [],
    );
}
