import type { KeepalivedCase } from "./keepalived-case.ts";
import { trackerCases } from "./tracker-cases.ts";

const identity = "  interface eth0\n  virtual_router_id 51\n";
const address = "  virtual_ipaddress {\n    192.0.2.1/24\n  }\n";

/** An instance with the given lines before what every instance needs. */
function instance(lines: string, rest = identity + address): string {
  return `vrrp_instance V {\n${lines}${rest}}\n`;
}

/** A service with the given lines, and one real server. */
function service(lines: string, server = "  real_server 192.0.2.10 80 {\n    weight 1\n  }\n"): string {
  return `virtual_server 192.0.2.1 80 {\n${lines}${server}}\n`;
}

const balanced = "  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n";
const cascade = "keepalived goes on to report every line after an unknown block; we report the block";

/** Inputs for the differential test; the answers of keepalived 2.2.7 are in golden/keepalived-2.2.7.json. */
export const keepalivedCases: readonly KeepalivedCase[] = [
  { name: "nothing wrong", text: instance("  state BACKUP\n  priority 100\n") },
  { name: "empty file", text: "" },
  { name: "only comments", text: "# one\n! two\n" },
  { name: "unknown keyword at the top", text: `bogus_keyword\n${instance("")}` },
  { name: "unknown keyword in a block", text: instance("  bogus_kw 1\n") },
  { name: "unknown keyword in global_defs", text: "global_defs {\n  bogus\n}\n" },
  { name: "unknown block", text: `bogus_block {\n  a 1\n}\n${instance("")}`, linesDiffer: cascade },
  { name: "capital keyword", text: "VRRP_INSTANCE V {\n}\n", linesDiffer: cascade },
  {
    name: "missing closing brace",
    text: `vrrp_instance V {\n${identity}${address}`,
  },
  { name: "closing brace too many", text: `${instance("")}}\n` },
  {
    name: "router id out of range",
    text: `vrrp_instance V {\n  interface eth0\n  virtual_router_id 256\n${address}}\n`,
  },
  { name: "priority out of range", text: instance("  priority 300\n") },
  { name: "interval below the least", text: instance("  advert_int 0.001\n") },
  {
    name: "router id is no number",
    text: `vrrp_instance V {\n  interface eth0\n  virtual_router_id abc\n${address}}\n`,
  },
  { name: "negative number", text: instance("  garp_lower_prio_repeat -1\n") },
  { name: "missing parameter", text: instance("  priority\n") },
  { name: "words too many", text: instance("  priority 100 200\n  nopreempt foo\n") },
  { name: "instance twice", text: instance("") + instance("") },
  {
    name: "router id twice",
    text: instance("") + instance("").replace("V {", "W {").replace("192.0.2.1/", "192.0.2.2/"),
  },
  { name: "no interface", text: `vrrp_instance V {\n  virtual_router_id 51\n${address}}\n` },
  { name: "no router id", text: `vrrp_instance V {\n  interface eth0\n${address}}\n` },
  { name: "no address", text: instance("", identity) },
  {
    name: "interface that is not there",
    text: instance("", `  interface nosuch0\n  virtual_router_id 51\n${address}`),
  },
  { name: "loopback", text: instance("", `  interface lo\n  virtual_router_id 51\n${address}`) },
  {
    name: "script that is not there",
    text: `vrrp_script s {\n  script "/nonexistent/check"\n}\n${instance("  track_script {\n    s\n  }\n")}`,
  },
  { name: "script without command", text: `vrrp_script s {\n  interval 1\n}\n${instance("")}` },
  { name: "include that matches nothing", text: `include /nonexistent/*.conf\n${instance("")}` },
  { name: "include of a file", text: "include part.conf\n", files: { "part.conf": instance("") } },
  {
    name: "include of a file with a mistake",
    text: "include part.conf\n",
    files: { "part.conf": instance("  bogus\n") },
  },
  {
    name: "quote left open",
    text: `global_defs {\n  router_id "abc\n}\n${instance("")}`,
    linesDiffer: "keepalived adds that the value is missing",
  },
  {
    name: "password too long",
    text: instance("  authentication {\n    auth_type PASS\n    auth_pass 123456789\n  }\n"),
  },
  { name: "password missing", text: instance("  authentication {\n    auth_type PASS\n  }\n") },
  {
    name: "unknown authentication",
    text: instance("  authentication {\n    auth_type FOO\n    auth_pass x\n  }\n"),
  },
  {
    name: "bad address",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.300\n    192.0.2.1\n  }\n`),
  },
  {
    name: "unknown word after an address",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.2 bogus\n    192.0.2.1\n  }\n`),
  },
  {
    name: "both families",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.1\n    2001:db8::1\n  }\n`),
  },
  { name: "unknown state", text: instance("  state SLAVE\n") },
  { name: "master that does not preempt", text: instance("  state MASTER\n  priority 150\n  nopreempt\n") },
  { name: "owner that does not preempt", text: instance("  state MASTER\n  nopreempt\n") },
  {
    name: "preempt delay of a master",
    text: instance("  state MASTER\n  priority 150\n  preempt_delay 5\n"),
  },
  { name: "preempt delay without preemption", text: instance("  nopreempt\n  preempt_delay 5\n") },
  {
    name: "password in version 3",
    text: instance("  version 3\n  authentication {\n    auth_type PASS\n    auth_pass x\n  }\n"),
  },
  { name: "fraction of a second in version 2", text: instance("  advert_int 1.5\n") },
  { name: "interval too long for version 3", text: instance("  version 3\n  advert_int 50\n") },
  { name: "version 4", text: instance("  version 4\n") },
  {
    name: "strict mode",
    text: `global_defs {\n  vrrp_strict\n}\n${instance("  state MASTER\n  priority 100\n")}`,
  },
  { name: "brace on the next line", text: `vrrp_instance V\n{\n${identity}${address}}\n` },
  { name: "block on one line", text: "vrrp_instance V { interface eth0 virtual_router_id 51 }\n" },
  { name: "list on one line", text: instance("", `${identity}  virtual_ipaddress { 192.0.2.1 }\n`) },
  { name: "comment inside a word", text: instance("  priority 10#0\n  state BACKUP!x\n") },
  { name: "hash in quotes", text: `global_defs {\n  router_id "a#b"\n}\n` },
  { name: "undefined name", text: "global_defs {\n  router_id $NOPE\n}\n" },
  {
    name: "definition",
    text: `$IF=eth0\n$ID=51\nvrrp_instance V {\n  interface $IF\n  virtual_router_id \${ID}\n${address}}\n`,
  },
  { name: "definition with blank", text: `$IF = eth0\n${instance("")}` },
  {
    name: "definition of several lines",
    text: `$BODY= \\\n  interface eth0 \\\n  virtual_router_id 51\nvrrp_instance V {\n  $BODY\n${address}}\n`,
  },
  {
    name: "sequence",
    text: instance("", `${identity}  virtual_ipaddress {\n    ~SEQ(i, 1, 3) 192.0.2.\${i}\n  }\n`),
  },
  {
    name: "list",
    text: instance("", `${identity}  virtual_ipaddress {\n    ~LST(i, 7, 9) 192.0.2.\${i}\n  }\n`),
  },
  { name: "condition that holds", text: instance("  @host priority 100\n  @^host priority 300\n") },
  { name: "condition that does not hold", text: instance("  @other priority 300\n"), configId: "host" },
  { name: "carriage returns", text: instance("").replaceAll("\n", "\r\n") },
  { name: "no line end at the end", text: instance("").trimEnd() },
  {
    name: "global definitions twice",
    text: "global_defs {\n  router_id a\n}\nglobal_defs {\n  router_id b\n}\n",
  },
  { name: "keyword twice", text: instance("  priority 100\n  priority 200\n") },
  { name: "no mail address", text: "global_defs {\n  notification_email {\n  }\n}\n" },
  { name: "garp interval 0", text: "global_defs {\n  vrrp_garp_interval 0\n}\n" },
  { name: "service", text: service(balanced) },
  { name: "unknown scheduler", text: service("  lb_algo xyz\n  lb_kind NAT\n  protocol TCP\n") },
  { name: "unknown forwarding", text: service("  lb_algo rr\n  lb_kind nat\n  protocol TCP\n") },
  { name: "service without protocol", text: service("  lb_algo rr\n  lb_kind NAT\n") },
  { name: "service port out of range", text: service(balanced).replace("1 80", "1 99999") },
  { name: "service without servers", text: service(balanced, "") },
  {
    name: "real server twice",
    text: service(balanced, "  real_server 192.0.2.10 80 {\n  }\n  real_server 192.0.2.10 80 {\n  }\n"),
  },
  {
    name: "port mapping with DR",
    text: service("  lb_algo rr\n  lb_kind DR\n  protocol TCP\n", "  real_server 192.0.2.10 8080 {\n  }\n"),
  },
  { name: "hysteresis too large", text: service(`${balanced}  quorum 1\n  hysteresis 3\n`) },
  { name: "quorum out of reach", text: service(`${balanced}  quorum 5\n`) },
  {
    name: "digest too short",
    text: service(
      balanced,
      "  real_server 192.0.2.10 80 {\n    HTTP_GET {\n      url {\n        path /\n        digest 1234\n      }\n    }\n  }\n",
    ),
  },
  {
    name: "old retry keyword",
    text: service(
      balanced,
      "  real_server 192.0.2.10 80 {\n    HTTP_GET {\n      nb_get_retry 3\n      url {\n        path /\n      }\n    }\n  }\n",
    ),
  },
  {
    name: "unknown keyword in a check",
    text: service(balanced, "  real_server 192.0.2.10 80 {\n    TCP_CHECK {\n      bogus 1\n    }\n  }\n"),
  },
  {
    name: "script check without script",
    text: service(balanced, "  real_server 192.0.2.10 80 {\n    MISC_CHECK {\n    }\n  }\n"),
  },
  { name: "service for every port", text: service(balanced).replace("1 80", "1 0") },
  { name: "flag of another scheduler", text: service(`${balanced}  sh-port\n`) },
  { name: "persistence of 0", text: service(`${balanced}  persistence_timeout 0\n`) },
  { name: "real server without a port", text: service(balanced, "  real_server 192.0.2.10 {\n  }\n") },
  {
    name: "script interval beyond its range",
    text: `vrrp_script s {\n  script "/nonexistent/check"\n  interval 99999\n  rise 0\n}\n${instance("")}`,
  },
  { name: "number beyond its type", text: instance("  garp_master_delay 5000000000\n  unicast_ttl 256\n") },
  {
    name: "check with port 0",
    text: service(
      balanced,
      "  real_server 192.0.2.10 80 {\n    TCP_CHECK {\n      connect_port 0\n      connect_timeout 5000\n    }\n  }\n",
    ),
  },
  { name: "service twice", text: service(balanced) + service(balanced) },
  { name: "group that is not there", text: service(balanced).replace("192.0.2.1 80", "group G") },
  { name: "bfd without neighbour", text: "bfd_instance b {\n  min_rx 10\n}\n" },
  {
    name: "route without interface",
    text: instance("  virtual_routes {\n    10.0.0.0/8 via 192.0.2.9\n  }\n"),
  },
  {
    name: "sync group with one member",
    text: `vrrp_sync_group G {\n  group {\n    V\n  }\n}\n${instance("")}`,
  },
  {
    name: "sync group with a stranger",
    text: `vrrp_sync_group G {\n  group {\n    V\n    X\n  }\n}\n${instance("")}`,
  },
  { name: "keyword of a later release", text: instance("  no_virtual_ipaddress\n") },
  { name: "instance without a name", text: "vrrp_instance {\n}\n" },
  { name: "instance with two names", text: instance("").replace("V {", "V W {") },
  { name: "sync group without a name", text: "vrrp_sync_group {\n}\n" },
  { name: "script without a name", text: "vrrp_script {\n}\n" },
  { name: "block at the very end", text: "global_defs" },
  { name: "state after MASTER", text: instance("  state MASTER\n  state BACKUP\n  priority 150\n") },
  { name: "MASTER after BACKUP", text: instance("  state BACKUP\n  state MASTER\n  priority 150\n") },
  { name: "virtual MAC with two names", text: instance("  use_vmac vrrp.1\n  use_vmac vrrp.2\n") },
  { name: "virtual MAC named as an interface", text: instance("  use_vmac eth1\n") },
  { name: "virtual MAC with too long a name", text: instance("  use_vmac a_very_long_interface_name\n") },
  {
    name: "two virtual MACs of one name",
    text:
      instance("  use_vmac vrrp.1\n") +
      instance("  use_vmac vrrp.1\n")
        .replace("V {", "W {")
        .replace("id 51", "id 52")
        .replace("192.0.2.1/", "192.0.2.2/"),
  },
  {
    name: "unicast by a virtual MAC",
    text: instance("  use_vmac\n  unicast_peer {\n    192.0.2.9\n  }\n"),
  },
  { name: "unicast source without peers", text: instance("  unicast_src_ip 192.0.2.8\n") },
  { name: "peer that is no address", text: instance("  unicast_peer {\n    192.0.2.900\n  }\n") },
  { name: "source of the other family", text: instance("  mcast_src_ip 2001:db8::9\n") },
  { name: "source that is no address", text: instance("  mcast_src_ip 192.0.2.900\n") },
  { name: "number of many digits", text: instance("  priority 99999999999999999999\n") },
  { name: "number with a plus sign", text: instance("  priority +100\n") },
  { name: "number in hexadecimal", text: instance("  priority 0x64\n") },
  { name: "number with letters after it", text: instance("  priority 100s\n") },
  { name: "interval with too many places", text: instance("  version 3\n  advert_int 0.1234567\n") },
  { name: "interval of nothing", text: instance("  advert_int 0\n") },
  { name: "preempt delay beyond its range", text: instance("  preempt_delay 2000\n") },
  { name: "truth word that is none", text: instance("  lower_prio_no_advert maybe\n") },
  { name: "debug level beyond its range", text: instance("  debug 9\n") },
  {
    name: "address without a device after dev",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.2 dev\n    192.0.2.1\n  }\n`),
  },
  {
    name: "address on a device that is not there",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.2 dev nosuch0\n  }\n`),
  },
  {
    name: "address with a length too long",
    text: instance("", `${identity}  virtual_ipaddress {\n    192.0.2.2/33\n    192.0.2.1\n  }\n`),
  },
  {
    name: "route without a destination",
    text: instance("  virtual_routes {\n    via 192.0.2.9 dev eth0\n  }\n"),
  },
  { name: "route that ends too soon", text: instance("  virtual_routes {\n    10.0.0.0/8 via\n  }\n") },
  {
    name: "route with an unknown word",
    text: instance("  virtual_routes {\n    10.0.0.0/8 through 192.0.2.9\n  }\n"),
  },
  {
    name: "route with old words",
    text: instance("  virtual_routes {\n    10.0.0.0/8 gw 192.0.2.9 dev eth0\n  }\n"),
  },
  {
    name: "rule without preference",
    text: instance("  virtual_rules {\n    from 192.0.2.0/24 table 100\n  }\n"),
  },
  { name: "rule that ends too soon", text: instance("  virtual_rules {\n    from\n  }\n") },
  { name: "rule with an unknown word", text: instance("  virtual_rules {\n    bogus\n  }\n") },
  {
    name: "empty list of members",
    text: `vrrp_sync_group G {\n  group {\n  }\n}\n${instance("")}`,
    linesDiffer: "keepalived adds that the group is removed; we say it once",
  },
  { name: "member twice", text: `vrrp_sync_group G {\n  group {\n    V\n    V\n  }\n}\n${instance("")}` },
  {
    name: "script weight beyond its range",
    text: `vrrp_script s {\n  script "/nonexistent/check"\n  weight 300\n}\n${instance("")}`,
  },
  {
    name: "script of an unknown user",
    text: `vrrp_script s {\n  script "/nonexistent/check"\n  user nobody_at_all\n}\n${instance("")}`,
  },
  {
    name: "unknown user of all scripts",
    text: `global_defs {\n  script_user nobody_at_all\n}\n${instance("")}`,
  },
  { name: "mail server with a bad port", text: "global_defs {\n  smtp_server 127.0.0.1 smtp\n}\n" },
  { name: "mail timeout that is no number", text: "global_defs {\n  smtp_connect_timeout soon\n}\n" },
  { name: "router id that is missing", text: "global_defs {\n  router_id\n}\n" },
  { name: "version of all instances out of range", text: "global_defs {\n  vrrp_version 4\n}\n" },
  {
    name: "mark of an unknown family",
    text: "virtual_server_group G {\n  fwmark 1 yes\n  fwmark 2 inet6\n  fwmark 3 inet\n}\n",
  },
  { name: "mark that is missing", text: "virtual_server_group G {\n  fwmark\n}\n" },
  {
    name: "group without entries",
    text: `virtual_server_group G {\n}\n${service(balanced).replace("192.0.2.1 80", "group G")}`,
  },
  { name: "group with an entry that is none", text: `virtual_server_group G {\n  192.0.2.300 80\n}\n` },
  {
    name: "group that has no servers",
    text: "virtual_server_group G {\n  192.0.2.1 80\n}\nvirtual_server group G {\n}\n",
    linesDiffer: "keepalived names the group with its port, which is always 0",
  },
  {
    name: "real server of the other family",
    text: service(balanced, "  real_server 2001:db8::10 80 {\n  }\n  real_server 192.0.2.10 80 {\n  }\n"),
  },
  { name: "sorry server that is no address", text: service(`${balanced}  sorry_server nowhere 80\n`) },
  {
    name: "real server that is no address",
    text: service(balanced, "  real_server nowhere 80 {\n  }\n  real_server 192.0.2.10 80 {\n  }\n"),
    linesDiffer: "the braces of the skipped block are told of differently",
  },
  {
    name: "weight beyond its range",
    text: service(balanced, "  real_server 192.0.2.10 80 {\n    weight -1\n  }\n"),
  },
  {
    name: "tunnel with an unknown option",
    text: service("  lb_algo rr\n  lb_kind TUN fast\n  protocol TCP\n"),
  },
  { name: "one packet with TCP", text: service(`${balanced}  ops\n`) },
  {
    name: "status code that is none",
    text: service(
      balanced,
      "  real_server 192.0.2.10 80 {\n    HTTP_GET {\n      url {\n        path /\n        status_code 20\n      }\n    }\n  }\n",
    ),
  },
  {
    name: "digest twice",
    text: service(
      balanced,
      `  real_server 192.0.2.10 80 {\n    HTTP_GET {\n      url {\n        path /\n${"        digest 3b1fb749c971d7a2c6a517b37f735df2\n".repeat(2)}      }\n    }\n  }\n`,
    ),
  },
  {
    name: "address without a path",
    text: service(
      balanced,
      "  real_server 192.0.2.10 80 {\n    HTTP_GET {\n      url {\n        status_code 200\n      }\n      url {\n        path /\n      }\n    }\n  }\n",
    ),
    linesDiffer: "keepalived drops the url, we ask for /",
  },
  { name: "condition that is empty", text: instance("  @ priority 300\n") },
  {
    name: "sequence downwards",
    text: instance("", `${identity}  virtual_ipaddress {\n    ~SEQ(i, 3, 1) 192.0.2.\${i}\n  }\n`),
  },
  {
    name: "sequence in hexadecimal",
    text: instance("", `${identity}  virtual_ipaddress {\n    ~SEQx(i, 9, 11) 2001:db8::\${i}\n  }\n`),
  },
  { name: "include of an unknown form", text: "includex part.conf\n", files: { "part.conf": instance("") } },
  { name: "include without a name", text: "include\n" },
  { name: "include that must match", text: `includem nothing.conf\n${instance("")}` },
  {
    name: "checks of BFD sessions: unknown, twice, without a name, and one for routers only",
    text: `bfd_instance good {\n  neighbor_ip 192.0.2.9\n}\nbfd_instance routers {\n  neighbor_ip 192.0.2.8\n  vrrp\n}\n${service(
      balanced,
      `  real_server 192.0.2.10 80 {\n${["    name nosuch\n", "    name good\n", "    name good\n", "", "    name routers\n"].map((line) => `    BFD_CHECK {\n${line}    }\n`).join("")}  }\n`,
    )}`,
  },
  ...trackerCases,
  { name: "single quotes", text: "global_defs {\n  router_id 'a#b'\n}\n" },
  {
    name: "no braces around a list",
    text: instance("", `${identity}  virtual_ipaddress\n`),
    linesDiffer: "keepalived reads on as if a brace had been there",
  },
];
