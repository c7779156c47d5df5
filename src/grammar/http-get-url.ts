import type { BlockGrammar, Keyword } from "./keyword.ts";

/** The keyword of SSL_GET and its pages that HTTP_GET has not. */
export function tlsCompliant(whenAbsent: string): Keyword {
  return {
    name: "tls_compliant",
    value: { kind: "boolean" },
    needs: 0,
    syntax: "[BOOL]",
    default: whenAbsent,
    since: "2.2.8",
    in227: false,
    meaning: "A connection that ends without a proper farewell of TLS counts as failed",
    effect: "accepted",
  };
}

const keywords: readonly Keyword[] = [
  {
    name: "path",
    value: { kind: "word" },
    needs: 1,
    syntax: "PATH",
    default: "/",
    since: "≤1.0.3",
    in227: true,
    meaning: "What to ask for",
    effect: "works",
  },
  {
    name: "digest",
    value: { kind: "word" },
    needs: 1,
    syntax: "32 hex digits",
    default: "none",
    since: "≤1.0.3",
    in227: true,
    meaning: "MD5 sum that the body must have",
    effect: "works",
  },
  {
    name: "status_code",
    value: { kind: "words" },
    needs: 1,
    syntax: "CODE | LOW-HIGH ... (100..599)",
    default: "200-299 when nothing else tested",
    since: "≤1.0.3",
    in227: true,
    meaning: "Status codes that are right",
    effect: "works",
  },
  {
    name: "virtualhost",
    value: { kind: "word" },
    needs: 1,
    syntax: "STRING",
    default: "checker",
    since: "1.3.6",
    in227: true,
    meaning: "Host header",
    effect: "works",
  },
  {
    name: "regex",
    value: { kind: "words" },
    needs: 1,
    syntax: "QUOTED PCRE2",
    default: "none",
    since: "2.0.7",
    in227: true,
    meaning: "Pattern that must be in the body",
    effect: "accepted",
  },
  {
    name: "regex_no_match",
    value: { kind: "none" },
    needs: 0,
    syntax: "",
    default: "off",
    since: "2.0.7",
    in227: true,
    meaning: "The pattern must not be in the body",
    effect: "accepted",
  },
  {
    name: "regex_options",
    value: { kind: "words" },
    needs: 1,
    syntax:
      "any of: allow_empty_class alt_bsux auto_callout caseless dollar_endonly dotall dupnames extended firstline match_unset_backref multiline never_ucp never_utf no_auto_capture no_auto_possess no_dotstar_anchor no_start_optimize ucp ungreedy utf never_backslash_c alt_circumflex alt_verbnames use_offset_limit",
    default: "none",
    since: "2.0.7",
    in227: true,
    meaning: "How the pattern is read",
    effect: "accepted",
  },
  {
    name: "regex_min_offset",
    value: { kind: "integer", min: 0, max: 4294967295, unit: "bytes" },
    needs: 1,
    syntax: "uint bytes",
    default: "0",
    since: "2.0.7",
    in227: true,
    meaning: "First place in the body where the pattern may begin",
    effect: "accepted",
  },
  {
    name: "regex_max_offset",
    value: { kind: "integer", min: 0, max: 4294967295, unit: "bytes" },
    needs: 1,
    syntax: "uint bytes",
    default: "none",
    since: "2.0.7",
    in227: true,
    meaning: "Place in the body before which the pattern must begin",
    effect: "accepted",
  },
  {
    name: "regex_stack",
    value: { kind: "words" },
    needs: 2,
    syntax: "START MAX (bytes)",
    default: "PCRE2 default",
    since: "2.0.7",
    in227: true,
    meaning: "Memory of the pattern matcher",
    effect: "accepted",
  },
];

/** The keywords of `virtual_server/real_server/HTTP_GET/url`. */
export const httpGetUrlGrammar: BlockGrammar = {
  path: "virtual_server/real_server/HTTP_GET/url",
  keywords,
};

/** The keywords of `virtual_server/real_server/SSL_GET/url`. */
export const sslGetUrlGrammar: BlockGrammar = {
  path: "virtual_server/real_server/SSL_GET/url",
  keywords: [...keywords, tlsCompliant("checker value")],
};
