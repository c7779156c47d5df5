import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { ScriptCommand } from "./global-definitions.ts";

/** What `protocol` may name. */
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
}

/** A bound `sorry_server`: serves while the quorum is lost. */
/** Who answers while the quorum is lost. */
export interface SorryServer {
  readonly address: IpAddress;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
}

/** A bound `real_server`. */
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
  readonly fwmark?: number;
}

/** One check of a real server; all must pass for it to be alive. */
/** A check of one real server. */
export type Checker =
  | { readonly kind: "tcp"; readonly timing: CheckTiming; readonly target: CheckTarget }
  | HttpChecker;

/** `HTTP_GET` and `SSL_GET`. */
export interface HttpChecker {
  readonly kind: "http";
  readonly timing: CheckTiming;
  readonly target: CheckTarget;
  readonly tls: boolean;
  /** `enable_sni` of SSL_GET: the virtual host's name is sent in the handshake; absent means no. */
  readonly enableSni?: boolean;
  /** `http_protocol` and the like belong here as they are bound. */
  readonly virtualHost?: string;
  /** Asked in this order; each must pass. */
  readonly urls: readonly HttpUrl[];
}

/** One `url` block of HTTP_GET or SSL_GET. */
/** A page that a check asks for, and what it must be. */
export interface HttpUrl {
  readonly path: string;
  /** MD5 of the body, 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  /** Accepted status codes as inclusive ranges; 200..299 when the file names none and no digest. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  readonly virtualHost?: string;
}
