import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/SMTP_CHECK/host`. */
export const smtpCheckHostGrammar: BlockGrammar = {
  path: "virtual_server/real_server/SMTP_CHECK/host",
  keywords: [
    ...checkerKeywords({
      since: {
        "1.1.8": ["connect_ip", "connect_port", "bindto"],
        "1.2.13": ["bind_port", "connect_timeout", "fwmark"],
        "1.3.7": ["bind_if", "retry", "delay_before_retry", "warmup", "delay_loop", "alpha"],
        "2.0.11": ["log_all_failures"],
      },
      accepted: "all",
    }),
  ],
};
