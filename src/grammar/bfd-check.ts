import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/BFD_CHECK`. */
export const bfdCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/BFD_CHECK",
  keywords: [
    {
      name: "name",
      value: { kind: "word" },
      needs: 1,
      syntax: "BFD_INSTANCE",
      default: "mandatory",
      since: "2.0.0",
      in227: true,
      meaning: "The bfd_instance to follow",
      effect: "works",
    },
    {
      name: "alpha",
      value: { kind: "boolean" },
      needs: 0,
      syntax: "[BOOL]",
      default: "off",
      since: "2.0.0",
      in227: true,
      meaning: "Counts as failed until its first success",
      effect: "works",
    },
  ],
};
