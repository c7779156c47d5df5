import { placeOf, tell } from "./context.ts";
import type { FieldSource } from "./fields.ts";

/** keepalived's own: nothing for group and others, nothing executable. */
const DEFAULT_UMASK = 0o177;

const WHO: Readonly<Record<string, number>> = { U: 0o100, G: 0o10, O: 0o1, USR: 0o100, GRP: 0o10, OTH: 0o1 };
const RIGHTS: Readonly<Record<string, number>> = { R: 4, W: 2, X: 1, RWX: 7 };

/** `umask`: a number as C writes it, or names such as `IWGRP|IRWXO`. */
export function bindUmask({ settings, context }: FieldSource): number {
  const setting = settings.last("umask");
  if (!setting) return DEFAULT_UMASK;
  const text = setting.words.map((word) => word.text).join("");
  const mask = parseNumber(text) ?? parseNames(text);
  if (mask !== undefined) return mask;
  tell(context, placeOf(setting.directive), {
    code: "bad-umask",
    severity: "error",
    message: `the umask is '${text}', which is neither a number up to 0777 nor a list of names, so 0177 counts`,
    help: "write for example: umask 077, or umask IRWXG|IRWXO",
    texts: [`Unable to parse umask ${text}`],
  });
  return DEFAULT_UMASK;
}

/** Octal after a 0, hexadecimal after 0x, else decimal. */
function parseNumber(text: string): number | undefined {
  const base = /^0x[0-9a-f]+$/i.test(text) ? 16 : /^0[0-7]*$/.test(text) ? 8 : /^\d+$/.test(text) ? 10 : 0;
  if (base === 0) return undefined;
  const value = Number.parseInt(text, base);
  return value <= 0o777 ? value : undefined;
}

function parseNames(text: string): number | undefined {
  let mask = 0;
  for (const name of text.split("|")) {
    const match = /^I(RWX)([UGO])$|^I([RWX])(USR|GRP|OTH)$/.exec(name);
    if (!match) return undefined;
    mask |= (RIGHTS[match[1] ?? match[3] ?? ""] ?? 0) * ((WHO[match[2] ?? match[4] ?? ""] ?? 0) as number);
  }
  return mask;
}
