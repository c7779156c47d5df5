import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `track_file`. */
export const trackFileGrammar: BlockGrammar = {
  path: "track_file",
  keywords: [
    {
      name: "file",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "mandatory",
      since: "2.1.0",
      in227: true,
      meaning: "Path of the file",
      effect: "works",
    },
    {
      name: "weight",
      value: { kind: "words" },
      needs: 1,
      syntax: "int -254..254 [reverse]",
      default: "1",
      since: "2.1.0",
      in227: true,
      meaning: "What the file's number is multiplied by; 0 makes any number but 0 a fault",
      effect: "works",
    },
    {
      name: "init_file",
      value: { kind: "words" },
      needs: 0,
      syntax: "[int] [overwrite]",
      default: "0 when given",
      since: "2.1.0",
      in227: true,
      meaning: "Creates the file with this number at start",
      effect: "works",
    },
  ],
};
