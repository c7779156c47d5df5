import type { ValueShape } from "../../src/grammar/keyword.ts";
import { keywordsOf } from "../../src/grammar/vocabulary.ts";
import type { KeywordFact } from "./keyword-facts.ts";

/** A place for a keyword: `%` in the text is where its line goes. */
const instance = (name: string, id: number, lines = "") =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\nvirtual_ipaddress {\n192.0.2.${id}/24\n}\n${lines}\n}\n`;

const trackers = `vrrp_script s {
script "/bin/true"
}
track_file f {
file /tmp/f
}
vrrp_track_process p {
process httpd
}
bfd_instance b {
neighbor_ip 192.0.2.9
}
`;

const balanced = "lb_algo rr\nlb_kind NAT\nprotocol TCP\n";
const service = (lines: string) => `virtual_server 192.0.2.1 80 {\n${balanced}${lines}\n}\n`;
const server = (lines: string) =>
  service(`real_server 192.0.2.10 80 {\nweight 100\n${lines}\n}\nreal_server 192.0.2.11 80 {\n}`);
const checks = "TCP_CHECK {\n}\nHTTP_GET {\nurl {\npath /\n}\n}";

/** A configuration with a place for a line of each block. */
const PLACES: Readonly<Record<string, string>> = {
  "": "%",
  global_defs: "global_defs {\n%\n}\n",
  track_group: `${instance("V", 51)}${instance("W", 52)}track_group g {\ngroup {\nV\n}\n%\n}\n`,
  vrrp_sync_group: `${trackers}${instance("V", 51)}${instance("W", 52)}vrrp_sync_group G {\ngroup {\nV\n}\n%\n}\n`,
  garp_group: "garp_group {\n%\n}\n",
  vrrp_instance: trackers + instance("V", 51, "%"),
  "vrrp_instance/authentication": instance("V", 51, "authentication {\nauth_type PASS\nauth_pass a\n%\n}"),
  "vrrp_instance/auth_hmac": instance("V", 51, "auth_hmac {\n%\n}"),
  vrrp_script: 'vrrp_script s {\nscript "/bin/true"\n%\n}\n',
  vrrp_track_process: 'vrrp_track_process p {\nprocess "a b"\n%\n}\n',
  track_file: "track_file f {\nfile /tmp/f\n%\n}\n",
  vrrp_track_file: "vrrp_track_file f {\n%\nfile /tmp/f\n}\n",
  bfd_instance: "bfd_instance b {\nneighbor_ip 192.0.2.9\n%\n}\n",
  SSL: "SSL {\n%\n}\n",
  virtual_server: service(
    `real_server 192.0.2.10 80 {\nweight 100\n${checks}\n}\nreal_server 192.0.2.11 80 {\n}\n%`,
  ),
  "virtual_server/real_server": `bfd_instance b {\nneighbor_ip 192.0.2.9\n}\n${server(`${checks}\n%`)}`,
  "virtual_server/real_server/MISC_CHECK": server("MISC_CHECK {\nmisc_path /bin/true\n%\n}"),
  "virtual_server/real_server/SMTP_CHECK/host": server("SMTP_CHECK {\nhost {\n%\n}\n}"),
  "virtual_server/real_server/HTTP_GET": server("HTTP_GET {\nurl {\npath /\n}\n%\n}"),
  "virtual_server/real_server/SSL_GET": server("SSL_GET {\nurl {\npath /\n}\n%\n}"),
  "virtual_server/real_server/HTTP_GET/url": server('HTTP_GET {\nurl {\npath /\nregex "a"\n%\n}\n}'),
  "virtual_server/real_server/SSL_GET/url": server('SSL_GET {\nurl {\npath /\nregex "a"\n%\n}\n}'),
  "virtual_server/real_server/BFD_CHECK": `bfd_instance b {\nneighbor_ip 192.0.2.9\n}\n${server("BFD_CHECK {\nname b\n%\n}")}`,
  "virtual_server/real_server/FILE_CHECK": `track_file f {\nfile /tmp/f\n}\n${server("FILE_CHECK {\ntrack_file f\n%\n}")}`,
};

/** Values that the shape of a keyword does not tell, by keyword or by path and keyword. */
const VALUES: Readonly<Record<string, string>> = {
  // The top level
  net_namespace_ipvs: "blue",
  global_defs: "{\nrouter_id r\n}",
  track_group: "g {\ngroup {\nV\n}\n}",
  static_ipaddress: "{\n192.0.2.60/24 dev eth0\n}",
  static_routes: "{\n10.0.0.0/8 via 192.0.2.254 dev eth0\n}",
  static_rules: "{\nfrom 10.0.0.0/8 table 100 preference 100\n}",
  vrrp_sync_group: "G {\ngroup {\nV\nW\n}\n}",
  garp_group: "{\ninterface eth0\n}",
  linkbeat_interfaces: "{\neth0 MII\n}",
  vrrp_script: 's {\nscript "/bin/true"\n}',
  vrrp_track_process: "p {\nprocess httpd\n}",
  interface_up_down_delays: "{\neth0 1.5 2\n}",
  bfd_instance: "b {\nneighbor_ip 192.0.2.9\n}",
  "/track_file": "f {\nfile /tmp/f\n}",
  vrrp_track_file: "f {\nfile /tmp/f\n}",
  SSL: "{\nca /tmp/ca\n}",
  virtual_server_group: "g {\n192.0.2.1-9 80\n}",
  // global_defs
  smtp_server: "192.0.2.25 2525",
  lvs_timeouts: "tcp 10 udp 20",
  lvs_sync_daemon: "eth0 inst V id 7",
  vrrp_garp_extra_if: "all 7",
  vrrp_vmac_garp_intvl: "7",
  vrrp_iptables: "IN OUT",
  vrrp_ipsets: "a b",
  vrrp_cpu_affinity: "0 1",
  checker_cpu_affinity: "0 1",
  bfd_cpu_affinity: "0 1",
  notify_fifo: "/run/f keepalived daemon",
  vrrp_notify_fifo: "/run/f",
  lvs_notify_fifo: "/run/f",
  script_user: "nobody nogroup",
  vrrp_rx_bufs_policy: "ADVERT",
  umask: "IRWXG|IWOTH",
  include_check: "match",
  dynamic_interfaces: "allow_if_changes",
  lvs_flush_on_stop: "VS",
  lvs_flush_onstop: "VS",
  old_unicast_checksum: "never",
  notification_email: "{\na@example.org\n}",
  vrrp_mcast_group4: "224.0.0.99",
  vrrp_mcast_group6: "ff02::99",
  // Instances and groups
  group: "{\nW\n}",
  track_interface: "{\neth1 weight 7\n}",
  track_script: "{\ns weight 7\n}",
  track_file: "{\nf weight 7\n}",
  track_process: "{\np weight 7\n}",
  track_bfd: "{\nb weight 7\n}",
  interfaces: "{\neth0\neth1\n}",
  use_vmac: "vmac0 eth1 02:00:00:00:00:01 netlink_notify_msg group 7",
  use_ipvlan: "ipv0 192.0.2.3 private",
  unicast_peer: "{\n192.0.2.3 min_ttl 3\n}",
  garp_extra_if: "7",
  vmac_garp_intvl: "all 7",
  virtual_ipaddress: "{\n192.0.2.70/24\n}",
  virtual_ipaddress_excluded: "{\n192.0.2.70/24\n}",
  virtual_routes: "{\n10.0.0.0/8 via 192.0.2.254\n}",
  virtual_rules: "{\nfrom 10.0.0.0/8 table 100 preference 100\n}",
  authentication: "{\nauth_type PASS\nauth_pass x\n}",
  auth_hmac: "{\nkey 1 12345678901234567890123456789012\n}",
  "vrrp_instance/auth_hmac/key": "1 12345678901234567890123456789012",
  state: "MASTER",
  mcast_dst_ip: "224.0.0.99",
  // Trackers
  weight: "7",
  "vrrp_script/weight": "7 reverse",
  user: "nobody",
  process: '"nginx worker"',
  init_file: "7 overwrite",
  // Services
  lb_kind: "TUN type gue port 7",
  lvs_method: "DR",
  sorry_server_lvs_method: "TUN type gre csum",
  persistence_granularity: "255.255.255.0",
  real_server: "192.0.2.12 80 {\n}",
  status_code: "404",
  digest: "0123456789abcdef0123456789abcdef",
  regex: '"b"',
  regex_options: "caseless multiline",
  regex_stack: "1000 2000",
  url: "{\npath /b\n}",
  host: "{\nconnect_ip 192.0.2.7\n}",
  MISC_CHECK: "{\nmisc_path /bin/true\n}",
  SMTP_CHECK: "{\n}",
  TCP_CHECK: "{\n}",
  PING_CHECK: "{\n}",
  UDP_CHECK: "{\n}",
  HTTP_GET: "{\nurl {\npath /c\n}\n}",
  SSL_GET: "{\nurl {\npath /c\n}\n}",
  DNS_CHECK: "{\n}",
  FILE_CHECK: "{\ntrack_file f\n}",
  BFD_CHECK: "{\nname b\n}",
  "virtual_server/real_server/FILE_CHECK/track_file": "g",
  type: "MX",
  payload: "00 ff",
  require_reply: "00XX",
};

/** Lines without which a keyword says nothing, or says what is so anyhow. */
const BEFORE: Readonly<Record<string, string>> = {
  accept: "no_accept",
  preempt: "nopreempt",
  hysteresis: "quorum 50",
  "sh-port": "lb_algo sh",
  "sh-fallback": "lb_algo sh",
  "mh-port": "lb_algo mh",
  "mh-fallback": "lb_algo mh",
  ops: "protocol UDP",
  sorry_server_lvs_method: "sorry_server 192.0.2.99 80",
};

const instances = instance("V", 51) + instance("W", 52);

/** Keywords with a place of their own. */
const OWN_PLACES: Readonly<Record<string, string>> = {
  process: "vrrp_track_process p {\n%\n}\n",
  file: "track_file f {\n%\n}\n",
  track_group: `${instances}%`,
  vrrp_sync_group: `${instances}%`,
  virtual_server: "%",
  vrrp_instance: "%",
  native_ipv6: "vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\n%\n}\n",
  ip_family: "virtual_server fwmark 7 {\nlb_algo rr\nlb_kind NAT\nreal_server 2001:db8::1 {\n}\n%\n}\n",
};

/** A value that is none of the defaults, from the shape of a keyword. */
function sampleValue(shape: ValueShape): string {
  switch (shape.kind) {
    case "none":
    case "boolean":
      return "";
    case "integer":
      return String(Math.min(shape.max, Math.max(shape.min + 1, 7)));
    case "decimal":
      return String(Math.min(shape.max, Math.max(shape.min + 1, 2.5)));
    case "enum":
      return shape.words[shape.words.length - 1] ?? "";
    case "address":
      return "192.0.2.77";
    case "endpoint":
      return "192.0.2.88 80";
    case "interface":
      return "eth1";
    case "command":
      return '"/bin/echo sample"';
    case "word":
    case "words":
      return "sample";
    case "entries":
    case "block":
      throw new Error("a block needs a value of its own");
  }
}

/** A keyword in its place, and the same text without it. */
export interface Sample {
  readonly with: string;
  readonly without: string;
  /** The line of the text on which the keyword stands. */
  readonly line: number;
}

/** The place of a keyword's line, where `%` stands. */
export function placeOf(fact: KeywordFact): string {
  const own = fact.path === "vrrp_track_file" ? undefined : OWN_PLACES[fact.name];
  if (own !== undefined) return own;
  const known = PLACES[fact.path];
  if (known !== undefined) return known;
  const check = fact.path.split("/").pop();
  return server(`${check} {\n%\n}`);
}

/** A configuration with a keyword, set to something that is not so without it. */
export function sampleOf(fact: KeywordFact): Sample {
  const shape = keywordsOf(fact.path)?.get(fact.name)?.value;
  if (!shape) throw new Error(`${fact.path}/${fact.name} is unknown`);
  const place = placeOf(fact);
  if (fact.name === "vrrp_instance") return { with: instances, without: "", line: 1 };
  if (fact.name === "virtual_server") return { with: server(""), without: "", line: 1 };
  const before = BEFORE[fact.name] ?? "";
  const value = VALUES[`${fact.path}/${fact.name}`] ?? VALUES[fact.name] ?? sampleValue(shape);
  const text = (line: string) => place.replace("%", () => `${before}\n${line}`);
  const line = place.slice(0, place.indexOf("%")).split("\n").length + 1;
  return { with: text(`${fact.name} ${value}`.trim()), without: text(""), line };
}
