import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/PING_CHECK`. */
export const pingCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/PING_CHECK",
  keywords: [...checkerKeywords({ since: "2.1.0", accepted: "all" })],
};
