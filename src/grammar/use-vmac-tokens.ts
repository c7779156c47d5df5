import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `use_vmac`. */
export const useVmacTokens: EntryGrammar = {
  lists: ["use_vmac"],
  tokens: [
    {
      name: "NAME",
      syntax: "≤15, optional",
      default: "vrrp.VRID",
      meaning: "Interface name",
    },
    {
      name: "netlink_notify_msg",
      syntax: "",
      default: "off",
      meaning: "Ask kernel for extra link notification on creation",
    },
    {
      name: "group",
      syntax: "name|N",
      default: "none",
      meaning: "Interface group",
    },
  ],
};
