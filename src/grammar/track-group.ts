import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `track_group`. */
export const trackGroupGrammar: BlockGrammar = {
  path: "track_group",
  keywords: [
    {
      name: "group",
      value: { kind: "entries" },
      needs: 0,
      syntax: "{ VRRP_INSTANCE ... }",
      default: "",
      since: "2.0.3",
      in227: true,
      meaning: "The instances in it",
      effect: "works",
    },
  ],
};
