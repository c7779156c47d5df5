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
      meaning: "Watched file",
      bound: false,
    },
    {
      name: "weight",
      value: { kind: "words" },
      needs: 1,
      syntax: "int -254..254 [reverse]",
      default: "1",
      since: "2.1.0",
      in227: true,
      meaning: "Multiplier of the file's value (for VRRP); 0 = value ≠0 is fault",
      bound: false,
    },
    {
      name: "init_file",
      value: { kind: "words" },
      needs: 0,
      syntax: "[int] [overwrite]",
      default: "0 when given",
      since: "2.1.0",
      in227: true,
      meaning: "Create file with value if missing; overwrite = also when present",
      bound: false,
    },
  ],
};
