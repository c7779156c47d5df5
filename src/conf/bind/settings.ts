import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { Keyword } from "../../grammar/keyword.ts";
import { keywordsOf } from "../../grammar/vocabulary.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { Block, Directive, Word } from "../tree.ts";
import { type BindContext, type Finding, type Place, placeOf, spanAt, tell } from "./context.ts";
import { checkEntries } from "./entry-checks.ts";
import { forgivenText, refusalText } from "./keepalived-texts.ts";
import { tellEffect } from "./keyword-effect.ts";
import { tellMissingBlock } from "./missing-block.ts";
import { readValue } from "./read-value.ts";
import { checkRelations } from "./relation-checks.ts";
import { rootStage } from "./root-stage.ts";
import type { Setting } from "./setting.ts";
import { tellUnusedWords } from "./unused-words.ts";
import { checkValue } from "./value-checks.ts";

/** What a block sets, by keyword. As in keepalived, the last of several lines with one keyword counts. */
export class Settings {
  readonly #all = new Map<string, Setting[]>();

  add(setting: Setting): void {
    const known = this.#all.get(setting.keyword.name);
    if (known) known.push(setting);
    else this.#all.set(setting.keyword.name, [setting]);
  }

  /** Takes over what another block of the same kind sets. */
  addAll(other: Settings): void {
    for (const settings of other.#all.values()) for (const setting of settings) this.add(setting);
  }

  /** Every line with this keyword, in order. */
  every(name: string): readonly Setting[] {
    return this.#all.get(name) ?? [];
  }

  /** The last line with this keyword whose value was not refused. */
  last(name: string): Setting | undefined {
    const known = this.every(name);
    for (let at = known.length - 1; at >= 0; at--) if (known[at]?.value) return known[at];
    return undefined;
  }

  /** The last of all lines with one of these keywords. */
  lastOf(...names: readonly string[]): Setting | undefined {
    let latest: Setting | undefined;
    for (const name of names) {
      const found = this.last(name);
      if (found && (!latest || placeOf(found.directive).start > placeOf(latest.directive).start))
        latest = found;
    }
    return latest;
  }

  has(name: string): boolean {
    return this.last(name) !== undefined;
  }

  /** A flag or truth word; undefined when the block does not set it. */
  flag(name: string): boolean | undefined {
    const value = this.last(name)?.value;
    if (!value) return undefined;
    return value.kind === "flag" ? value.on : true;
  }

  number(name: string): number | undefined {
    const value = this.last(name)?.value;
    return value?.kind === "number" ? value.value : undefined;
  }

  /** A decimal value; the binder keeps those in microseconds. */
  duration(name: string): Duration | undefined {
    return this.number(name) as Duration | undefined;
  }

  address(name: string): IpAddress | undefined {
    const value = this.last(name)?.value;
    return value?.kind === "address" ? value.address : undefined;
  }

  /** The first word of the value. */
  word(name: string): string | undefined {
    return this.last(name)?.words[0]?.text;
  }
}

/**
 * Reads the keywords of a block: unknown ones, missing values, refused values and misplaced braces are reported, the
 * rest is what the block sets. `path` names the vocabulary.
 */
export function readBlock(
  context: BindContext,
  from: { readonly block: Block | undefined; readonly path: string },
): Settings {
  const { block, path } = from;
  const settings = new Settings();
  const keywords = keywordsOf(path) ?? new Map<string, Keyword>();
  for (const directive of block?.directives ?? []) {
    const setting = readDirective(context, directive, { path, keywords });
    if (setting) settings.add(setting);
  }
  if (block) checkRelations(context, { settings, block, path });
  return settings;
}

/** The root blocks of a file by keyword, in the order written, and what the keywords between them set. */
export function readDocument(
  context: BindContext,
  directives: readonly Directive[],
): { readonly blocks: ReadonlyMap<string, readonly Directive[]>; readonly settings: Settings } {
  const blocks = new Map<string, Directive[]>();
  const settings = new Settings();
  const keywords = keywordsOf("") ?? new Map<string, Keyword>();
  for (const directive of directives) {
    const setting = readDirective(context, directive, { path: "", keywords });
    if (!setting) continue;
    settings.add(setting);
    const known = blocks.get(setting.keyword.name);
    if (known) known.push(directive);
    else blocks.set(setting.keyword.name, [directive]);
  }
  return { blocks, settings };
}

interface Vocabulary {
  readonly path: string;
  readonly keywords: ReadonlyMap<string, Keyword>;
}

/** Reads one line against a vocabulary; undefined when the line is not a setting. */
function readDirective(
  context: BindContext,
  directive: Directive,
  vocabulary: Vocabulary,
): Setting | undefined {
  const [name, ...words] = directive.words;
  if (!name) {
    tellUnexpectedBlock(context, directive, "no keyword stands before this block");
    return undefined;
  }
  const keyword = vocabulary.keywords.get(name.text);
  const newer = keyword !== undefined && !keyword.in227 && context.environment.compat !== "latest";
  if (!keyword || newer) tellUnknown(context, directive, { name, vocabulary, newer: keyword });
  if (!keyword) return undefined;
  const wantsBlock = keyword.value.kind === "block" || keyword.value.kind === "entries";
  if (directive.block && !wantsBlock) tellUnexpectedBlock(context, directive, `${name.text} has no block`);
  if (words.some((word) => word.unclosed)) return undefined;
  return readKnown(vocabulary.path === "" ? { ...context, stage: rootStage(name.text) } : context, {
    directive,
    keyword,
    vocabulary,
  });
}

/** Reads a line whose keyword the block knows. */
function readKnown(
  context: BindContext,
  from: { readonly directive: Directive; readonly keyword: Keyword; readonly vocabulary: Vocabulary },
): Setting | undefined {
  const { directive, keyword, vocabulary } = from;
  const [name, ...words] = directive.words;
  if (!name) return undefined;
  const wantsBlock = keyword.value.kind === "block" || keyword.value.kind === "entries";
  const nameless = NAMELESS[name.text];
  if (nameless !== undefined && vocabulary.path === "" && words.length !== 1) {
    tellNameless(context, directive, nameless);
    return undefined;
  }
  if (words.length < keyword.needs) {
    tellMissing(context, directive, { name, path: vocabulary.path });
    return undefined;
  }
  if (wantsBlock && !directive.block) {
    tellMissingBlock(context, directive);
    return undefined;
  }
  if (keyword.status?.kind === "deprecated") tellDeprecated(context, name, keyword.status.use);
  if (keyword.effect !== "works") tellEffect(context, name, keyword);
  tellUnusedWords(context, { keyword, words, keywords: vocabulary.keywords });
  const { value, finding } = readValue(keyword, words);
  if (finding) tellRefused(context, words[0] ?? name, { finding, keyword, path: vocabulary.path });
  const setting = { keyword, directive, words, ...(value ? { value } : {}) };
  if (value && !checkValue(context, { setting, path: vocabulary.path })) return { keyword, directive, words };
  if (keyword.value.kind === "entries") {
    for (const inner of directive.block?.directives ?? []) {
      if (inner.block) tellUnexpectedBlock(context, inner, `the lines of ${name.text} have no blocks`);
    }
    checkEntries(context, setting);
  }
  return setting;
}

function tellRefused(
  context: BindContext,
  word: Word,
  refused: { readonly finding: Finding; readonly keyword: Keyword; readonly path: string },
): void {
  const { finding, keyword, path } = refused;
  if (finding.texts === undefined) {
    tell(context, word, finding);
    return;
  }
  const own = refusalText(path, { keyword: keyword.name, value: word.text, owner: context.owner });
  const texts = [...(finding.texts ?? []), ...(own ? [own] : [])];
  const only = finding.code === "too-many-places" ? (finding.texts ?? []) : texts;
  const fallback = `${keyword.name} '${word.text}' invalid - ignoring`;
  tell(context, word, { ...finding, texts: only.length > 0 ? only : [fallback] });
}

function tellUnknown(
  context: BindContext,
  directive: Directive,
  unknown: { readonly name: Word; readonly vocabulary: Vocabulary; readonly newer: Keyword | undefined },
): void {
  const { name, vocabulary, newer } = unknown;
  const where = vocabulary.path === "" ? "at the top level" : `in ${vocabulary.path.split("/").pop()}`;
  const near = didYouMean(name.text, vocabulary.keywords.keys());
  const elsewhere = near ? undefined : placesOf(name.text);
  const help = helpForUnknown(directive, { near, newer, elsewhere });
  tell(context, name, {
    code: newer ? "newer-keyword" : "unknown-keyword",
    severity: newer ? "warning" : "error",
    message: `'${name.text}' is not a keyword ${where}${newer ? " of keepalived 2.2.7" : ""}${directive.block && !newer ? ", so its whole block is skipped" : ""}`,
    help,
    ...(near && !newer
      ? { fix: { title: `replace it with ${near}`, edits: [{ span: spanAt(context, name), text: near }] } }
      : {}),
    texts: [`Unknown keyword '${name.text}'`, ...(directive.block ? ["Unexpected '{' - ignoring"] : [])],
  });
}

function helpForUnknown(
  directive: Directive,
  known: {
    readonly near: string | undefined;
    readonly newer: Keyword | undefined;
    readonly elsewhere: string | undefined;
  },
): string {
  const { near, newer, elsewhere } = known;
  const name = directive.words[0]?.text ?? "";
  if (newer?.status?.kind === "own") return "it is locum's own, and works here; keepalived ignores the line";
  if (newer) return `keepalived 2.2.7 does not know it; it came with ${newer.since || "a later release"}`;
  if (name.startsWith("$") && directive.words[1]?.text === "=") {
    return `a definition has no blank before its equals sign: write ${name}=VALUE`;
  }
  if (near) return `did you mean ${near}?`;
  if (elsewhere) return `${name} belongs ${elsewhere}; is a brace missing or too many before this line?`;
  return "remove the line, or correct the word";
}

/** The blocks that know a word, for a message. */
function placesOf(word: string): string | undefined {
  const blocks = [
    "global_defs",
    "vrrp_instance",
    "vrrp_script",
    "virtual_server",
    "virtual_server/real_server",
    "virtual_server/real_server/HTTP_GET",
    "virtual_server/real_server/HTTP_GET/url",
    "vrrp_instance/authentication",
  ];
  const known = blocks.filter((path) => keywordsOf(path)?.has(word)).map((path) => path.split("/").pop());
  if (keywordsOf("")?.has(word)) return "to the top level";
  return known.length > 0 ? `in ${known.join(" or ")}` : undefined;
}

function tellUnexpectedBlock(context: BindContext, directive: Directive, reason: string): void {
  const open = directive.block?.open ?? 0;
  const place: Place = { start: open, end: open + 1 };
  tell(context, place, {
    code: "unexpected-block",
    severity: "error",
    message: `${reason}, so this { opens nothing; what stands in it is skipped`,
    help: "remove the { and its }, or put the keyword of the block before it",
    texts: directive.words.length > 0 ? ["Unexpected '{' - ignoring"] : ["Unknown keyword '{'"],
  });
}

function tellMissing(
  context: BindContext,
  directive: Directive,
  missing: { readonly name: Word; readonly path: string },
): void {
  const { name, path } = missing;
  const position = directive.words.length + 1;
  const last = directive.words[directive.words.length - 1]?.text ?? name.text;
  const forgiven =
    directive.words.length > 1 ? undefined : forgivenText(path, { keyword: name.text, owner: context.owner });
  const message = `${name.text} needs a value, but the line ends after it`;
  const help = `write ${name.text} ${keywordSyntax(path, name.text)}, or remove the line`;
  if (forgiven !== undefined) {
    tell(context, name, {
      code: "missing-value",
      severity: "error",
      message: `${message}, so it has no effect`,
      help,
      ...(forgiven === "" ? {} : { texts: [forgiven] }),
    });
    return;
  }
  tell(context, name, {
    code: "missing-value",
    severity: "error",
    message,
    help: `${help}; keepalived stops here and reads nothing further`,
    fatal: 2,
    texts: [
      `*** Configuration line starting \`${name.text}\` is missing a parameter after keyword \`${last}\` at word position ${position}`,
    ],
    exitCode: 2,
  });
}

/** Blocks that want exactly one name, and what keepalived 2.2.7 says when there is none or more; it skips them whole. */
const NAMELESS: Readonly<Record<string, string>> = {
  vrrp_instance: "vrrp_instance must have a name",
  vrrp_sync_group: "vrrp_sync_group must have a name - skipping",
};

function tellNameless(context: BindContext, directive: Directive, text: string): void {
  const [keyword, , second] = directive.words;
  tell(context, second ?? placeOf(directive), {
    code: "bad-block-name",
    severity: "error",
    message: second
      ? `${keyword?.text} takes one name, but here are ${directive.words.length - 1} words, so the block is skipped`
      : `${keyword?.text} needs a name, so the block is skipped`,
    help: `write ${keyword?.text} NAME { ... }; a name with blanks stands in double quotes`,
    fatal: 2,
    texts: [text],
    stage: "vrrp",
  });
}

function keywordSyntax(path: string, name: string): string {
  return keywordsOf(path)?.get(name)?.syntax || "VALUE";
}

function tellDeprecated(context: BindContext, name: Word, use: string): void {
  const text = DEPRECATION_TEXTS[name.text];
  tell(context, name, {
    code: "deprecated",
    severity: "warning",
    message: `${name.text} is out of date; it still works`,
    help: `use ${use}`,
    ...(text ? { texts: [text.replaceAll("%o", context.owner)] } : {}),
  });
}

/** What keepalived 2.2.7 says of keywords that are out of date; it accepts the others in silence. */
const DEPRECATION_TEXTS: Readonly<Record<string, string>> = {
  nb_get_retry: "nb_get_retry is deprecated - please use 'retry'",
  global_tracking: "(%o) global_tracking is deprecated. Use track_interface/script/file on the sync group",
  linkbeat_use_polling:
    "(%o) 'linkbeat_use_polling' in vrrp instance deprecated - use linkbeat_interfaces block",
  vrrp_vmac_garp_intvl: 'Keyword "vrrp_vmac_garp_intvl" is deprecated - please use "vrrp_garp_extra_if"',
  vmac_garp_intvl: 'Keyword "vmac_garp_intvl" is deprecated - please use "garp_extra_if"',
  lvs_sync_daemon_interface: "(%o) Specifying lvs_sync_daemon_interface against a vrrp is deprecated.",
};
