import type { FilterInstruction } from "dgram-extra";
import { type IpAddress, ipAddressBytes } from "../../src/base/ip-address.ts";
import type { Random } from "../../src/base/random.ts";
import { instant, seconds } from "../../src/base/time.ts";
import { vrrpDigestRules } from "../../src/linux/vrrp-digest-rules.ts";
import { vrrpScreens } from "../../src/linux/vrrp-screen.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { viewIpv4Packet, viewIpv6Payload } from "../../src/vrrp/packet-view.ts";
import { createReceiver, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import type { RejectionKind } from "../../src/vrrp/rejection.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "../../src/vrrp/vrrp-checksum.ts";
import { runFilter } from "../support/classic-bpf.ts";
import { isDigestWrong } from "../support/digest-screen.ts";
import { config, ip } from "../vrrp/router-support.ts";

const CLOCK = instant(1_767_225_601_500_000);
/** The sequence of a trailer that was heard before, two seconds ago. */
export const MARK = 1_767_225_599n << 32n;
export const KEY = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
export const hmac = { keys: [{ id: 1, secret: KEY }], antiReplay: "time", mode: "enforce" } as const;
export const addresses = (texts: readonly string[]) =>
  texts.map((text) => ({ address: ip(text), prefixLength: text.includes(":") ? 64 : 32 }));
const list = addresses(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
export const six = addresses(["fe80::100", "2001:db8::1"]);
export const peer = ip("192.0.2.12");
export const peers = {
  unicastPeers: [{ address: ip("192.0.2.13") }, { address: peer }],
  checkUnicastSource: true,
};
const near = { unicastPeers: [{ address: peer, minTtl: 200, maxTtl: 254 }], unicastTtl: 250 };

/** Every kind of receiver there is. */
export const kinds: Readonly<Record<string, Partial<RouterConfig>>> = {
  "version 2": { virtualAddresses: list },
  "version 2 with one address": {},
  "version 2 with a password": {
    authentication: { kind: "pass", password: "s3cret" },
    virtualAddresses: list,
  },
  "version 2 with an authentication header": { authentication: { kind: "ah", password: "s3cret" } },
  "version 2 with a trailer": { hmac },
  "version 2 to peers": peers,
  "version 2 with any addresses": { skipCheckAdvertisedAddresses: true, virtualAddresses: list },
  "version 2 of an owner that does not listen": { priority: 255, ownerIgnoresAdvertisements: true },
  "version 3": { version: 3, virtualAddresses: list },
  "version 3 without pseudo-header": { version: 3, checksumPseudoHeader: false },
  "version 3 every 0.1 s": { version: 3, advertisementInterval: seconds(0.1) },
  "version 3 with a trailer": { version: 3, hmac },
  "version 3 with a trailer that may be missing": { version: 3, hmac: { ...hmac, mode: "permissive" } },
  "version 3 with any addresses and a trailer": { version: 3, hmac, skipCheckAdvertisedAddresses: true },
  "version 3 to peers": { version: 3, ...peers },
  "version 3 to peers near by": { version: 3, ...near },
  "version 3 to peers with the old checksum": { version: 3, ...peers, oldUnicastChecksum: "always" },
  "version 3 without addresses": { version: 3, virtualAddresses: [] },
  "version 3 over IPv6": { version: 3, family: 6, virtualAddresses: six },
  "version 3 over IPv6 with a trailer": { version: 3, family: 6, virtualAddresses: six, hmac },
  "version 3 over IPv6 with any addresses": {
    ...{ version: 3, family: 6, virtualAddresses: six },
    skipCheckAdvertisedAddresses: true,
  },
  "version 3 over IPv6 to peers": {
    ...{ version: 3, family: 6, virtualAddresses: six, checkUnicastSource: true },
    unicastPeers: [{ address: ip("fe80::13") }, { address: ip("fe80::12"), minTtl: 3 }],
  },
};

export interface Target {
  readonly said: RouterConfig;
  readonly good: Uint8Array;
  readonly screens: Readonly<Record<"plain" | "header", readonly (readonly FilterInstruction[])[]>>;
  /** Whether the receiver checks take it. */
  readonly takes: (packet: Uint8Array) => boolean;
  /** Why they refuse it; undefined when they take it. */
  readonly refusal: (packet: Uint8Array) => RejectionKind | "other router" | undefined;
  /** Whether the socket drops it because of its digest. */
  readonly isDigestWrong: (packet: Uint8Array) => boolean;
  /** Whether the kernel lets it through, by the screen of that number. */
  readonly passes: (packet: Uint8Array, screen?: number) => boolean;
}

export const HEADER_6 = 40;

/** Over IPv6 the packets here have their header, of which the socket hands over nothing. */
export function target(changes: Partial<RouterConfig>): Target {
  const said = config(changes);
  const { version, virtualRouterId, advertisementInterval: interval, authentication, family } = said;
  const receiver = createReceiver(said);
  const source = family === 6 ? ip("fe80::12") : peer;
  const heard = [{ source, sequence: MARK }];
  const exchange = { ...freshExchange, headerSequence: 7, heard };
  const mine: IpAddress = ip(family === 6 ? "fe80::11" : "192.0.2.11");
  const sender = createSender({
    ...said,
    ...(said.unicastPeers.length > 0 ? { unicastPeers: [{ address: mine }] } : {}),
  });
  const sent = { version, virtualRouterId, interval, authentication, priority: 200 };
  const { packets } = outgoingPackets(
    { ...sent, addresses: said.virtualAddresses.map(({ address }) => address) },
    sender,
    { source, exchange, clock: CLOCK },
  );
  const made = packets[0];
  if (made === undefined) throw new Error("nothing is sent");
  const header = Uint8Array.from([
    ...[0x60, 0, 0, 0, made.bytes.length >> 8, made.bytes.length & 255, 112, made.ttl],
    ...ipAddressBytes(source),
    ...ipAddressBytes(made.destination),
  ]);
  const good = family === 6 ? Uint8Array.of(...header, ...made.bytes) : made.bytes;
  const routers = [{ receiver, headerSequence: 7, heard }];
  const screens = {
    plain: vrrpScreens({ family, withAuthenticationHeader: false, routers }),
    header: vrrpScreens({ family, withAuthenticationHeader: true, routers }),
  };
  const view = (packet: Uint8Array) =>
    family === 4
      ? viewIpv4Packet(packet)
      : viewIpv6Payload(packet.subarray(HEADER_6), {
          source: packet.subarray(8, 24),
          destination: packet.subarray(24, 40),
          hopLimit: packet[7] as number,
        });
  const refusal: Target["refusal"] = (packet) => {
    const seen = view(packet);
    if (!seen.ok) return seen.error.kind;
    if (seen.bytes[seen.at + 1] !== virtualRouterId) return "other router";
    const context = { ownAddresses: [], knownMaster: source, exchange, clock: CLOCK };
    const reception = receiveAdvertisement(seen, receiver, context);
    return reception.ok ? undefined : reception.error.kind;
  };
  const held = [{ receiver, headerSequence: 7, heard, trusted: [] }];
  const rules = {
    plain: vrrpDigestRules({ family, withAuthenticationHeader: false, routers: held }),
    header: vrrpDigestRules({ family, withAuthenticationHeader: true, routers: held }),
  };
  return {
    said,
    good,
    screens,
    takes: (packet) => refusal(packet) === undefined,
    refusal,
    isDigestWrong: (packet) =>
      family === 4
        ? isDigestWrong(packet[9] === 51 ? rules.header : rules.plain, {
            withHeader: true,
            bytes: packet,
            source: packet.slice(12, 16),
          })
        : isDigestWrong(rules.plain, {
            withHeader: false,
            bytes: packet.subarray(HEADER_6),
            source: packet.slice(8, 24),
          }),
    passes: (packet, screen = 0) => {
      const of = family === 4 && packet[9] === 51 ? screens.header : screens.plain;
      const program = of[screen] ?? [];
      return family === 4
        ? runFilter(program, { bytes: packet })
        : runFilter(program, {
            bytes: packet.subarray(HEADER_6),
            networkHeader: packet.subarray(0, HEADER_6),
          });
    },
  };
}

/** Makes the checksum of a message right again, over IPv4 in any of its forms. */
export function mend(packet: Uint8Array, draw: Random, family: 4 | 6): void {
  const at = family === 6 ? HEADER_6 : ((packet[0] as number) & 15) * 4 + (packet[9] === 51 ? 24 : 0);
  if (packet.length < at + 8) return;
  const message = packet.subarray(at);
  const version = (message[0] as number) >> 4;
  const counted = 8 + (message[3] as number) * 4 + (version === 2 ? 8 : 0);
  const length = family === 6 ? message.length : Math.min(message.length, counted);
  message.fill(0, 6, 8);
  const addresses = family === 6 ? [8, 24, 40] : [12, 16, 20];
  const [from, between, to] = addresses as [number, number, number];
  const group = ipAddressBytes(ip("224.0.0.18"));
  const destination = draw() < 0.3 && family === 4 ? group : packet.subarray(between, to);
  const ends = { source: packet.subarray(from, between), destination };
  const pseudo = family === 6 || (version === 3 && draw() < 0.6);
  const start = pseudo ? pseudoHeaderSum(ends, length) : 0;
  const checksum = sumToChecksum(partialSum(message, { from: 0, to: length, start }));
  message.set([checksum >> 8, checksum & 255], 6);
}

/** Changes some octets, cuts or lengthens, swaps addresses, puts options in; often makes lengths and the checksum right again. */
export function mutate({ good, said }: Target, draw: Random): Uint8Array {
  const pick = (below: number): number => Math.floor(draw() * below);
  const { family } = said;
  const kind = pick(10);
  let bytes = good.slice();
  if (kind === 0) bytes = bytes.slice(0, pick(bytes.length + 1));
  else if (kind === 1) bytes = Uint8Array.of(...bytes, ...new Uint8Array(pick(64)));
  else if (kind === 2 && family === 4) {
    bytes = Uint8Array.of(...bytes.subarray(0, 20), 1, 1, 1, 0, ...bytes.subarray(20));
    bytes[0] = 0x46;
  } else if (kind === 3 && bytes.length >= 36) bytes.copyWithin(28, 32, 36);
  const changes = pick(4);
  for (let count = 0; count < changes && bytes.length > 0; count++) {
    bytes[pick(bytes.length)] = draw() < 0.4 ? ([0, 1, 3, 127, 255][pick(5)] as number) : pick(256);
  }
  if (draw() < 0.7 && bytes.length > 4 && family === 4) bytes.set([bytes.length >> 8, bytes.length & 255], 2);
  if (draw() < 0.7) mend(bytes, draw, family);
  return bytes;
}

export const hex = (packet: Uint8Array) =>
  [...packet].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
