import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `SSL`. */
export const sslGrammar: BlockGrammar = {
  path: "SSL",
  keywords: [
    {
      name: "password",
      value: { kind: "word" },
      needs: 1,
      syntax: "STRING",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Pass phrase of the key",
      effect: "accepted",
    },
    {
      name: "ca",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "File of authorities; servers are not verified by it",
      effect: "accepted",
    },
    {
      name: "certificate",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Certificate that is presented",
      effect: "accepted",
    },
    {
      name: "key",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Key of that certificate",
      effect: "accepted",
    },
  ],
};
