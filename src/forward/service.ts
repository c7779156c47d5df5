import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import type { Result } from "../base/result.ts";

/** Transport protocols IPVS schedules. */
export type ServiceProtocol = "tcp" | "udp" | "sctp";

/** What a virtual service answers for: a protocol, address and port, or a firewall mark. */
export type ServiceKey =
  | {
      readonly kind: "address";
      readonly protocol: ServiceProtocol;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly kind: "fwmark"; readonly mark: number; readonly family: AddressFamily };

/** ipvsadm's -m, -g and -i. */
export type DestinationMethod = "masquerade" | "route" | "tunnel";

/** How `-i` wraps packets. */
export interface Tunnel {
  readonly type: "ipip" | "gue" | "gre";
  /** GUE's UDP port; 0 for the others. */
  readonly port: number;
  readonly checksum: "none" | "full" | "remote";
}

/** A real server as the table holds it. Its identity inside a service is address and port. */
export interface Destination {
  readonly address: IpAddress;
  readonly port: number;
  readonly method: DestinationMethod;
  /** 0..2147483647; 0 gets no new sessions. */
  readonly weight: number;
  /** ipvsadm's -x and -y; 0 means no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** With method "tunnel"; plain IP in IP when absent. */
  readonly tunnel?: Tunnel;
}

/** A virtual service without its destinations. */
export interface ServiceDefinition {
  readonly key: ServiceKey;
  /** Scheduler name as ipvsadm writes it: rr, wrr, wlc ... */
  readonly scheduler: string;
  /** Scheduler flags by ipvsadm's names, such as `sh-port`. */
  readonly schedulerFlags: readonly string[];
  /** Persistence in whole seconds; absent means not persistent. */
  readonly persistence?: number;
  /** Prefix length that groups clients under persistence: 32 or 128 when absent. */
  readonly persistencePrefix?: number;
  /** An IPv4 netmask (-M) that is no prefix, such as 0.0.0.24; instead of `persistencePrefix`. */
  readonly persistenceMask?: IpAddress;
  /** Persistence engine (--pe); only "sip" exists. */
  readonly persistenceEngine?: string;
  readonly onePacket: boolean;
}

/** A virtual service with its destinations, in the order they were added (schedulers look at the newest first). */
export interface Service extends ServiceDefinition {
  readonly destinations: readonly Destination[];
}

/** A whole table, keyed by `serviceKeyText`. */
export type ServiceSet = ReadonlyMap<string, Service>;

/** One change of a table; `ipvsadm` has a command for each. */
export type ServiceOp =
  | { readonly kind: "add-service"; readonly service: ServiceDefinition }
  | { readonly kind: "edit-service"; readonly service: ServiceDefinition }
  | { readonly kind: "delete-service"; readonly key: ServiceKey }
  | { readonly kind: "add-destination"; readonly key: ServiceKey; readonly destination: Destination }
  | { readonly kind: "edit-destination"; readonly key: ServiceKey; readonly destination: Destination }
  | {
      readonly kind: "delete-destination";
      readonly key: ServiceKey;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly kind: "flush" };

/** Why a change was refused; `errno` is the code the kernel's own IPVS would give, so that ipvsadm's texts follow. */
export interface ServiceRefusal {
  readonly errno:
    | "EEXIST"
    | "ESRCH"
    | "ENOENT"
    | "EINVAL"
    | "ERANGE"
    | "EPERM"
    | "ENOSPC"
    | "EOPNOTSUPP"
    | "EIO";
  readonly message: string;
}

/** The answer to one ServiceOp. */
export type Outcome = Result<undefined, ServiceRefusal>;

/** The text that names a service in maps and messages: `tcp 192.0.2.1:80`, `tcp [2001:db8::1]:80`, `fwmark 5 ipv4`. */
export function serviceKeyText(key: ServiceKey): string {
  if (key.kind === "fwmark") return `fwmark ${key.mark} ipv${key.family}`;
  const host = key.address.includes(":") ? `[${key.address}]` : key.address;
  return `${key.protocol} ${host}:${key.port}`;
}
