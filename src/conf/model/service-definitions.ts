import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";

/** What `global_defs` says of the table of services. */
export interface LvsDefinitions {
  /** `lvs_timeouts`; the kernel's own where absent. */
  readonly tcpTimeout?: Duration;
  readonly tcpFinTimeout?: Duration;
  readonly udpTimeout?: Duration;
  /** `lvs_flush_on_stop`: `configured` when it says VS. */
  readonly flushOnStop?: "everything" | "configured";
  readonly syncDaemon?: SyncDaemon;
}

/** `lvs_sync_daemon`: connections are told to the other director. */
export interface SyncDaemon {
  readonly interface: string;
  /** `inst`: the instance whose state decides who tells whom. */
  readonly instance?: string;
  /** `id`; the VRID of the instance when absent. */
  readonly id?: number;
  /** `maxlen` in bytes; the kernel's own when absent. */
  readonly maxLength?: number;
  readonly port: number;
  readonly ttl: number;
  readonly group: IpAddress;
}

/** Packet filter rules for virtual addresses. */
export interface FilterDefinitions {
  /** `vrrp_iptables`: chains for packets in and out. */
  readonly iptables?: { readonly input: string; readonly output?: string };
  /** `vrrp_ipsets`: up to six names; empty switches the use of sets off. */
  readonly ipsets?: readonly string[];
  /** `nftables`: the table for VRRP. */
  readonly table?: string;
  readonly priority: number;
  /** `nftables_ifindex`: interfaces by number, not by name. */
  readonly byInterfaceIndex: boolean;
  readonly counters: boolean;
  /** `nftables_ipvs`: the table that marks packets for groups. */
  readonly serviceTable?: string;
  readonly servicePriority: number;
  readonly serviceStartMark: number;
}

/** SNMP, D-Bus and the files for people who look in. */
export interface ManagementDefinitions {
  readonly snmp: {
    readonly socket?: string;
    readonly traps: boolean;
    /** `enable_snmp_vrrp`, `enable_snmp_checker`. */
    readonly vrrp: boolean;
    readonly checker: boolean;
    /** `enable_snmp_rfcv2`, `enable_snmp_rfcv3`; `enable_snmp_rfc` sets both. */
    readonly rfc2787: boolean;
    readonly rfc6527: boolean;
    /** `snmp_vs_stats_update_interval`, `snmp_rs_stats_update_interval`; 0 follows the former. */
    readonly virtualServerInterval: Duration;
    readonly realServerInterval: Duration;
  };
  readonly dbus: {
    readonly enabled: boolean;
    readonly service: string;
    /** `dbus_no_interface_name`. */
    readonly noInterfaceName?: string;
  };
  /** `data_use_instance`: names of dumps carry that of the daemon. */
  readonly instanceInFileNames: boolean;
  readonly jsonVersion: 1 | 2;
  readonly stateDump: string;
  readonly statisticsDump: string;
  readonly jsonDump: string;
  /** `iproute_etc_dir`, `iproute_usr_dir`: where names of tables and the like are looked up. */
  readonly iprouteEtc: string;
  readonly iprouteUsr: string;
  /** `umask` as a number. */
  readonly umask: number;
}

/** How a configuration is taken in. */
export interface ReloadDefinitions {
  /** `reload_check_config`: where the log of the test goes. */
  readonly checkLog?: string;
  /** `reload_time_file`, `reload_repeat`: a file that says when to reload. */
  readonly timeFile?: string;
  readonly repeat: boolean;
  /** `reload_file`: exists while a reload is going on; "" is keepalived's own path. */
  readonly markFile?: string;
  /** `include_check`, in words. */
  readonly includeCheck?: readonly string[];
  /** `config_save_dir`, `tmp_config_directory`. */
  readonly saveDirectory?: string;
  readonly temporaryDirectory?: string;
  /** `random_seed`. */
  readonly randomSeed?: number;
}

/** What concerns the VRRP process as a whole. */
export interface VrrpDefinitions {
  /** `default_interface` of static addresses. */
  readonly defaultInterface: string;
  /** `dynamic_interfaces allow_if_changes`. */
  readonly interfacesMayChange: boolean;
  readonly disableLocalIgmp: boolean;
  /** `vrrp_garp_interval`, `vrrp_gna_interval`: least gap between two packets on an interface. */
  readonly garpInterval: Duration;
  readonly neighbourInterval: Duration;
  /** `vrrp_delay_after_boot`. */
  readonly delayAfterBoot: Duration;
  readonly logUnknownRouterIds: boolean;
  /** `vmac_prefix`, `vmac_addr_prefix`: how the names of macvlans begin. */
  readonly macvlanPrefix: string;
  readonly addressMacvlanPrefix: string;
  /** `vrrp_rx_bufs_policy`, `vrrp_rx_bufs_multiplier`; the kernel's default when absent. */
  readonly receiveBuffer?: "mtu" | "advertisement" | number;
  readonly receiveBufferMultiplier: number;
}
