import { microseconds, seconds } from "../../base/time.ts";
import type {
  FilterDefinitions,
  LvsDefinitions,
  ManagementDefinitions,
  ReloadDefinitions,
  VrrpDefinitions,
} from "../model/service-definitions.ts";
import {
  bindFields,
  durationOr,
  type FieldSource,
  isSet,
  isWritten,
  number,
  numberOr,
  text,
  textOr,
  textWhenWritten,
  words,
} from "./fields.ts";
import { bindLvsTimeouts, bindSyncDaemon } from "./lvs-lines.ts";
import { bindUmask } from "./umask.ts";

const LVS = {
  flushOnStop: ({ settings }: FieldSource) => {
    const setting = settings.lastOf("lvs_flush_on_stop", "lvs_flush_onstop");
    if (setting === undefined) return undefined;
    return setting.words[0]?.text === "VS" ? ("configured" as const) : ("everything" as const);
  },
  syncDaemon: bindSyncDaemon,
};

/** The keywords of `global_defs` about the table of services. */
export function bindLvs(source: FieldSource): LvsDefinitions {
  return { ...bindLvsTimeouts(source), ...bindFields(source, LVS) };
}

const FILTER = {
  iptables: ({ settings }: FieldSource) => {
    const setting = settings.last("vrrp_iptables");
    if (setting === undefined) return undefined;
    const [input, output] = setting.words.map((word) => word.text);
    // Without names keepalived takes both chains; with one name it filters what comes in.
    if (input === undefined) return { input: "INPUT", output: "OUTPUT" };
    return output === undefined ? { input } : { input, output };
  },
  ipsets: words("vrrp_ipsets"),
  table: textWhenWritten("keepalived", "nftables"),
  priority: numberOr(-1, "nftables_priority"),
  byInterfaceIndex: isSet("nftables_ifindex"),
  counters: isSet("nftables_counters"),
  serviceTable: textWhenWritten("keepalived_ipvs", "nftables_ipvs"),
  servicePriority: numberOr(-1, "nftables_ipvs_priority"),
  serviceStartMark: numberOr(1000, "nftables_ipvs_start_fwmark"),
};

/** The keywords of `global_defs` about packet filters. */
export function bindFilter(source: FieldSource): FilterDefinitions {
  return bindFields(source, FILTER);
}

const SNMP = {
  socket: textWhenWritten("/var/agentx/master", "snmp_socket"),
  traps: isSet("enable_traps"),
  vrrp: isSet("enable_snmp_vrrp", "enable_snmp_keepalived"),
  checker: isSet("enable_snmp_checker"),
  rfc2787: isWritten("enable_snmp_rfcv2", "enable_snmp_rfc"),
  rfc6527: isWritten("enable_snmp_rfcv3", "enable_snmp_rfc"),
  virtualServerInterval: durationOr(seconds(5), "snmp_vs_stats_update_interval"),
  realServerInterval: durationOr(seconds(0), "snmp_rs_stats_update_interval"),
};

const DBUS = {
  enabled: isSet("enable_dbus"),
  service: textOr("org.keepalived.Vrrp1", "dbus_service_name"),
  noInterfaceName: text("dbus_no_interface_name"),
};

const MANAGEMENT = {
  snmp: (source: FieldSource) => bindFields(source, SNMP),
  dbus: (source: FieldSource) => bindFields(source, DBUS),
  instanceInFileNames: isSet("data_use_instance"),
  jsonVersion: (source: FieldSource) => (text("json_version")(source) === "2" ? (2 as const) : (1 as const)),
  stateDump: textOr("/tmp/keepalived.data", "state_dump_file"),
  statisticsDump: textOr("/tmp/keepalived.stats", "stats_dump_file"),
  jsonDump: textOr("/tmp/keepalived.json", "json_dump_file"),
  iprouteEtc: textOr("/etc/iproute2", "iproute_etc_dir"),
  iprouteUsr: textOr("/usr/share/iproute2", "iproute_usr_dir"),
  umask: bindUmask,
};

/** The keywords of `global_defs` about SNMP, D-Bus and files for people. */
export function bindManagement(source: FieldSource): ManagementDefinitions {
  return bindFields(source, MANAGEMENT);
}

const RELOAD = {
  checkLog: textWhenWritten("/dev/null", "reload_check_config"),
  timeFile: text("reload_time_file"),
  repeat: isSet("reload_repeat"),
  markFile: textWhenWritten("", "reload_file"),
  includeCheck: words("include_check"),
  saveDirectory: text("config_save_dir"),
  temporaryDirectory: text("tmp_config_directory"),
  randomSeed: number("random_seed"),
};

/** The keywords of `global_defs` about reading and reloading. */
export function bindReload(source: FieldSource): ReloadDefinitions {
  return bindFields(source, RELOAD);
}

const VRRP = {
  defaultInterface: textOr("eth0", "default_interface"),
  interfacesMayChange: (source: FieldSource) => text("dynamic_interfaces")(source) === "allow_if_changes",
  disableLocalIgmp: isSet("disable_local_igmp"),
  garpInterval: durationOr(microseconds(0), "vrrp_garp_interval"),
  neighbourInterval: durationOr(microseconds(0), "vrrp_gna_interval"),
  delayAfterBoot: durationOr(microseconds(0), "vrrp_delay_after_boot"),
  logUnknownRouterIds: isSet("log_unknown_vrids"),
  macvlanPrefix: textOr("vrrp", "vmac_prefix"),
  addressMacvlanPrefix: (source: FieldSource) => text("vmac_addr_prefix", "vmac_prefix")(source) ?? "vrrp",
  receiveBuffer: bindReceiveBuffer,
  receiveBufferMultiplier: numberOr(3, "vrrp_rx_bufs_multiplier"),
};

function bindReceiveBuffer({ settings }: FieldSource): VrrpDefinitions["receiveBuffer"] {
  const word = settings.last("vrrp_rx_bufs_policy")?.words[0]?.text.toUpperCase() ?? "";
  if (word === "MTU") return "mtu";
  if (word === "ADVERT") return "advertisement";
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

/** The keywords of `global_defs` about VRRP that are no defaults of instances. */
export function bindVrrpDefinitions(source: FieldSource): VrrpDefinitions {
  return bindFields(source, VRRP);
}
