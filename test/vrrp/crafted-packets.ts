import { ipAddressBytes } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { type Advertisement, encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { viewIpv4Packet } from "../../src/vrrp/packet-view.ts";
import { createReceiver, type ReceptionContext, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "../../src/vrrp/vrrp-checksum.ts";
import { config, ip, OWN } from "./router-support.ts";

export const PEER = ip("192.0.2.12");
export const GROUP = ip("224.0.0.18");
export const context: ReceptionContext = { ownAddresses: [ipAddressBytes(OWN)], knownMaster: undefined };

export interface Crafted {
  readonly said?: Partial<Advertisement>;
  readonly source?: typeof PEER;
  readonly destination?: typeof PEER;
  readonly ttl?: number;
  readonly pseudoHeader?: boolean;
  /** Changes the VRRP message before its checksum is made again. */
  readonly twist?: (message: Uint8Array) => void;
  /** Changes the finished packet. */
  readonly spoil?: (packet: Uint8Array) => void;
}

/** A packet from the wire, right in all that the test does not twist. */
export function craft(version: 2 | 3, how: Crafted = {}): Uint8Array {
  const { source = PEER, destination = GROUP, pseudoHeader = true } = how;
  const sent: Advertisement = {
    version,
    virtualRouterId: 51,
    priority: 200,
    interval: seconds(1),
    addresses: [ip("192.0.2.1")],
    authentication: { kind: "none" },
    ...how.said,
  };
  const message = encodeAdvertisement(sent, { source, destination, checksumPseudoHeader: pseudoHeader });
  if (how.twist !== undefined) {
    how.twist(message);
    message.fill(0, 6, 8);
    const ends = { source: ipAddressBytes(source), destination: ipAddressBytes(destination) };
    const start = message[0] === 0x31 && pseudoHeader ? pseudoHeaderSum(ends, message.length) : 0;
    const checksum = sumToChecksum(partialSum(message, { from: 0, to: message.length, start }));
    message.set([checksum >> 8, checksum & 255], 6);
  }
  const packet = encodeIpv4Packet(message, { source, destination, identification: 1, ttl: how.ttl ?? 255 });
  how.spoil?.(packet);
  return packet;
}

export function receive(
  packet: Uint8Array,
  said: Partial<RouterConfig> = {},
  more: Partial<ReceptionContext> = {},
) {
  const view = viewIpv4Packet(packet);
  return view.ok ? receiveAdvertisement(view, createReceiver(config(said)), { ...context, ...more }) : view;
}

export function verdict(...parts: Parameters<typeof receive>): string {
  const reception = receive(...parts);
  return reception.ok ? "accepted" : reception.error.kind;
}

export const pass = { authentication: { kind: "pass", password: "secret" } } as const;
export const unicast = { unicastPeers: [{ address: PEER }], checkUnicastSource: true };

export const set =
  (offset: number, value: number) =>
  (bytes: Uint8Array): void => {
    bytes[offset] = value;
  };
