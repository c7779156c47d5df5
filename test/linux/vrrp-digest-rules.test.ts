import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { vrrpDigestRules } from "../../src/linux/vrrp-digest-rules.ts";
import { passwordOctets } from "../../src/vrrp/authentication.ts";
import { keyOctets } from "../../src/vrrp/authentication-trailer.ts";
import { createReceiver } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { config, ip } from "../vrrp/router-support.ts";
import { HEADER_6, hex, hmac, KEY, kinds, MARK, mend, mutate, peers, six, target } from "./screen-targets.ts";

const PASSWORD = "s3cret";
const OTHER = "another key, which is as long as it takes to be longer than the sixty-four octets of a block";
const ah = { authentication: { kind: "ah", password: PASSWORD } } as const;
const many = { ...hmac, keys: [...hmac.keys, { id: 200, secret: OTHER }], activeKey: 200 } as const;

/** Every kind of receiver that asks for digests. */
const digested: Readonly<Record<string, Partial<RouterConfig>>> = {
  ...Object.fromEntries(
    Object.entries(kinds).filter(([name]) => /trailer|with an authentication header/.test(name)),
  ),
  "an authentication header to peers": { ...ah, ...peers },
  "an authentication header and any addresses": { ...ah, skipCheckAdvertisedAddresses: true },
  "an authentication header that has a trailer too": { ...ah, hmac },
  "a trailer of one of two keys": { version: 3, hmac: many },
  "a trailer to peers": { version: 3, hmac, ...peers },
  "a trailer over IPv6 and any addresses": {
    ...{ version: 3, family: 6, virtualAddresses: six, hmac },
    skipCheckAdvertisedAddresses: true,
  },
  "a trailer over IPv6 to peers": {
    ...{ version: 3, family: 6, virtualAddresses: six, hmac: many, checkUnicastSource: true },
    unicastPeers: [{ address: ip("fe80::13") }, { address: ip("fe80::12") }],
  },
};

/** Gives a packet a number about the one that was heard last. */
function renumber(packet: Uint8Array, { family }: RouterConfig, draw: Random): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const off = Math.floor(draw() * 5) - 2;
  const header = ((packet[0] ?? 0) & 15) * 4;
  if (family === 4 && packet[9] === 51) {
    if (packet.length >= header + 12) view.setUint32(header + 8, 7 + off);
  } else if (packet.length >= 60) {
    const step = draw() < 0.5 ? 1n : 1n << 32n;
    view.setBigUint64(packet.length - 24, BigInt.asUintN(64, MARK + BigInt(off) * step));
  }
}

/** Makes the checksum and the digest right again, by node:crypto and in other words than the core has. */
function resign(packet: Uint8Array, said: RouterConfig, draw: Random): void {
  const { family } = said;
  const start = family === 6 ? HEADER_6 : ((packet[0] as number) & 15) * 4;
  if (family === 4 && packet[9] === 51) {
    if (packet.length < start + 32) return;
    mend(packet, draw, family);
    const covered = packet.slice();
    const toPeers = said.unicastPeers.length > 0;
    for (const at of [1, 6, 7, 10, 11, ...(toPeers ? [8] : [])]) covered[at] = 0;
    covered.fill(0, start + 12, start + 24);
    const value = createHmac("md5", passwordOctets(PASSWORD)).update(covered).digest();
    packet.set(value.subarray(0, 12), start + 12);
    return;
  }
  if (packet.length < start + 36) return;
  const message = packet.slice(start);
  message.fill(0, 6, 8);
  message.fill(0, message.length - 16);
  const source = family === 6 ? packet.subarray(8, 24) : packet.subarray(12, 16);
  const bound = [family, (message[0] as number) >> 4, message[1] as number, 0, ...source];
  const secret = message[message.length - 27] === 200 ? OTHER : KEY;
  const by = createHmac("sha256", keyOctets(secret)).update(
    Uint8Array.from([...bound, ...Array(20 - bound.length).fill(0)]),
  );
  packet.set(by.update(message).digest().subarray(0, 16), packet.length - 16);
  mend(packet, draw, family);
}

/** Whether a packet is as long as it says (the kernel cuts what is longer), and an authentication header's index its source. */
function isWholeAndNamed(packet: Uint8Array, { family }: RouterConfig): boolean {
  if (family === 6) return true;
  const at = ((packet[0] ?? 0) & 15) * 4 + 4;
  const isNamed = packet[9] !== 51 || hex(packet.subarray(at, at + 4)) === hex(packet.subarray(12, 16));
  return isNamed && packet.length === (packet[2] ?? 0) * 256 + (packet[3] ?? 0);
}

/** Refusals that come only after a digest was found right and a number new. */
const afterDigest: readonly unknown[] = ["address-list", "zero-addresses", "own-address"];

describe.each(Object.entries(digested))("the rules for digests of %s", (_, changes) => {
  const aim = target(changes);

  it("RX-8 RX-22 never refuse what the receiver checks take, and all that these refuse for its digest or number, in 8,000 mutations", () => {
    const draw = seededRandom(0xd16e57);
    const seen = { taken: 0, right: 0, wrong: 0, old: 0 };
    for (let count = 0; count < 8_000; count++) {
      const packet = count === 0 ? aim.good.slice() : mutate(aim, draw);
      if (draw() < 0.3) renumber(packet, aim.said, draw);
      if (draw() < 0.6) resign(packet, aim.said, draw);
      const refusal = aim.refusal(packet);
      const isRefused = aim.isDigestWrong(packet);
      if (refusal === undefined) seen.taken++;
      else if (afterDigest.includes(refusal)) seen.right++;
      if (isRefused && (refusal === undefined || afterDigest.includes(refusal))) {
        throw new Error(`refused, but its digest is right (${refusal ?? "taken"}): ${hex(packet)}`);
      }
      if (!isWholeAndNamed(packet, aim.said)) continue;
      const isHeader = aim.said.family === 4 && packet[9] === 51;
      const isOld = refusal === (isHeader ? "replayed" : "trailer-replayed");
      if (isOld) seen.old++;
      else if (refusal === (isHeader ? "authentication-failed" : "trailer-wrong")) seen.wrong++;
      else continue;
      if (!isRefused) throw new Error(`let through (${refusal}): ${hex(packet)}`);
    }
    expect(Math.min(seen.taken, seen.wrong, seen.old)).toBeGreaterThan(200);
    if (!aim.said.skipCheckAdvertisedAddresses) expect(seen.right).toBeGreaterThan(20);
  });
});

describe("vrrpDigestRules", () => {
  const rulesOf = (said: Partial<RouterConfig>, trusted?: readonly []) =>
    [false, true].map(
      (withAuthenticationHeader) =>
        vrrpDigestRules({
          family: said.family ?? 4,
          withAuthenticationHeader,
          routers: [
            {
              receiver: createReceiver(config(said)),
              headerSequence: 0,
              heard: [],
              ...(trusted === undefined ? {} : { trusted }),
            },
          ],
        }).length,
    );

  it("has none for a router whose strangers are not held back, nor for one that asks for no digest", () => {
    expect(rulesOf({ version: 3, hmac })).toEqual([0, 0]);
    expect(rulesOf({}, [])).toEqual([0, 0]);
    expect(rulesOf({ authentication: { kind: "pass", password: PASSWORD } }, [])).toEqual([0, 0]);
  });

  it("has one for each key of a trailer, and one for a header", () => {
    expect(rulesOf({ version: 3, hmac: many }, [])).toEqual([2, 0]);
    expect(rulesOf(ah, [])).toEqual([0, 1]);
  });

  it("lets a message without trailer through where one may be missing, and any of another router", () => {
    const aim = target({ version: 3, hmac: { ...hmac, mode: "permissive" } });
    const plain = target({ version: 3 }).good;
    expect([aim.refusal(plain), aim.isDigestWrong(plain)]).toEqual([undefined, false]);
    const foreign = aim.good.slice();
    foreign.fill(0, foreign.length - 16);
    expect(aim.isDigestWrong(foreign)).toBe(true);
    foreign[21] = 52;
    expect(aim.isDigestWrong(foreign)).toBe(false);
  });
});
