import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import type { PacketOrigin } from "../bfd/reception.ts";
import type { Config } from "../conf/model/config.ts";
import type { LogEffect } from "./host.ts";

/** What the BFD process needs of the configuration. */
export type BfdConfig = Pick<Config, "bfdInstances">;

/** A place to listen: port 3784, or 4784 for neighbours beyond a router, for one address family. */
export interface BfdPort {
  readonly family: AddressFamily;
  readonly multihop: boolean;
}

/** What the BFD process is told. */
export type BfdHostEvent =
  /** `seed` is random: discriminators and jitter follow from it. */
  | { readonly kind: "start"; readonly config: BfdConfig; readonly seed: number }
  | { readonly kind: "reload"; readonly config: BfdConfig }
  | { readonly kind: "alarm" }
  | { readonly kind: "packet"; readonly bytes: Uint8Array; readonly origin: PacketOrigin }
  | { readonly kind: "effect-failed"; readonly effect: BfdHostEffect; readonly reason: string }
  /** Something to log, not too often: `about` names what it is about. */
  | { readonly kind: "trouble"; readonly about: string; readonly message: string }
  | { readonly kind: "shutdown" };

/** What the BFD process asks of the world, in order. */
export type BfdHostEffect =
  | { readonly kind: "open-port"; readonly port: BfdPort }
  | { readonly kind: "close-port"; readonly port: BfdPort }
  /** Have a socket to send this session's packets with, from one port of 49152 to 65535; asked again when `ttl` changes. */
  | {
      readonly kind: "open-session";
      readonly session: number;
      readonly neighbour: IpAddress;
      /** The kernel chooses when absent. */
      readonly source?: IpAddress;
      readonly multihop: boolean;
      readonly ttl: number;
    }
  | { readonly kind: "close-session"; readonly session: number }
  | { readonly kind: "send-packet"; readonly session: number; readonly bytes: Uint8Array }
  | SessionNews
  | LogEffect
  /** Every farewell is said and the process may end. */
  | { readonly kind: "stopped" };

/** How a session stands, for whoever follows it. */
export interface SessionNews {
  readonly kind: "session";
  readonly name: string;
  /** undefined: there is no such session any more. */
  readonly up: boolean | undefined;
  /** Who may hear of it. */
  readonly forVrrp: boolean;
  readonly forChecker: boolean;
}
