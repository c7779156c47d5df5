import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `vrrp_instance/authentication`. */
export const authenticationGrammar: BlockGrammar = {
  path: "vrrp_instance/authentication",
  keywords: [
    {
      name: "auth_type",
      value: { kind: "enum", words: ["PASS", "AH"] },
      needs: 1,
      syntax: "PASS | AH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Plain password, or the AH header that RFC 3768 took out again",
      effect: "works",
    },
    {
      name: "auth_pass",
      value: { kind: "word" },
      needs: 1,
      syntax: "STRING (first 8 octets used)",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "The password all routers share; 8 bytes count",
      effect: "works",
    },
  ],
};
