import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/TCP_CHECK`. */
export const tcpCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/TCP_CHECK",
  keywords: [
    ...checkerKeywords({
      since: {
        "1.2.13": ["connect_ip", "bind_port", "fwmark", "warmup"],
        "≤1.0.3": ["connect_port", "connect_timeout"],
        "1.1.2": ["bindto"],
        "1.3.7": ["bind_if", "delay_loop", "alpha"],
        "1.2.20": ["retry", "delay_before_retry"],
        "2.0.11": ["log_all_failures"],
      },
      accepted: ["bind_if", "log_all_failures"],
    }),
  ],
};
