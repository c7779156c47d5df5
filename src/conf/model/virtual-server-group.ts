import type { AddressFamily, IpAddress } from "../../base/ip-address.ts";
import type { SourceLine } from "./config.ts";
import type { Network } from "./route.ts";
import type { TransportProtocol, VirtualServer } from "./virtual-server.ts";

/** A bound `virtual_server_group NAME { }`. */
export interface VirtualServerGroup {
  readonly name: string;
  readonly at: SourceLine;
  readonly entries: readonly GroupEntry[];
}

/** One line of a group; port 0 is every port. Both ends of a range belong to it. */
export type GroupEntry =
  | { readonly kind: "range"; readonly first: IpAddress; readonly last: IpAddress; readonly port: number }
  | { readonly kind: "network"; readonly network: Network; readonly port: number }
  /** The family is that of the service when none is written. */
  | { readonly kind: "fwmark"; readonly mark: number; readonly family?: AddressFamily };

/** A bound `virtual_server group NAME { }`: one service for every entry of a group. */
export interface GroupVirtualServer extends Omit<VirtualServer, "key"> {
  readonly group: string;
  readonly protocol: TransportProtocol;
}

/** The bound `SSL` block: with what SSL_GET shows who it is. */
export interface TlsIdentity {
  /** `password` of the key. */
  readonly password?: string;
  /** `ca`, `certificate`, `key`: paths of PEM files. */
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
}
