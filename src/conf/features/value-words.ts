import type { Keyword } from "../../grammar/keyword.ts";
import { entryTokensOf, isLiteralToken, type Place } from "./place.ts";

const FORWARDING = ["NAT", "DR", "TUN"];
const TURNED = ["reverse", "noreverse"];

/** Words that may follow a keyword whose form is free, by block and keyword, at its first place. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  "global_defs/dynamic_interfaces": ["allow_if_changes"],
  "global_defs/lvs_timeouts": ["tcp", "tcpfin", "udp"],
  "global_defs/lvs_flush_on_stop": ["VS"],
  "global_defs/vrrp_garp_extra_if": ["all"],
  "global_defs/vrrp_rx_bufs_policy": ["MTU", "ADVERT"],
  "global_defs/include_check": ["read", "match", "wildcard_match", "brace_match"],
  "vrrp_instance/old_unicast_checksum": ["never"],
  "vrrp_instance/garp_extra_if": ["all"],
  "virtual_server/lb_kind": FORWARDING,
  "virtual_server/lvs_method": FORWARDING,
  "virtual_server/sorry_server_lvs_method": FORWARDING,
  "virtual_server/real_server/lvs_method": FORWARDING,
  "virtual_server/persistence_engine": ["sip"],
  "/virtual_server": ["group", "fwmark"],
};

/** Words that may follow at any later place. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  "global_defs/lvs_timeouts": ["tcp", "tcpfin", "udp"],
  "global_defs/include_check": ["read", "match", "wildcard_match", "brace_match"],
  "vrrp_instance/use_ipvlan": ["bridge", "private", "vepa", "group"],
  "virtual_server/lb_kind": ["type", "ipip", "gue", "gre", "port", "nocsum", "csum", "remcsum"],
  "virtual_server/lvs_method": ["type", "ipip", "gue", "gre", "port", "nocsum", "csum", "remcsum"],
  "virtual_server/real_server/lvs_method": [
    "type",
    "ipip",
    "gue",
    "gre",
    "port",
    "nocsum",
    "csum",
    "remcsum",
  ],
  "virtual_server/real_server/FILE_CHECK/weight": TURNED,
  "vrrp_script/weight": ["reverse"],
  "vrrp_track_process/weight": ["reverse"],
  "track_file/weight": ["reverse"],
  "track_file/init_file": ["overwrite"],
  "bfd_instance/weight": ["reverse"],
};

/** Values of words inside entries. */
const OF_TOKEN: Readonly<Record<string, readonly string[]>> = {
  scope: ["link", "host", "global", "site", "nowhere"],
  preferred_lft: ["forever"],
  broadcast: ["+", "-"],
};

/** Every block and keyword that has words here, as `path/keyword`; a test holds them against the vocabulary. */
export const keywordsWithWords: readonly string[] = [...Object.keys(FIRST), ...Object.keys(LATER)];

/** The words that may stand after `keyword` and the words `before` it has already, besides names and interfaces. */
export function valueWords(
  keyword: Keyword,
  from: { readonly path: string; readonly before: readonly string[] },
): readonly string[] {
  const { value } = keyword;
  const first = from.before.length === 1;
  if (value.kind === "boolean") return first ? ["on", "off", "true", "false", "yes", "no"] : [];
  if (value.kind === "enum") return first ? value.words : [];
  const key = `${from.path}/${keyword.name}`;
  const options = keyword.syntax.split("any of:")[1]?.trim().split(/\s+/) ?? [];
  const tokens = first ? [] : entryTokensOf(keyword.name).filter(isLiteralToken);
  const known = (first ? FIRST[key] : LATER[key]) ?? [];
  return [...new Set([...known, ...options, ...tokens.map((token) => token.name)])];
}

/** The words that may stand in an entry after `before`: values of the word before, or further words. */
export function entryWords(list: string, before: readonly string[]): readonly string[] {
  const last = before[before.length - 1];
  if (last === undefined) return firstWords(list);
  if (list === "linkbeat_interfaces") return ["MII", "ETHTOOL", "IOCTL"];
  const values = OF_TOKEN[last];
  if (values) return values;
  return entryTokensOf(list)
    .filter(isLiteralToken)
    .map((token) => token.name)
    .filter((name) => !before.includes(name));
}

/** Words that may begin an entry; routes and rules are the lists whose entries need not begin with an address or name. */
function firstWords(list: string): readonly string[] {
  if (list === "virtual_server_group") return ["fwmark"];
  if (!/_(?:routes|rules)$/.test(list)) return [];
  const tokens = entryTokensOf(list);
  const types = tokens.find((token) => token.name === "TYPE")?.syntax.match(/[a-z]+/g) ?? [];
  return [...tokens.filter(isLiteralToken).map((token) => token.name), ...types];
}

const INTERFACE_TOKENS = new Set(["dev", "via_dev", "iif", "oif"]);
const INTERFACE_LISTS = new Set([
  "track_interface",
  "linkbeat_interfaces",
  "interface_up_down_delays",
  "interfaces",
]);

/** True when an interface belongs at the place after these words. */
export function wantsInterface(
  place: Place,
  from: { readonly keyword?: Keyword | undefined; readonly before: readonly string[] },
): boolean {
  const { keyword, before } = from;
  const last = before[before.length - 1];
  if (place.kind === "list")
    return last === undefined ? INTERFACE_LISTS.has(place.keyword) : INTERFACE_TOKENS.has(last);
  if (before.length !== 1) return false;
  return keyword?.value.kind === "interface" || keyword?.name === "lvs_sync_daemon";
}
