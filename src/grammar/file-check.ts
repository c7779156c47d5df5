import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/FILE_CHECK`. */
export const fileCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/FILE_CHECK",
  keywords: [
    {
      name: "track_file",
      value: { kind: "word" },
      needs: 1,
      syntax: "NAME",
      default: "mandatory",
      since: "2.1.0",
      in227: true,
      meaning: "track_file to use",
      bound: false,
    },
    {
      name: "weight",
      value: { kind: "words" },
      needs: 1,
      syntax: "int -65535..65535 [reverse|noreverse]",
      default: "track_file weight",
      since: "2.1.0",
      in227: true,
      meaning: "Multiplier; 0 = value ≠0 means down; else value×weight added to RS weight",
      bound: false,
    },
  ],
};
