import type { EntryGrammar } from "./keyword.ts";

/** What is read before keywords are: inclusion, conditions, definitions and sequences. */
export const preprocessorTokens: EntryGrammar = {
  lists: [],
  tokens: [
    {
      name: "include",
      syntax: "GLOB",
      default: "",
      meaning: "Read files; problem is a config error only with include_check",
    },
    {
      name: "includer",
      syntax: "GLOB",
      default: "",
      meaning: "As include; a matching file that cannot be read is an error",
    },
    {
      name: "includem",
      syntax: "GLOB",
      default: "",
      meaning: "As include; no match is an error",
    },
    {
      name: "includew",
      syntax: "GLOB",
      default: "",
      meaning: "As include; a wildcard that matches nothing is an error",
    },
    {
      name: "includeb",
      syntax: "GLOB",
      default: "",
      meaning: "As include; a brace alternative matching nothing is an error",
    },
    {
      name: "includea",
      syntax: "GLOB",
      default: "",
      meaning: "All of r m w b",
    },
    {
      name: "@ID",
      syntax: "@CONFIG_ID REST-OF-LINE",
      default: "",
      meaning: "Keep line only when config id equals ID",
    },
    {
      name: "@^ID",
      syntax: "@^CONFIG_ID REST-OF-LINE",
      default: "",
      meaning: "Keep line only when config id differs from ID",
    },
    {
      name: "$NAME=",
      syntax: "$NAME=VALUE (no blank before =)",
      default: "",
      meaning: "Definition",
    },
    {
      name: "$NAME",
      syntax: "also ${NAME}",
      default: "",
      meaning: "Use of a definition",
    },
    {
      name: "~SEQ",
      syntax: "~SEQ(VAR, [START, [STEP,]] END) LINE",
      default: "start 1 step ±1",
      meaning: "Repeat line over decimal sequence",
    },
    {
      name: "~SEQx",
      syntax: "~SEQx(VAR, …) LINE",
      default: "",
      meaning: "Same, values in hexadecimal",
    },
    {
      name: "~LST",
      syntax: "~LST(VAR, V1, V2 …) LINE | ~LST({A,B}, {a1,b1}, …) LINE",
      default: "",
      meaning: "Repeat line over a list",
    },
    {
      name: "${_PWD}",
      syntax: "",
      default: "",
      meaning: "Directory of current file",
    },
    {
      name: "${_INSTANCE}",
      syntax: "",
      default: "host name to first dot",
      meaning: "Config id (-i), not the instance keyword",
    },
    {
      name: "${_RANDOM}",
      syntax: "${_RANDOM [MIN [MAX]]}",
      default: "0..32767",
      meaning: "Random number",
    },
    {
      name: "${_ENV}",
      syntax: "${_ENV NAME}",
      default: "",
      meaning: "Environment variable (not in 2.2.7)",
    },
    {
      name: "${_HASH}",
      syntax: "",
      default: "#",
      meaning: "Literal hash",
    },
    {
      name: "${_BANG}",
      syntax: "",
      default: "!",
      meaning: "Literal exclamation mark",
    },
  ],
};
