import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/UDP_CHECK`. */
export const udpCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/UDP_CHECK",
  keywords: [
    ...checkerKeywords({ since: "2.1.0", accepted: "all" }),
    {
      name: "payload",
      value: { kind: "words" },
      needs: 1,
      syntax: "HEX (spaces allowed)",
      default: "empty",
      since: "2.2.0",
      in227: true,
      meaning: "What is sent",
      effect: "accepted",
    },
    {
      name: "require_reply",
      value: { kind: "words" },
      needs: 0,
      syntax: "[HEX with X for don't-care nibble]",
      default: "off",
      since: "2.1.0",
      in227: true,
      meaning: "An answer must come, and may have to begin so",
      effect: "accepted",
    },
    {
      name: "min_reply_length",
      value: { kind: "integer", min: 0, max: 65535 },
      needs: 1,
      syntax: "uint 0..65535",
      default: "0",
      since: "2.2.0",
      in227: true,
      meaning: "Shortest answer that is right",
      effect: "accepted",
    },
    {
      name: "max_reply_length",
      value: { kind: "integer", min: 0, max: 65535 },
      needs: 1,
      syntax: "uint 0..65535",
      default: "255",
      since: "2.2.0",
      in227: true,
      meaning: "Longest answer that is right",
      effect: "accepted",
    },
  ],
};
