import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import { microseconds } from "../../base/time.ts";
import type { Keyword, Unit, ValueShape } from "../../grammar/keyword.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { Word } from "../tree.ts";
import type { Finding } from "./context.ts";

/** A value as read by its shape. */
export type Value =
  | { readonly kind: "flag"; readonly on: boolean }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "address"; readonly address: IpAddress }
  | { readonly kind: "words" };

/** A value, or what is wrong with it. `value` beside a finding is what counts all the same. */
export interface ReadValue {
  readonly value?: Value;
  readonly finding?: Finding;
}

const TRUE_WORDS = new Set(["true", "on", "yes"]);
const FALSE_WORDS = new Set(["false", "off", "no"]);

/** Reads the words after a keyword by the keyword's shape. `words` has at least `keyword.needs` entries. */
export function readValue(keyword: Keyword, words: readonly Word[]): ReadValue {
  const shape = keyword.value;
  const first = words[0];
  switch (shape.kind) {
    case "none":
      return { value: { kind: "flag", on: true } };
    case "boolean":
      return readBoolean(keyword, first);
    case "integer":
    case "decimal":
      return first ? readNumber(keyword, shape, first.text) : { value: { kind: "words" } };
    case "enum":
      return first ? readEnum(keyword, shape, first.text) : { value: { kind: "words" } };
    case "address":
      return first ? readAddress(keyword, first.text) : { value: { kind: "words" } };
    case "endpoint":
    case "interface":
    case "word":
    case "words":
    case "command":
    case "entries":
    case "block":
      return { value: { kind: "words" } };
  }
}

/** One of keepalived's six truth words; undefined for any other. */
export function readTruth(text: string): boolean | undefined {
  if (TRUE_WORDS.has(text)) return true;
  return FALSE_WORDS.has(text) ? false : undefined;
}

/** Truth words came to these after 2.2.7, which takes the keyword for a flag whatever follows. */
const BARE_FLAGS = new Set(["vrrp_strict", "vrrp_skip_check_adv_addr"]);

function readBoolean(keyword: Keyword, word: Word | undefined): ReadValue {
  if (!word) return { value: { kind: "flag", on: true } };
  const on = readTruth(word.text);
  if (on !== undefined) return { value: { kind: "flag", on } };
  if (BARE_FLAGS.has(keyword.name)) {
    return {
      value: { kind: "flag", on: true },
      finding: {
        code: "not-a-boolean",
        severity: "warning",
        message: `${keyword.name} is '${word.text}', which is neither true nor false; keepalived 2.2.7 looks at no word here, so it is on`,
        help: "write the keyword alone, or with true or false",
      },
    };
  }
  return {
    finding: {
      code: "not-a-boolean",
      severity: "error",
      message: `${keyword.name} is '${word.text}', which is neither true nor false, so the line has no effect`,
      help: "write true, on or yes; or false, off or no; in small letters",
      texts: [],
    },
  };
}

/** The number shape as words for a message: `a whole number from 1 to 255`, `seconds from 0.01 to 255`. */
function wanted(shape: Extract<ValueShape, { kind: "integer" | "decimal" }>): string {
  const kind = shape.kind === "integer" ? "a whole number" : "a decimal number";
  return `${kind}${shape.unit ? ` of ${shape.unit}` : ""} from ${shape.min} to ${shape.max}`;
}

function readNumber(
  keyword: Keyword,
  shape: Extract<ValueShape, { kind: "integer" | "decimal" }>,
  text: string,
): ReadValue {
  const pattern = shape.kind === "integer" ? /^\s*[+-]?\d+$/ : /^\s*[+-]?(?:\d+\.?\d*|\.\d+)$/;
  const refused = (reason: string, code: string, message: string): ReadValue => ({
    finding: { code, severity: "error", message, help: `write ${wanted(shape)}`, texts: [reason] },
  });
  if (!pattern.test(text)) {
    const message = `${keyword.name} is '${text}', which is not ${shape.kind === "integer" ? "a whole number" : "a number"}; it needs ${wanted(shape)}`;
    return refused(`invalid number '${text}'`, "not-a-number", message);
  }
  const value = Number(text);
  if (shape.min >= 0 && text.includes("-")) {
    return refused(
      `negative number '${text}'`,
      "out-of-range",
      `${keyword.name} is ${text}, but it cannot be negative; it needs ${wanted(shape)}`,
    );
  }
  if (value < shape.min || value > shape.max) {
    return refused(
      rangeText(shape, text),
      "out-of-range",
      `${keyword.name} is ${text}, but it needs ${wanted(shape)}`,
    );
  }
  const number: Value = {
    kind: "number",
    value: shape.kind === "integer" ? value : microseconds(value * perUnit(shape.unit)),
  };
  const places = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
  if (shape.kind === "integer" || places <= shape.places) return { value: number };
  return {
    value: number,
    finding: {
      code: "too-many-places",
      severity: "warning",
      message: `${keyword.name} is ${text}, but only ${shape.places} decimal places count, so it is rounded`,
      help: `write at most ${shape.places} places`,
      texts: [`number '${text}' has too many decimal places`],
    },
  };
}

/** How keepalived words a number beyond the range, or beyond what its types can hold. */
function rangeText(shape: Extract<ValueShape, { kind: "integer" | "decimal" }>, text: string): string {
  const value = Number(text);
  if (shape.kind === "integer") {
    if (value > 0xffffffff) return `number '${text}' outside unsigned integer range`;
    return `number '${text}' outside range [${shape.min}, ${shape.max}]`;
  }
  if (value > 18_446_744_073_709.55) return `number '${text}' outside unsigned decimal range`;
  const places = shape.places === 3 && shape.unit === "seconds" ? 0 : shape.places;
  return `number '${text}' outside range [${shape.min.toFixed(places)}, ${shape.max.toFixed(places)}]`;
}

/** Microseconds in one unit of a decimal value. */
export function perUnit(unit: Unit): number {
  return unit === "seconds" ? 1_000_000 : unit === "milliseconds" ? 1_000 : 1;
}

function readEnum(keyword: Keyword, shape: Extract<ValueShape, { kind: "enum" }>, text: string): ReadValue {
  const known = shape.words.some((word) =>
    shape.anyCase ? word.toLowerCase() === text.toLowerCase() : word === text,
  );
  if (known) return { value: { kind: "words" } };
  const near = didYouMean(text, shape.words);
  return {
    finding: {
      code: "unknown-value",
      severity: "error",
      message: `${keyword.name} is '${text}', which it does not know`,
      help: `${near ? `did you mean ${near}? ` : ""}write one of ${shape.words.join(", ")}`,
      texts: [],
    },
  };
}

/** keepalived reads an address up to its `/` and says nothing. */
export function ignoredPrefix(text: string): Finding {
  return {
    code: "ignored-prefix-length",
    severity: "warning",
    message: `a prefix length means nothing here, so ${text} counts as ${text.replace(/\/.*$/, "")}`,
    help: "write the address alone",
  };
}

function readAddress(keyword: Keyword, text: string): ReadValue {
  const parsed = parseIpAddress(text.replace(/\/\d+$/, ""));
  if (parsed.ok) {
    return {
      value: { kind: "address", address: parsed.value },
      ...(text.includes("/") ? { finding: ignoredPrefix(text) } : {}),
    };
  }
  return {
    finding: {
      code: "bad-address",
      severity: "error",
      message: `${keyword.name} is '${text}', which is not an IPv4 or IPv6 address, so the line has no effect`,
      help: "write an address such as 192.0.2.1 or 2001:db8::1, without a prefix length",
      texts: [],
    },
  };
}
