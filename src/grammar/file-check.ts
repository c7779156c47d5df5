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
      meaning: "The track_file to follow",
      effect: "accepted",
    },
    {
      name: "weight",
      value: { kind: "words" },
      needs: 1,
      syntax: "int -65535..65535 [reverse|noreverse]",
      default: "track_file weight",
      since: "2.1.0",
      in227: true,
      meaning: "What its number is multiplied by; 0 makes any number but 0 a failure",
      effect: "accepted",
    },
  ],
};
