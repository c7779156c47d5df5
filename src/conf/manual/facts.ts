import type { Keyword, KeywordStatus, ValueShape } from "../../grammar/keyword.ts";
import type { ManualPlace } from "./places.ts";

/** One line of an entry of the manual. Words to be written as they stand are between backquotes. */
export interface Fact {
  readonly label: "values" | "default" | "since" | "note" | "locum";
  readonly text: string;
}

/** What becomes of a keyword here: acted on, read without effect, or acted on save for some values that are refused. */
export interface Effect {
  readonly kind: "works" | "accepted" | "without effect" | "refused" | "partly refused";
  readonly reason?: string;
}

/** Values that stop the daemon from starting, though the keyword as a whole works; see docs/compatibility.md. */
const REFUSED_VALUES: Readonly<Record<string, string>> = {
  "vrrp_instance/version": "`2` is refused for IPv6 addresses, which version 2 cannot carry; write `3`",
  "global_defs/vrrp_version": "`2` is refused for IPv6 addresses, which version 2 cannot carry; write `3`",
};

/** The form of an entry: the word and what follows it. */
export function formOf(place: ManualPlace): string {
  if (place.kind === "preprocessor") {
    const { name, syntax } = place.token;
    return /^[@~$]/.test(syntax) ? syntax : `${name} ${syntax}`.trim();
  }
  const { name, syntax } = place.kind === "keyword" ? place.keyword : place.token;
  return `${name} ${syntax}`.trim();
}

/** What an entry does, as a sentence without its stop. */
export function meaningOf(place: ManualPlace): string {
  return place.kind === "keyword" ? place.keyword.meaning : place.token.meaning;
}

/** Everything to be said of an entry besides its form and its meaning. */
export function factsOf(place: ManualPlace): readonly Fact[] {
  const { status, default: standard } = place.kind === "keyword" ? place.keyword : place.token;
  const effect = effectOf(place);
  const facts: readonly [Fact["label"], string | undefined][] = [
    ["values", place.kind === "keyword" ? valuesOf(place.keyword.value) : undefined],
    ["default", standard === "" ? undefined : standard],
    ["since", place.kind === "keyword" ? sinceOf(place.keyword) : undefined],
    ["note", status ? statusText(status) : undefined],
    ["locum", effect && effectText(effect)],
  ];
  return facts.flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }]));
}

/** What this version does with an entry; undefined for the preprocessor, all of which works. */
export function effectOf(place: ManualPlace): Effect | undefined {
  if (place.kind === "preprocessor") return undefined;
  const keyword = place.kind === "keyword" ? place.keyword : place.list;
  const effect = place.kind === "token" ? (place.token.effect ?? keyword.effect) : keyword.effect;
  const status = place.kind === "token" ? place.token.status : keyword.status;
  if (effect === "accepted") {
    const nobody = status?.kind === "no-effect";
    return {
      kind: "accepted",
      reason: nobody ? "keepalived does nothing with it either" : "no part of this version acts on it yet",
    };
  }
  if (effect !== "works") {
    return { kind: effect.kind === "refused" ? "refused" : "without effect", reason: effect.why };
  }
  const refused = REFUSED_VALUES[place.path];
  return refused === undefined ? { kind: "works" } : { kind: "partly refused", reason: refused };
}

function effectText({ kind, reason }: Effect): string {
  switch (kind) {
    case "works":
      return "works";
    case "accepted":
      return `accepted, no effect yet: ${reason ?? ""}`;
    case "without effect":
      return `accepted without effect: ${reason ?? ""}`;
    case "refused":
      return `refused: ${reason ?? ""}`;
    case "partly refused":
      return `works, but ${reason ?? ""}`;
  }
}

/** What may follow a keyword, in words; undefined where the form says it all. */
export function valuesOf(shape: ValueShape): string | undefined {
  switch (shape.kind) {
    case "boolean":
      return "`true`, `on`, `yes` or `false`, `off`, `no`; nothing means true";
    case "integer":
      return `a whole number from ${shape.min} to ${shape.max}${shape.unit ? `, in ${shape.unit}` : ""}`;
    case "decimal":
      return `a number from ${shape.min} to ${shape.max}, in ${shape.unit}, of which ${shape.places} decimal places count`;
    case "enum":
      return `${shape.words.map((word) => `\`${word}\``).join(", ")}${shape.anyCase ? "; in any case" : ""}`;
    case "address":
      return "an IPv4 or IPv6 address";
    case "endpoint":
      return "an address and, if wanted, a port";
    case "interface":
      return "the name of a network interface";
    case "command":
      return "a command with its arguments; quotes group words, a backslash escapes, no shell is run";
    case "entries":
      return "a list between braces, one entry on each line";
    case "block":
      return "a block of keywords between braces";
    case "none":
    case "word":
    case "words":
      return undefined;
  }
}

function sinceOf(keyword: Keyword): string | undefined {
  if (keyword.status?.kind === "own") return undefined;
  const newer = keyword.in227 ? "" : "not in keepalived 2.2.7";
  const since = keyword.since === "" ? "" : `keepalived ${keyword.since.replace(/^≤(.*)/, "$1 or before")}`;
  return [since, newer].filter((part) => part !== "").join(", ") || undefined;
}

function statusText(status: KeywordStatus): string {
  switch (status.kind) {
    case "deprecated":
      return status.use === "" ? "deprecated" : `deprecated; use ${status.use}`;
    case "alias":
      return `another name for \`${status.of}\``;
    case "no-effect":
      return "keepalived reads it without any effect";
    case "own":
      return "locum's own; keepalived ignores it as an unknown keyword";
  }
}
