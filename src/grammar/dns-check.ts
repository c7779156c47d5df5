import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/DNS_CHECK`. */
export const dnsCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/DNS_CHECK",
  keywords: [
    ...checkerKeywords({
      since: {
        "1.3.0": ["connect_ip", "connect_port", "bindto", "bind_port", "connect_timeout", "fwmark", "retry"],
        "1.3.7": ["bind_if", "delay_before_retry", "warmup", "delay_loop", "alpha"],
        "2.0.11": ["log_all_failures"],
      },
      accepted: "all",
    }),
    {
      name: "type",
      value: { kind: "enum", words: ["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"] },
      needs: 1,
      syntax: "A NS CNAME SOA MX TXT AAAA RRSIG DNSKEY",
      default: "SOA",
      since: "1.3.0",
      in227: true,
      meaning: "Type of record that is asked for",
      effect: "accepted",
    },
    {
      name: "name",
      value: { kind: "word" },
      needs: 1,
      syntax: "DOMAIN",
      default: "root",
      since: "1.3.0",
      in227: true,
      meaning: "What is asked for",
      effect: "accepted",
    },
  ],
};
