import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `lvs_sync_daemon`. */
export const lvsSyncDaemonTokens: EntryGrammar = {
  lists: ["lvs_sync_daemon"],
  tokens: [
    {
      name: "IF",
      syntax: "first word",
      default: "",
      meaning: "Interface",
    },
    {
      name: "inst",
      syntax: "VRRP_INSTANCE",
      default: "none",
      meaning: "Instance whose state selects master/backup",
    },
    {
      name: "id",
      syntax: "0..255",
      default: "VRID of inst",
      meaning: "Sync id",
    },
    {
      name: "maxlen",
      syntax: "1..65507",
      default: "kernel",
      meaning: "Packet length",
    },
    {
      name: "port",
      syntax: "1..65535",
      default: "8848",
      meaning: "UDP port",
    },
    {
      name: "ttl",
      syntax: "1..255",
      default: "1",
      meaning: "Multicast TTL",
    },
    {
      name: "group",
      syntax: "multicast IP",
      default: "224.0.0.81",
      meaning: "Multicast group",
    },
  ],
};
