import type { IpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import { type ControlPacket, type PacketFault, stateNames } from "./control-packet.ts";
import type { BfdSession } from "./session-state.ts";

/** Where a datagram came from, as the kernel told. */
export interface PacketOrigin {
  readonly source: IpAddress;
  readonly destination?: IpAddress;
  /** TTL or hop limit; undefined when the kernel did not say. */
  readonly ttl?: number;
  /** Whether it came to the port for neighbours beyond a router, 4784, and not to 3784. */
  readonly multihop: boolean;
}

/** Why a datagram was not taken, by the first check that it failed. */
export type Rejection =
  | PacketFault
  | { readonly kind: "no-session"; readonly yourDiscriminator: number }
  | { readonly kind: "authentication" }
  | { readonly kind: "poll-and-final" }
  | { readonly kind: "ttl"; readonly received: number | undefined; readonly least: number }
  | { readonly kind: "port"; readonly multihop: boolean }
  | { readonly kind: "stranger"; readonly myDiscriminator: number; readonly known: number }
  | { readonly kind: "administratively-down" };

/**
 * The checks of a well-formed packet that need its session (RFC 5880 section 6.8.6, RFC 5881 section 5), the first that
 * fails decides. A packet that fails one changes nothing but a counter.
 */
export function acceptPacket(
  packet: ControlPacket,
  { session, origin }: { readonly session: BfdSession; readonly origin: PacketOrigin },
): Result<ControlPacket, Rejection> {
  const { config, remote } = session;
  // Nobody can configure authentication, so a packet that has it was meant for another session.
  if (packet.authenticated) return failed({ kind: "authentication" });
  if (packet.poll && packet.final) return failed({ kind: "poll-and-final" });
  const least = leastTtl(config);
  if (least > 0 && (origin.ttl === undefined || origin.ttl < least)) {
    return failed({ kind: "ttl", received: origin.ttl, least });
  }
  if (origin.multihop !== config.multihop) return failed({ kind: "port", multihop: origin.multihop });
  // Without this, one forged Down packet that knows no discriminator would end a session that is up (BIRD has it too).
  const known = remote.discriminator;
  if (session.state === "up" && packet.yourDiscriminator === 0 && packet.myDiscriminator !== known) {
    return failed({ kind: "stranger", myDiscriminator: packet.myDiscriminator, known });
  }
  if (session.state === "admin-down") return failed({ kind: "administratively-down" });
  return ok(packet);
}

/**
 * The least TTL a packet may arrive with: what the neighbour is expected to send less the hops that are allowed, as
 * keepalived has it; 0 when `max_hops` switches the test off. With the defaults of IPv4 that is 255 and the rule of RFC
 * 5881 section 5.
 */
export function leastTtl({ expectedTtl, maxHops }: BfdSession["config"]): number {
  return maxHops < 0 || maxHops >= 255 ? 0 : Math.max(0, expectedTtl - maxHops);
}

/** A rejection in words, for the log; `sender` is an address as text. */
export function describeRejection(rejection: Rejection, sender: string): string {
  return `packet from ${sender} refused: ${reasonOf(rejection)}`;
}

function reasonOf(rejection: Rejection): string {
  switch (rejection.kind) {
    case "version":
      return `it has version ${rejection.version}, wanted 1`;
    case "length":
      return `it gives its length as ${rejection.field} bytes and ${rejection.received} came, wanted at least 24 (26 with authentication) and no more than came`;
    case "detect-multiplier":
      return "its detection multiplier is 0, wanted at least 1";
    case "multipoint":
      return "its multipoint bit is set, which is reserved";
    case "my-discriminator":
      return "its sender has discriminator 0, wanted another number";
    case "your-discriminator":
      return `its sender is in state ${stateNames[rejection.state]} and names no session of ours`;
    case "no-session":
      return rejection.yourDiscriminator === 0
        ? "no bfd_instance has its address as neighbor_ip"
        : `no session has the discriminator 0x${rejection.yourDiscriminator.toString(16).padStart(8, "0")}`;
    case "authentication":
      return "it is authenticated, and no session of ours is";
    case "poll-and-final":
      return "it asks and answers at once (the bits Poll and Final are both set)";
    case "ttl":
      return `it has TTL ${rejection.received ?? "unknown"}, wanted at least ${rejection.least}; a neighbour further away needs max_hops`;
    case "port":
      return rejection.multihop
        ? "it came to port 4784 and its session is none over several hops"
        : "it came to port 3784 and its session is one over several hops";
    case "stranger":
      return `it names no session of ours and its sender has discriminator ${rejection.myDiscriminator}, the neighbour of this session ${rejection.known}`;
    case "administratively-down":
      return "the session is administratively down";
  }
}
