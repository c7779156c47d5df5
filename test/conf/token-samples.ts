import type { KeywordFact } from "./keyword-facts.ts";

/** A text with a word of an entry line, and one without. */
export interface TokenSample {
  readonly with: string;
  readonly without: string;
}

const instance = (lines: string) =>
  `vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1/24\n}\n${lines}\n}\n`;
const inList = (list: string, line: string) => `${list} {\n${line}\n}\n`;
const inStatic = (list: string, line: string) =>
  `track_group g {\n${inList("group", "V")}}\n${inList(list, line)}`;

/** How the lines of a list are tried: around them, and a line that does without the word. */
interface Place {
  readonly around: (line: string) => string;
  readonly plain: string;
  /** The line with the word and its value; "plain word value" when absent. */
  readonly join?: (word: string) => string;
  readonly values: Readonly<Record<string, string>>;
}

const ROUTE_VALUES: Readonly<Record<string, string>> = {
  TYPE: "unreachable 11.0.0.0/8",
  to: "to 11.0.0.0/8",
  DST: "11.0.0.0/8",
  inet: "inet default",
  inet6: "inet6 default",
  src: "10.0.0.0/8 src 192.0.2.1",
  as: "10.0.0.0/8 as to 192.0.2.1",
  via: "10.0.0.0/8 via 192.0.2.1",
  gw: "10.0.0.0/8 gw 192.0.2.1",
  or: "10.0.0.0/8 or 192.0.2.1",
  from: "2001:db8::/32 from 2001:db8:1::/48",
  scope: "10.0.0.0/8 scope link",
  onlink: "10.0.0.0/8 onlink",
  encap: "10.0.0.0/8 encap ip id 7 dst 192.0.2.9",
  mtu: "10.0.0.0/8 mtu lock 1400",
  rtt: "10.0.0.0/8 rtt 7ms",
  rttvar: "10.0.0.0/8 rttvar 7ms",
  rto_min: "10.0.0.0/8 rto_min 7ms",
  features: "10.0.0.0/8 features ecn",
  quickack: "10.0.0.0/8 quickack 1",
  congctl: "10.0.0.0/8 congctl cubic",
  pref: "2001:db8::/32 pref high",
  "ttl-propagate": "10.0.0.0/8 ttl-propagate enabled",
  fastopen_no_cookie: "10.0.0.0/8 fastopen_no_cookie 1",
  add: "10.0.0.0/8 add",
  prepend: "10.0.0.0/8 prepend",
  append: "10.0.0.0/8 append",
  nexthop: "10.0.0.0/8 nexthop via 192.0.2.1 dev eth0 weight 2 nexthop via 192.0.2.2 dev eth1",
  no_track: "10.0.0.0/8 no_track",
  track_group: "10.0.0.0/8 dev eth0 track_group g",
  realms: "10.0.0.0/8 realms 1/2",
};

const RULE_VALUES: Readonly<Record<string, string>> = {
  inet: "inet table 100",
  inet6: "inet6 table 100",
  from: "from 192.0.2.0/24 table 100",
  to: "to 192.0.2.0/24 table 100",
  table: "table 100",
  lookup: "lookup 100",
  not: "not fwmark 7 table 100",
  fwmark: "fwmark 7/0xff table 100",
  realms: "realms 1/2 table 100",
  suppress_ifgroup: "table 100 suppress_ifgroup 7",
  sup_group: "table 100 sup_group 7",
  dev: "dev eth0 table 100",
  iif: "iif eth0 table 100",
  oif: "oif eth0 table 100",
  uidrange: "uidrange 1-7 table 100",
  l3mdev: "l3mdev",
  protocol: "protocol 7 table 100",
  ipproto: "ipproto tcp table 100",
  sport: "sport 1-7 table 100",
  dport: "dport 1-7 table 100",
  type: "from 192.0.2.0/24 type blackhole",
  goto: "preference 1 goto 7",
  nop: "nop",
  blackhole: "blackhole",
  unreachable: "unreachable",
  prohibit: "prohibit",
  no_track: "table 100 no_track",
  track_group: "iif eth0 table 100 track_group g",
};

const PLACES: readonly (readonly [string, Place])[] = [
  [
    "virtual_ipaddress|",
    {
      around: (line) => inStatic("static_ipaddress", line),
      plain: "192.0.2.60/24",
      values: {
        ADDR: "192.0.2.61/24",
        dev: "192.0.2.60/24 dev eth0",
        scope: "192.0.2.60/24 scope link",
        broadcast: "192.0.2.60/24 broadcast +",
        brd: "192.0.2.60/24 brd 192.0.2.255",
        label: "192.0.2.60/24 label eth0:1",
        peer: "192.0.2.60 peer 192.0.2.61",
        preferred_lft: "192.0.2.60/24 preferred_lft 0",
        track_group: "192.0.2.60/24 dev eth0 track_group g",
      },
    },
  ],
  [
    "virtual_routes|",
    { around: (line) => inStatic("static_routes", line), plain: "10.0.0.0/8", values: ROUTE_VALUES },
  ],
  ["virtual_rules|", { around: (line) => inStatic("static_rules", line), plain: "", values: RULE_VALUES }],
  [
    "virtual_server_group",
    {
      around: (line) => inList("virtual_server_group g", line),
      plain: "192.0.2.1 80",
      values: { "ADDR-RANGE": "192.0.2.1-9 80", fwmark: "fwmark 7 inet6" },
    },
  ],
  [
    "vrrp_instance/unicast_peer",
    {
      around: (line) => instance(inList("unicast_peer", line)),
      plain: "192.0.2.3",
      values: { IP: "192.0.2.4" },
    },
  ],
  [
    "*track_",
    {
      around: (line) => instance(inList("track_interface", line)),
      plain: "eth1",
      values: { NAME: "eth2", reverse: "eth1 weight 7 reverse", noreverse: "eth1 weight 7 noreverse" },
    },
  ],
  [
    "vrrp_instance/use_vmac",
    {
      around: (line) => instance(`use_vmac ${line}`),
      plain: "",
      values: { NAME: "vmac0", netlink_notify_msg: "netlink_notify_msg", group: "group 7" },
    },
  ],
  [
    "global_defs/lvs_sync_daemon",
    {
      around: (line) => `global_defs {\nlvs_sync_daemon ${line}\n}\n`,
      plain: "eth0 inst V",
      values: { IF: "eth1 inst V", inst: "eth0 inst W", group: "eth0 inst V group 224.0.0.99" },
    },
  ],
];

/** Lines of `global_defs` with a directive, and the router_id that they give. */
const PREPROCESSED: Readonly<Record<string, readonly [line: string, routerId: string]>> = {
  "@ID": ["@host router_id ok", "ok"],
  "@^ID": ["@^other router_id ok", "ok"],
  "$NAME=": ["$R=ok\nrouter_id $R", "ok"],
  $NAME: ["$R=ok\nrouter_id ${R}", "ok"],
  "~SEQ": ["~SEQ(i, 7, 8) router_id ok${i}", "ok8"],
  "~SEQx": ["~SEQx(i, 10, 11) router_id ok${i}", "okb"],
  "~LST": ["~LST(i, no, ok) router_id $i", "ok"],
  "${_PWD}": ["router_id ${_PWD}ok", ".ok"],
  "${_INSTANCE}": ["router_id ${_INSTANCE}", "host"],
  "${_RANDOM}": ["router_id ${_RANDOM 7 7}", "7"],
  "${_ENV}": ["router_id ${_ENV HOME}", "/root"],
  "${_HASH}": ['router_id "${_HASH}"', "#"],
  "${_BANG}": ['router_id "${_BANG}"', "!"],
};

/** The directive of a row in a configuration, and the router_id it gives; `part.conf` says `router_id included`. */
export function directiveSample({ name }: KeywordFact): { readonly text: string; readonly routerId: string } {
  const [line, routerId] = PREPROCESSED[name] ?? [`${name} part.conf`, "included"];
  return { text: `global_defs {\n${line}\n}\n`, routerId };
}

/** Samples of a word of an entry line. */
export function tokenSample(fact: KeywordFact): TokenSample {
  const { path, name } = fact;
  const listed = PLACES.find(([start]) => path.startsWith(start))?.[1];
  // Static addresses are on no virtual MAC.
  const place: Place | undefined =
    name === "use_vmac" && listed
      ? { ...listed, around: (line) => instance(inList("virtual_ipaddress_excluded", line)) }
      : listed;
  if (!place) throw new Error(`no place for ${path}`);
  const line = place.values[name] ?? `${place.plain} ${name} ${fact.syntax === "" ? "" : "7"}`.trim();
  const whole = path.startsWith("virtual_rules")
    ? `${line}${/table|goto|nop|blackhole|unreachable|prohibit|l3mdev|lookup/.test(line) ? "" : " table 100"}`
    : line;
  // Without the word there is the plain line, or none where the word says what holds anyhow.
  const alone = ["to", "type", "prepend", "noreverse", "NAME"].includes(name) || place.plain === "";
  return { with: place.around(whole), without: place.around(alone ? "" : place.plain) };
}
