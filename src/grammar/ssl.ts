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
      meaning: "Key pass phrase",
      bound: false,
    },
    {
      name: "ca",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "CA file loaded in the context (peer is still not verified)",
      bound: false,
    },
    {
      name: "certificate",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Client certificate",
      bound: false,
    },
    {
      name: "key",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "none",
      since: "≤1.0.3",
      in227: true,
      meaning: "Client private key",
      bound: false,
    },
  ],
};
