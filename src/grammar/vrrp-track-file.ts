import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `vrrp_track_file`. */
export const vrrpTrackFileGrammar: BlockGrammar = {
  path: "vrrp_track_file",
  keywords: [
    {
      name: "file",
      value: { kind: "word" },
      needs: 1,
      syntax: "PATH",
      default: "",
      since: "2.0.0",
      in227: true,
      status: { kind: "deprecated", use: "track_file" },
      meaning: "Path of the file",
      effect: "works",
    },
    {
      name: "weight",
      value: { kind: "words" },
      needs: 1,
      syntax: "int -254..254 [reverse]",
      default: "1",
      since: "2.0.0",
      in227: true,
      status: { kind: "deprecated", use: "track_file" },
      meaning: "What the file's number is multiplied by",
      effect: "works",
    },
    {
      name: "init_file",
      value: { kind: "words" },
      needs: 0,
      syntax: "[int] [overwrite]",
      default: "",
      since: "2.0.0",
      in227: true,
      status: { kind: "deprecated", use: "track_file" },
      meaning: "Creates the file with this number at start",
      effect: "works",
    },
  ],
};
