import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `virtual_ipaddress`, `virtual_ipaddress_excluded`, `static_ipaddress`. */
export const addressTokens: EntryGrammar = {
  lists: ["virtual_ipaddress", "virtual_ipaddress_excluded", "static_ipaddress"],
  tokens: [
    {
      name: "ADDR",
      syntax: "IP[/PREFIX] (first word)",
      default: "/32, /128",
      meaning: "Address",
    },
    {
      name: "dev",
      syntax: "IF",
      default: "instance interface / default_interface",
      meaning: "Interface to put it on",
    },
    {
      name: "scope",
      syntax: "link|host|global|site|nowhere|0..255|name",
      default: "by address",
      meaning: "Address scope",
    },
    {
      name: "broadcast",
      syntax: "IP | + | -",
      default: "none",
      meaning: "Broadcast address (+ = all ones, - = all zeros)",
    },
    {
      name: "brd",
      syntax: "IP | + | -",
      default: "",
      status: { kind: "alias", of: "broadcast" },
      meaning: "Same as broadcast",
    },
    {
      name: "label",
      syntax: "STRING ≤15, should start with IF",
      default: "none",
      meaning: "IPv4 address label",
    },
    {
      name: "peer",
      syntax: "IP[/PREFIX]",
      default: "none",
      meaning: "Point-to-point peer; same family as ADDR",
    },
    {
      name: "home",
      syntax: "",
      default: "off",
      meaning: "IFA_F_HOMEADDRESS (IPv6)",
    },
    {
      name: "-nodad",
      syntax: "",
      default: "off",
      meaning: "IFA_F_NODAD (IPv6; note the leading dash)",
    },
    {
      name: "mngtmpaddr",
      syntax: "",
      default: "off",
      meaning: "IFA_F_MANAGETEMPADDR (IPv6)",
    },
    {
      name: "noprefixroute",
      syntax: "",
      default: "off",
      meaning: "No connected route",
    },
    {
      name: "autojoin",
      syntax: "",
      default: "off",
      meaning: "IFA_F_MCAUTOJOIN",
    },
    {
      name: "no_track",
      syntax: "",
      default: "off",
      meaning: "Do not fault when the address is deleted from outside",
    },
    {
      name: "preferred_lft",
      syntax: "seconds | forever | 0",
      default: "forever; 0 (deprecated) for IPv6 /128",
      meaning: "Preferred lifetime",
    },
    {
      name: "track_group",
      syntax: "NAME",
      default: "none",
      meaning: "static_* only: fault members when lost",
    },
    {
      name: "use_vmac",
      syntax: "",
      default: "off",
      meaning: "virtual_* only: put the address on a VMAC of `dev`",
      effect: "works",
    },
  ],
};
