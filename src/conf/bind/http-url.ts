import type { BodyPattern, HttpUrl } from "../model/virtual-server.ts";
import { type BindContext, closeOf, tell } from "./context.ts";
import { bindFields, isSet, number, numberOr, text, words } from "./fields.ts";
import type { Setting } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";

/** Binds one `url` block; `path` names its vocabulary. */
export function bindUrl(
  context: BindContext,
  from: { readonly setting: Setting; readonly path: string },
): HttpUrl {
  const settings = readBlock(context, { block: from.setting.directive.block, path: from.path });
  const path = settings.word("path");
  if (path === undefined) {
    tell(context, closeOf(from.setting.directive), {
      code: "url-without-path",
      severity: "warning",
      message: "this url block has no path, so / is asked for",
      help: "add path /",
      texts: ["HTTP/SSL_GET checker url has no path - ignoring"],
    });
  }
  checkDigests(context, settings);
  const digest = bindDigest(context, settings);
  const codes = bindStatusCodes(context, settings);
  const regex = bindPattern(context, settings);
  const virtualHost = settings.word("virtualhost");
  const tlsCompliant = settings.flag("tls_compliant");
  const anything = { from: 100, to: 599 };
  const good = { from: 200, to: 299 };
  return {
    path: path ?? "/",
    ...(digest === undefined ? {} : { digest }),
    statusCodes: codes.length > 0 ? codes : [digest === undefined && !regex ? good : anything],
    ...(virtualHost === undefined ? {} : { virtualHost }),
    ...(regex ? { regex } : {}),
    ...(tlsCompliant === undefined ? {} : { tlsCompliant }),
  };
}

/** keepalived reports the second of two equal digests. */
function checkDigests(context: BindContext, settings: Settings): void {
  const seen = new Set<string>();
  for (const word of settings.every("digest").flatMap((setting) => setting.words.slice(0, 1))) {
    if (seen.has(word.text)) {
      tell(context, word, {
        code: "digest-twice",
        severity: "warning",
        message: "the same digest stands here twice; the second has no effect",
        help: "remove one of the lines",
        texts: [`Digest '${word.text}' is a duplicate`],
      });
    }
    seen.add(word.text);
  }
}

function bindDigest(context: BindContext, settings: Settings): string | undefined {
  const word = settings.last("digest")?.words[0];
  if (!word) return undefined;
  if (/^[0-9a-fA-F]{32}$/.test(word.text)) return word.text.toLowerCase();
  tell(context, word, {
    code: "bad-digest",
    severity: "error",
    message: `the digest '${word.text}' is not the 32 hexadecimal digits of an MD5 sum, so it is not compared`,
    help: "run locum genhash against the server to get it",
    texts: [
      word.text.length === 32
        ? `digest '${word.text}' is not a valid hexadecimal value`
        : `digest '${word.text}' character length should be 32 rather than ${word.text.length}`,
    ],
  });
  return undefined;
}

function bindStatusCodes(context: BindContext, settings: Settings): HttpUrl["statusCodes"] {
  const ranges: { from: number; to: number }[] = [];
  for (const word of settings.every("status_code").flatMap((setting) => setting.words)) {
    const match = /^(\d{3})(?:-(\d{3}))?$/.exec(word.text);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match && from >= 100 && to <= 599 && from <= to) {
      ranges.push({ from, to });
      continue;
    }
    tell(context, word, {
      code: "bad-status-code",
      severity: "error",
      message: `the status code is '${word.text}', but it must be a number or a range FROM-TO from 100 to 599; it is left out`,
      help: "write for example: status_code 200 or status_code 200-299 301",
      texts: [`Invalid HTTP_GET status code '${word.text}'`],
    });
  }
  return ranges;
}

const PATTERN_FIELDS = {
  pattern: text("regex"),
  noMatch: isSet("regex_no_match"),
  options: words("regex_options"),
  minOffset: numberOr(0, "regex_min_offset"),
  maxOffset: number("regex_max_offset"),
  stack: words("regex_stack"),
};

/** The `regex` family of a page; undefined when none of it is written. */
function bindPattern(context: BindContext, settings: Settings): BodyPattern | undefined {
  const { pattern, options = [], stack, ...rest } = bindFields({ settings, context }, PATTERN_FIELDS);
  if (pattern === undefined) return undefined;
  const [start, max] = (stack ?? []).map(Number);
  return {
    pattern,
    options,
    ...rest,
    ...(start !== undefined && max !== undefined ? { stack: { start, max } } : {}),
  };
}
