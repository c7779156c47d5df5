import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { ScriptCommand } from "./global-definitions.ts";
import type { OtherChecker } from "./other-checkers.ts";

/** The protocols that can be balanced. */
export type TransportProtocol = "tcp" | "udp" | "sctp";

/** `lvs_sched` / `lb_algo`. */
export type SchedulerName =
  | "rr"
  | "wrr"
  | "lc"
  | "wlc"
  | "lblc"
  | "lblcr"
  | "dh"
  | "sh"
  | "sed"
  | "nq"
  | "fo"
  | "ovf"
  | "mh"
  | "twos";

/** `lvs_method` / `lb_kind`: NAT, DR, TUN. */
export type ForwardingMethod = "nat" | "dr" | "tun";

/** What a virtual server answers for. */
export type VirtualServerKey =
  | {
      readonly kind: "address";
      readonly protocol: TransportProtocol;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly kind: "fwmark"; readonly mark: number; readonly family: 4 | 6 };

/** A bound `virtual_server`. */
export interface VirtualServer {
  readonly at: SourceLine;
  readonly key: VirtualServerKey;
  readonly scheduler: SchedulerName;
  readonly forwarding: ForwardingMethod;
  /** `persistence_timeout` in whole seconds; absent means not persistent. */
  readonly persistenceTimeout?: number;
  readonly onePacket: boolean;
  /** `alpha`: every real server starts down. `omega`: notify at stop. */
  readonly alpha: boolean;
  readonly omega: boolean;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly quorumUp?: ScriptCommand;
  readonly quorumDown?: ScriptCommand;
  readonly sorryServer?: SorryServer;
  readonly sorryServerInhibit: boolean;
  /** `virtualhost`: the Host header of checks that name none. */
  readonly virtualHost?: string;
  readonly realServers: readonly RealServer[];
  /** `lb_kind TUN` with options. */
  readonly tunnel?: Tunnel;
  /** `flag-1`..`flag-3` and their names for `sh` and `mh`; `hashed` has no effect in keepalived too. */
  readonly schedulerFlags?: readonly SchedulerFlag[];
  /** `persistence_engine`. */
  readonly persistenceEngine?: string;
  /** `persistence_granularity`: length of the prefix that counts as one client; a whole address when absent. */
  readonly persistencePrefix?: number;
  /** `ha_suspend`: checks run only while the address is on this host. */
  readonly suspendWithoutAddress?: boolean;
  /** `smtp_alert`; what `global_defs` says, else off, when absent. */
  readonly smtpAlert?: boolean;
  readonly snmpName?: string;
}

/** Words that change what a scheduler does. */
export type SchedulerFlag =
  | "hashed"
  | "flag-1"
  | "flag-2"
  | "flag-3"
  | "sh-port"
  | "sh-fallback"
  | "mh-port"
  | "mh-fallback";

/** `TUN [type ipip | gue port N | gre] [nocsum | csum | remcsum]`. */
export interface Tunnel {
  readonly type: "ipip" | "gue" | "gre";
  /** Of GUE. */
  readonly port?: number;
  readonly checksum: "nocsum" | "csum" | "remcsum";
}

/** `sorry_server`: who answers while the quorum is lost. */
export interface SorryServer {
  readonly address: IpAddress;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  readonly tunnel?: Tunnel;
}

/** A bound `real_server`. */
export interface RealServer {
  readonly at: SourceLine;
  readonly address: IpAddress;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  /** 0..2147483647, 1 by default. */
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** `inhibit_on_failure`: weight 0 instead of removal. */
  readonly inhibitOnFailure: boolean;
  readonly notifyUp?: ScriptCommand;
  readonly notifyDown?: ScriptCommand;
  readonly checkers: readonly Checker[];
  /** Checks that are bound but not run by this version; absent when there are none. */
  readonly otherCheckers?: readonly OtherChecker[];
  readonly tunnel?: Tunnel;
  /** `smtp_alert`; what `global_defs` says, else on, when absent. */
  readonly smtpAlert?: boolean;
  readonly snmpName?: string;
}

/** Times that every kind of check has; each may be set on the virtual server, the real server or the check. */
export interface CheckTiming {
  /** `delay_loop`: from the end of one check to the start of the next. */
  readonly delayLoop: Duration;
  /** `retry`: further attempts after a first failure, before the server counts as down. */
  readonly retry: number;
  readonly delayBeforeRetry: Duration;
  /** `warmup`: the first check starts after a random part of this. */
  readonly warmup: Duration;
  /** `connect_timeout`: the whole check must end within it. */
  readonly timeout: Duration;
  /** `alpha`: down until the first success. */
  readonly alpha: boolean;
}

/** Where a network check connects to, when it is not the real server itself. */
export interface CheckTarget {
  readonly address: IpAddress;
  readonly port: number;
  /** `bindto`, `bind_port`. */
  readonly bindAddress?: IpAddress;
  readonly bindPort?: number;
  /** `bind_if`. */
  readonly bindInterface?: string;
  readonly fwmark?: number;
}

/** A check of one real server that this version runs; all must pass for the server to be alive. */
export type Checker =
  | {
      readonly kind: "tcp";
      readonly timing: CheckTiming;
      readonly target: CheckTarget;
      readonly logAllFailures?: boolean;
    }
  | HttpChecker
  | BfdChecker;

/** `BFD_CHECK`: up while the BFD session of that name is. Nothing is asked, so of the times only `alpha` counts. */
export interface BfdChecker {
  readonly kind: "bfd";
  readonly name: string;
  readonly timing: CheckTiming;
}

/** `HTTP_GET` and `SSL_GET`. */
export interface HttpChecker {
  readonly kind: "http";
  readonly timing: CheckTiming;
  readonly target: CheckTarget;
  readonly tls: boolean;
  /** `enable_sni` of SSL_GET: the virtual host's name is sent in the handshake; absent means no. */
  readonly enableSni?: boolean;
  /** `sni_name`; the virtual host when absent. */
  readonly sniName?: string;
  /** `log_all_failures`; `checker_log_all_failures` when absent. */
  readonly logAllFailures?: boolean;
  /** `http_protocol`: 1.0 when absent, `1.0C` closes the connection. */
  readonly httpVersion?: "1.0" | "1.0C" | "1.1";
  /** `fast_recovery`: while the server is down the next page is asked for at once. */
  readonly fastRecovery?: boolean;
  /** `tls_compliant`: an end without close_notify is an error. */
  readonly tlsCompliant?: boolean;
  readonly virtualHost?: string;
  /** Asked in this order; each must pass. */
  readonly urls: readonly HttpUrl[];
}

/** A `url` block of HTTP_GET or SSL_GET: a page that a check asks for, and what it must be. */
export interface HttpUrl {
  readonly path: string;
  /** MD5 of the body, 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  /** Accepted status codes as inclusive ranges; 200..299 when the file names none and no digest. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  readonly virtualHost?: string;
  readonly regex?: BodyPattern;
  /** `tls_compliant` of this page alone. */
  readonly tlsCompliant?: boolean;
}

/** The `regex` family: what the body must contain. */
export interface BodyPattern {
  /** A PCRE2 pattern. */
  readonly pattern: string;
  /** `regex_no_match`: it must not contain it. */
  readonly noMatch: boolean;
  /** `regex_options`, as written. */
  readonly options: readonly string[];
  /** `regex_min_offset`, `regex_max_offset` in bytes. */
  readonly minOffset: number;
  readonly maxOffset?: number;
  /** `regex_stack`: first and largest size in bytes. */
  readonly stack?: { readonly start: number; readonly max: number };
}
