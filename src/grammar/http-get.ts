import { checkerKeywords } from "./checker-keywords.ts";
import { tlsCompliant } from "./http-get-url.ts";
import type { BlockGrammar, Keyword } from "./keyword.ts";

/** The keywords of HTTP_GET, which SSL_GET has as well. */
const keywords: readonly Keyword[] = [
  ...checkerKeywords({
    since: {
      "1.2.13": ["connect_ip", "bind_port", "fwmark", "warmup"],
      "≤1.0.3": ["connect_port", "connect_timeout", "delay_before_retry"],
      "1.1.2": ["bindto"],
      "1.3.7": ["bind_if", "retry", "delay_loop", "alpha"],
      "2.0.11": ["log_all_failures"],
    },
    accepted: ["bind_if", "log_all_failures"],
  }),
  {
    name: "nb_get_retry",
    value: { kind: "integer", min: 0, max: 4294967295 },
    needs: 1,
    syntax: "uint",
    default: "",
    since: "≤1.0.3",
    in227: true,
    status: { kind: "deprecated", use: "retry" },
    meaning: "Old name of retry",
    effect: "works",
  },
  {
    name: "virtualhost",
    value: { kind: "word" },
    needs: 1,
    syntax: "STRING",
    default: "RS/VS virtualhost, else ip:port",
    since: "1.3.6",
    in227: true,
    meaning: "Host header",
    effect: "works",
  },
  {
    name: "http_protocol",
    value: { kind: "enum", words: ["1.0", "1.0C", "1.0c", "1.1"] },
    needs: 1,
    syntax: "1.0 | 1.0C | 1.0c | 1.1",
    default: "1.0",
    since: "2.0.17",
    in227: true,
    meaning: "Version in the request; with C the connection is to be closed",
    effect: "accepted",
  },
  {
    name: "enable_sni",
    value: { kind: "boolean" },
    needs: 0,
    syntax: "[BOOL]",
    default: "off",
    since: "1.4.3",
    in227: true,
    meaning: "Names the host in the TLS greeting",
    effect: "accepted",
  },
  {
    name: "sni_name",
    value: { kind: "word" },
    needs: 1,
    syntax: "STRING",
    default: "virtualhost",
    since: "",
    in227: false,
    meaning: "Name in the TLS greeting",
    effect: "accepted",
  },
  {
    name: "fast_recovery",
    value: { kind: "boolean" },
    needs: 0,
    syntax: "[BOOL]",
    default: "off",
    since: "2.0.17",
    in227: true,
    meaning: "While the server is down, a good page leads to the next one at once",
    effect: "accepted",
  },
];

function pages(path: string): Keyword {
  return {
    name: "url",
    value: { kind: "block", block: `${path}/url` },
    needs: 0,
    syntax: "{ }",
    default: "≥1 mandatory",
    since: "≤1.0.3",
    in227: true,
    meaning: "A page that must be right; all of them, one after the other",
    effect: "works",
  };
}

/** The keywords of `virtual_server/real_server/HTTP_GET`. */
export const httpGetGrammar: BlockGrammar = {
  path: "virtual_server/real_server/HTTP_GET",
  keywords: [...keywords, pages("virtual_server/real_server/HTTP_GET")],
};

/** The keywords of `virtual_server/real_server/SSL_GET`. */
export const sslGetGrammar: BlockGrammar = {
  path: "virtual_server/real_server/SSL_GET",
  keywords: [
    ...keywords.map((each) => (each.name === "enable_sni" ? { ...each, effect: "works" as const } : each)),
    tlsCompliant("off"),
    pages("virtual_server/real_server/SSL_GET"),
  ],
};
