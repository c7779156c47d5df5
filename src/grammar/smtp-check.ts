import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/SMTP_CHECK`. */
export const smtpCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/SMTP_CHECK",
  keywords: [
    ...checkerKeywords({
      since: {
        "1.2.17": ["connect_ip", "connect_port", "bindto", "bind_port", "fwmark"],
        "1.3.7": ["bind_if", "delay_loop", "alpha"],
        "1.1.8": ["connect_timeout", "retry", "delay_before_retry"],
        "1.2.13": ["warmup"],
        "2.0.11": ["log_all_failures"],
      },
      accepted: "all",
    }),
    {
      name: "helo_name",
      value: { kind: "word" },
      needs: 1,
      syntax: "STRING",
      default: "smtpchecker.keepalived.org",
      since: "1.1.8",
      in227: true,
      meaning: "Name given in the greeting",
      effect: "accepted",
    },
    {
      name: "host",
      value: { kind: "block", block: "virtual_server/real_server/SMTP_CHECK/host" },
      needs: 0,
      syntax: "{ }",
      default: "",
      since: "1.1.8",
      in227: true,
      status: { kind: "deprecated", use: "several SMTP_CHECK blocks" },
      meaning: "One of several targets, in the old way",
      effect: "accepted",
    },
  ],
};
