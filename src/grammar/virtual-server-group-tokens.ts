import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `virtual_server_group`. */
export const virtualServerGroupTokens: EntryGrammar = {
  lists: ["virtual_server_group"],
  tokens: [
    {
      name: "ADDR-RANGE",
      syntax: "IP[-LAST-OCTET-or-HEX-GROUP | -FULL-IP | /MASK] [PORT]",
      default: "port 0",
      meaning: "Address or range",
    },
    {
      name: "fwmark",
      syntax: "N [inet|inet6]",
      default: "family of VS",
      meaning: "Firewall mark entry",
    },
  ],
};
