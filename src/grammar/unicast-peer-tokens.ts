import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `unicast_peer`. */
export const unicastPeerTokens: EntryGrammar = {
  lists: ["unicast_peer"],
  tokens: [
    {
      name: "IP",
      syntax: "first word",
      default: "",
      meaning: "Peer",
    },
    {
      name: "min_ttl",
      syntax: "0..255",
      default: "none",
      meaning: "Lowest accepted TTL",
    },
    {
      name: "max_ttl",
      syntax: "0..255",
      default: "none",
      meaning: "Highest accepted TTL",
    },
  ],
};
