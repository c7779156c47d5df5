/** Columns of ipvsadm's table of commands and options, in its order of checking; the value is the name in messages. */
export const optionNames = {
  numeric: "numeric",
  connection: "connection",
  service: "service-address",
  scheduler: "scheduler",
  persistent: "persistent",
  netmask: "netmask",
  server: "real-server",
  forward: "forwarding-method",
  weight: "weight",
  upperThreshold: "u-threshold",
  lowerThreshold: "l-threshold",
  mcastInterface: "mcast-interface",
  timeout: "timeout",
  daemon: "daemon",
  stats: "stats",
  rate: "rate",
  thresholds: "thresholds",
  persistentConn: "persistent-conn",
  nosort: "nosort",
  syncid: "syncid",
  exact: "exact",
  ops: "ops",
  pe: "pe",
  schedFlags: "sched-flags",
  mcastGroup: "mcast-group",
  mcastPort: "mcast-port",
  mcastTtl: "mcast-ttl",
  syncMaxlen: "sync-maxlen",
  tunInfo: "tun-info",
  tunType: "tun-type",
  tunPort: "tun-port",
  tunNocsum: "tun-nocsum",
  tunCsum: "tun-csum",
  tunRemcsum: "tun-remcsum",
} as const;
/** A column of that table. */
export type OptionName = keyof typeof optionNames;

/** The commands, by their names in messages. */
export const commandNames = {
  addService: "add-service",
  editService: "edit-service",
  deleteService: "delete-service",
  flush: "flush",
  list: "list",
  addServer: "add-server",
  editServer: "edit-server",
  deleteServer: "delete-server",
  zero: "zero",
  save: "save",
  restore: "restore",
  set: "set",
  startDaemon: "start-daemon",
  stopDaemon: "stop-daemon",
} as const;
/** One of the commands. */
export type CommandName = keyof typeof commandNames;

/** What a command says of an option: it must be there, may be there, or is one of a group of which one may be there. */
export type Permission = "required" | "optional" | "exclusive";

const definition = optional(["scheduler", "persistent", "netmask", "ops", "pe", "schedFlags"]);
const tunnel = ["tunType", "tunPort", "tunNocsum", "tunCsum", "tunRemcsum"] as const;
const server = optional(["forward", "weight", "upperThreshold", "lowerThreshold", ...tunnel]);
const multicast = optional(["mcastInterface", "mcastGroup", "mcastPort", "mcastTtl", "syncMaxlen"]);

/** Which option may stand with which command; what is not named is illegal. */
export const permissions: Readonly<Record<CommandName, Readonly<Partial<Record<OptionName, Permission>>>>> = {
  addService: { service: "required", ...definition },
  editService: { service: "required", ...definition },
  deleteService: { service: "required" },
  flush: {},
  list: {
    ...optional(["numeric", "stats", "rate", "thresholds", "persistentConn", "nosort", "syncid"]),
    ...optional(["exact", "tunInfo"]),
    connection: "exclusive",
    service: "exclusive",
    timeout: "exclusive",
    daemon: "exclusive",
  },
  addServer: { service: "required", server: "required", ...server },
  editServer: { service: "required", server: "required", ...server },
  deleteServer: { service: "required", server: "required" },
  zero: optional(["service"]),
  save: optional(["numeric"]),
  restore: {},
  set: {},
  startDaemon: { syncid: "optional", ...multicast },
  stopDaemon: optional(["syncid"]),
};

/** The same for tunnel types, among the tunnel options. */
export const tunnelPermissions = {
  ipip: {},
  gue: { tunPort: "required", tunNocsum: "exclusive", tunCsum: "exclusive", tunRemcsum: "exclusive" },
  gre: { tunNocsum: "exclusive", tunCsum: "exclusive" },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<OptionName, Permission>>>>>;
/** The value of --tun-type. */
export type TunnelType = keyof typeof tunnelPermissions;

/** What one word on the command line stands for: `argument` says whether a value follows. */
export interface Switch {
  readonly name: SwitchName;
  readonly argument: "none" | "required" | "maybe";
}

/** Everything that can stand on the command line; several of them may belong to one column. */
export type SwitchName =
  | CommandName
  | "help"
  | "version"
  | "tcp"
  | "udp"
  | "sctp"
  | "fwmark"
  | "ipv6"
  | "scheduler"
  | "persistent"
  | "netmask"
  | "pe"
  | "schedFlags"
  | "ops"
  | "realServer"
  | "gatewaying"
  | "ipip"
  | "masquerading"
  | "sort"
  | "weight"
  | "upperThreshold"
  | "lowerThreshold"
  | "tunType"
  | "tunPort"
  | "tunNocsum"
  | "tunCsum"
  | "tunRemcsum"
  | "numeric"
  | "connection"
  | "timeout"
  | "daemon"
  | "stats"
  | "rate"
  | "thresholds"
  | "persistentConn"
  | "tunInfo"
  | "exact"
  | "nosort"
  | "syncid"
  | "mcastInterface"
  | "mcastGroup"
  | "mcastPort"
  | "mcastTtl"
  | "syncMaxlen";

const flag = (name: SwitchName): Switch => ({ name, argument: "none" });
const valued = (name: SwitchName): Switch => ({ name, argument: "required" });

/** Options by the letter after `-`. */
export const shortSwitches: Readonly<Record<string, Switch>> = {
  A: flag("addService"),
  E: flag("editService"),
  D: flag("deleteService"),
  C: flag("flush"),
  L: flag("list"),
  l: flag("list"),
  a: flag("addServer"),
  e: flag("editServer"),
  d: flag("deleteServer"),
  Z: flag("zero"),
  S: flag("save"),
  R: flag("restore"),
  h: flag("help"),
  v: flag("version"),
  t: valued("tcp"),
  u: valued("udp"),
  f: valued("fwmark"),
  6: flag("ipv6"),
  s: valued("scheduler"),
  p: { name: "persistent", argument: "maybe" },
  M: valued("netmask"),
  b: valued("schedFlags"),
  o: flag("ops"),
  r: valued("realServer"),
  g: flag("gatewaying"),
  i: flag("ipip"),
  m: flag("masquerading"),
  w: valued("weight"),
  x: valued("upperThreshold"),
  y: valued("lowerThreshold"),
  n: flag("numeric"),
  c: flag("connection"),
  X: flag("exact"),
};

/** Options by the word after `--`. */
export const longSwitches: Readonly<Record<string, Switch>> = {
  "add-service": flag("addService"),
  "edit-service": flag("editService"),
  "delete-service": flag("deleteService"),
  clear: flag("flush"),
  list: flag("list"),
  "add-server": flag("addServer"),
  "edit-server": flag("editServer"),
  "delete-server": flag("deleteServer"),
  zero: flag("zero"),
  save: flag("save"),
  restore: flag("restore"),
  set: flag("set"),
  "start-daemon": valued("startDaemon"),
  "stop-daemon": valued("stopDaemon"),
  help: flag("help"),
  version: flag("version"),
  "tcp-service": valued("tcp"),
  "udp-service": valued("udp"),
  "sctp-service": valued("sctp"),
  "fwmark-service": valued("fwmark"),
  ipv6: flag("ipv6"),
  scheduler: valued("scheduler"),
  persistent: { name: "persistent", argument: "maybe" },
  netmask: valued("netmask"),
  pe: valued("pe"),
  "sched-flags": valued("schedFlags"),
  ops: flag("ops"),
  "real-server": valued("realServer"),
  gatewaying: flag("gatewaying"),
  ipip: flag("ipip"),
  masquerading: flag("masquerading"),
  sort: flag("sort"),
  weight: valued("weight"),
  "u-threshold": valued("upperThreshold"),
  "l-threshold": valued("lowerThreshold"),
  "tun-type": valued("tunType"),
  "tun-port": valued("tunPort"),
  "tun-nocsum": flag("tunNocsum"),
  "tun-csum": flag("tunCsum"),
  "tun-remcsum": flag("tunRemcsum"),
  numeric: flag("numeric"),
  connection: flag("connection"),
  timeout: flag("timeout"),
  daemon: flag("daemon"),
  stats: flag("stats"),
  rate: flag("rate"),
  thresholds: flag("thresholds"),
  "persistent-conn": flag("persistentConn"),
  "tun-info": flag("tunInfo"),
  exact: flag("exact"),
  nosort: flag("nosort"),
  syncid: valued("syncid"),
  "mcast-interface": valued("mcastInterface"),
  "mcast-group": valued("mcastGroup"),
  "mcast-port": valued("mcastPort"),
  "mcast-ttl": valued("mcastTtl"),
  "sync-maxlen": valued("syncMaxlen"),
};

function optional<Name extends OptionName>(names: readonly Name[]): Record<Name, "optional"> {
  return Object.fromEntries(names.map((name) => [name, "optional"])) as Record<Name, "optional">;
}
