import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `garp_group`. */
export const garpGroupGrammar: BlockGrammar = {
  path: "garp_group",
  keywords: [
    {
      name: "garp_interval",
      value: { kind: "decimal", min: 0, max: 2147.483647, unit: "seconds", places: 6 },
      needs: 1,
      syntax: "decimal seconds ≥0 (µs)",
      default: "global",
      since: "1.2.21",
      in227: true,
      meaning: "Least time between two gratuitous ARP packets on all of these interfaces together",
      effect: "works",
    },
    {
      name: "gna_interval",
      value: { kind: "decimal", min: 0, max: 2147.483647, unit: "seconds", places: 6 },
      needs: 1,
      syntax: "decimal seconds ≥0 (µs)",
      default: "global",
      since: "1.2.21",
      in227: true,
      meaning: "Least time between two unsolicited neighbour advertisements on all of them together",
      effect: "works",
    },
    {
      name: "interface",
      value: { kind: "interface" },
      needs: 1,
      syntax: "IF",
      default: "",
      since: "1.2.21",
      in227: true,
      meaning: "An interface of the group",
      effect: "works",
    },
    {
      name: "interfaces",
      value: { kind: "entries" },
      needs: 0,
      syntax: "{ IF ... }",
      default: "",
      since: "1.2.21",
      in227: true,
      meaning: "The interfaces of the group",
      effect: "works",
    },
  ],
};
