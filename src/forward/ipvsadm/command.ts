import type { IpAddress } from "../../base/ip-address.ts";
import type { ServiceKey, ServiceOp, ServiceProtocol } from "../service.ts";
import type { SessionTimeouts } from "../service-table.ts";

/** How `-L` shows what it shows; of several formats the first in this order wins: stats, rate, thresholds ... */
export type ListFormat = "stats" | "rate" | "thresholds" | "persistent-conn" | "tun-info" | "default";

/** A command line that was understood. */
export type IpvsadmCommand =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "change"; readonly op: ServiceOp }
  | {
      readonly kind: "list";
      readonly service?: ServiceKey;
      readonly format: ListFormat;
      readonly numeric: boolean;
      readonly sorted: boolean;
      /** Counters in full length. */
      readonly exact: boolean;
    }
  | { readonly kind: "list-connections"; readonly numeric: boolean; readonly persistence: boolean }
  | { readonly kind: "list-timeouts" }
  | { readonly kind: "list-daemons" }
  | { readonly kind: "zero"; readonly service?: ServiceKey }
  | { readonly kind: "save"; readonly numeric: boolean }
  | { readonly kind: "restore" }
  | { readonly kind: "set-timeouts"; readonly timeouts: SessionTimeouts }
  | { readonly kind: "start-daemon"; readonly role: "master" | "backup" }
  | { readonly kind: "stop-daemon"; readonly role: "master" | "backup" };

/** Why a command line was not understood: what goes to standard error, and the exit code. */
export interface IpvsadmFailure {
  readonly text: string;
  readonly code: number;
}

/** Looking up names, which the parser itself cannot. */
export interface NameResolver {
  /** The first IPv4 address of a host name. */
  host(name: string): IpAddress | undefined;
  /** The port of a service name such as "http". */
  port(name: string, protocol: ServiceProtocol): number | undefined;
}
