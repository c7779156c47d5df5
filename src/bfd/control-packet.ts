import { failed, ok, type Result } from "../base/result.ts";

/** The state of one end of a session (RFC 5880 section 6.2). */
export type EndState = "admin-down" | "down" | "init" | "up";

/** Why a session changed to its present state last (RFC 5880 section 4.1, "Diag"). */
export type Diagnostic = number;

/** The diagnostics that we give ourselves. */
export const diagnostics = {
  none: 0,
  detectionTimeExpired: 1,
  neighbourSignalledDown: 3,
  administrativelyDown: 7,
} as const;

/** States as keepalived writes them. */
export const stateNames = { "admin-down": "AdminDown", down: "Down", init: "Init", up: "Up" } as const;

const DIAGNOSTIC_NAMES = [
  "No Diagnostic",
  "Control Detection Time Expired",
  "Echo Function Failed",
  "Neighbor Signaled Session Down",
  "Forwarding Plane Reset",
  "Path Down",
  "Concatenated Path Down",
  "Administratively Down",
  "Reverse Concatenated Path Down",
];

/** A diagnostic as RFC 5880 section 4.1 names it; "Unknown" for the reserved ones. */
export function diagnosticName(diagnostic: Diagnostic): string {
  return DIAGNOSTIC_NAMES[diagnostic] ?? "Unknown";
}

/** A BFD Control packet (RFC 5880 section 4.1). Intervals are in microseconds, as on the wire. */
export interface ControlPacket {
  readonly diagnostic: Diagnostic;
  readonly state: EndState;
  readonly poll: boolean;
  readonly final: boolean;
  readonly controlPlaneIndependent: boolean;
  /** The A bit: an authentication section follows. */
  readonly authenticated: boolean;
  readonly demand: boolean;
  readonly detectMultiplier: number;
  readonly myDiscriminator: number;
  /** 0 while the sender does not know the other end yet. */
  readonly yourDiscriminator: number;
  readonly desiredMinTransmit: number;
  readonly requiredMinReceive: number;
  readonly requiredMinEchoReceive: number;
}

/** What makes bytes no packet that a receiver may look at further (RFC 5880 section 6.8.6, in its order). */
export type PacketFault =
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "length"; readonly field: number; readonly received: number }
  | { readonly kind: "detect-multiplier" }
  | { readonly kind: "multipoint" }
  | { readonly kind: "my-discriminator" }
  | { readonly kind: "your-discriminator"; readonly state: EndState };

const VERSION = 1;
const MANDATORY_LENGTH = 24;

/** The mandatory section and an authentication section of nothing but its type and length. */
const LENGTH_WITH_AUTHENTICATION = 26;

const STATES: readonly EndState[] = ["admin-down", "down", "init", "up"];

const bits = {
  poll: 0x20,
  final: 0x10,
  independent: 0x08,
  authentication: 0x04,
  demand: 0x02,
  multipoint: 0x01,
};

/** The 24 bytes of a packet; we never send an authentication section. */
export function encodeControlPacket(packet: ControlPacket): Uint8Array {
  const bytes = new Uint8Array(MANDATORY_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes[0] = (VERSION << 5) | (packet.diagnostic & 0x1f);
  bytes[1] =
    (STATES.indexOf(packet.state) << 6) |
    (packet.poll ? bits.poll : 0) |
    (packet.final ? bits.final : 0) |
    (packet.controlPlaneIndependent ? bits.independent : 0) |
    (packet.demand ? bits.demand : 0);
  bytes[2] = packet.detectMultiplier;
  bytes[3] = MANDATORY_LENGTH;
  view.setUint32(4, packet.myDiscriminator);
  view.setUint32(8, packet.yourDiscriminator);
  view.setUint32(12, packet.desiredMinTransmit);
  view.setUint32(16, packet.requiredMinReceive);
  view.setUint32(20, packet.requiredMinEchoReceive);
  return bytes;
}

/**
 * Reads the payload of a datagram, with the checks of RFC 5880 section 6.8.6 that need nothing but the packet. What
 * stands behind the length that the packet gives itself is ignored: a padded packet is a good one.
 * Deviation: keepalived refuses a payload longer than the length field says, and diagnostics above 8.
 */
export function decodeControlPacket(bytes: Uint8Array): Result<ControlPacket, PacketFault> {
  const [first = 0, second = 0, detectMultiplier = 0, length = 0] = bytes;
  const version = first >> 5;
  if (bytes.length > 0 && version !== VERSION) return failed({ kind: "version", version });
  const authenticated = (second & bits.authentication) !== 0;
  const least = authenticated ? LENGTH_WITH_AUTHENTICATION : MANDATORY_LENGTH;
  if (bytes.length < MANDATORY_LENGTH || length < least || length > bytes.length) {
    return failed({ kind: "length", field: length, received: bytes.length });
  }
  if (detectMultiplier === 0) return failed({ kind: "detect-multiplier" });
  if ((second & bits.multipoint) !== 0) return failed({ kind: "multipoint" });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const myDiscriminator = view.getUint32(4);
  if (myDiscriminator === 0) return failed({ kind: "my-discriminator" });
  const yourDiscriminator = view.getUint32(8);
  const state = STATES[second >> 6] ?? "down";
  if (yourDiscriminator === 0 && (state === "init" || state === "up")) {
    return failed({ kind: "your-discriminator", state });
  }
  return ok({
    diagnostic: first & 0x1f,
    state,
    poll: (second & bits.poll) !== 0,
    final: (second & bits.final) !== 0,
    controlPlaneIndependent: (second & bits.independent) !== 0,
    authenticated,
    demand: (second & bits.demand) !== 0,
    detectMultiplier,
    myDiscriminator,
    yourDiscriminator,
    desiredMinTransmit: view.getUint32(12),
    requiredMinReceive: view.getUint32(16),
    requiredMinEchoReceive: view.getUint32(20),
  });
}
