import { describe, expect, it } from "vitest";
import { seconds } from "../../src/base/time.ts";
import type { Advertisement } from "../../src/vrrp/advertisement.ts";
import { type Exchange, freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets, type PreparedPackets } from "../../src/vrrp/outgoing-packets.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { receive } from "./crafted-packets.ts";
import { at, config, ip } from "./router-support.ts";

const PEER = ip("192.0.2.12");

function said(priority: number): Advertisement {
  return {
    version: 2,
    virtualRouterId: 51,
    priority,
    interval: seconds(1),
    addresses: [ip("192.0.2.1")],
    authentication: { kind: "none" },
  };
}

/** Sends these one after the other, each with what the one before left; the bytes, and whether they were encoded anew. */
function sendAll(advertisements: readonly Advertisement[], router: RouterConfig = config({ version: 2 })) {
  const sender = createSender(router);
  let prepared: PreparedPackets | undefined;
  let exchange: Exchange = freshExchange;
  return advertisements.map((advertisement) => {
    const before = prepared;
    const sent = outgoingPackets(advertisement, sender, { source: PEER, exchange, clock: at(0), prepared });
    ({ prepared, exchange } = sent);
    return { bytes: sent.packets[0]?.bytes ?? new Uint8Array(), anew: sent.prepared !== before };
  });
}

describe("outgoingPackets", () => {
  it("TX-1 an advertisement that is repeated is the same packet under the next number, with a right checksum", () => {
    const advertisement = said(200);
    const sent = sendAll([advertisement, advertisement, advertisement]);
    expect(sent.map(({ anew }) => anew)).toEqual([true, false, false]);
    expect(sent.map(({ bytes }) => bytes[5])).toEqual([1, 2, 3]);
    const first = sent[0]?.bytes ?? new Uint8Array();
    for (const { bytes } of sent) {
      expect(receive(bytes, { version: 2 }).ok).toBe(true);
      expect(headerSum(bytes)).toBe(0xffff);
      expect(bytes.slice(12)).toEqual(first.slice(12));
    }
  });

  it("what a host does with a packet does not reach the next one", () => {
    const advertisement = said(200);
    const sender = createSender(config({ version: 2 }));
    const departure = { source: PEER, exchange: freshExchange, clock: at(0) };
    const { packets, prepared } = outgoingPackets(advertisement, sender, departure);
    packets[0]?.bytes.fill(0);
    const again = outgoingPackets(advertisement, sender, { ...departure, prepared });
    expect(receive(again.packets[0]?.bytes ?? new Uint8Array(), { version: 2 }).ok).toBe(true);
  });

  it("another priority, source or configuration is encoded anew", () => {
    const sender = createSender(config({ version: 2 }));
    const departure = { source: PEER, exchange: freshExchange, clock: at(0) };
    const advertisement = said(200);
    const { prepared } = outgoingPackets(advertisement, sender, departure);
    const elsewhere = { ...departure, source: ip("192.0.2.13"), prepared };
    const moved = outgoingPackets(advertisement, sender, elsewhere).packets[0]?.bytes ?? new Uint8Array();
    expect([...moved.slice(12, 16)]).toEqual([192, 0, 2, 13]);
    const lower = outgoingPackets(said(0), sender, { ...departure, prepared }).packets[0]?.bytes;
    expect(lower?.[22]).toBe(0);
    const unicast = createSender(config({ version: 2, unicastPeers: [{ address: ip("192.0.2.13") }] }));
    const peer = outgoingPackets(advertisement, unicast, { ...departure, prepared }).packets[0];
    expect(peer?.destination).toBe("192.0.2.13");
  });
});

/** RFC 1071: the words of a header, its checksum among them, add up to ones. */
function headerSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let word = 0; word < 20; word += 2) sum += ((bytes[word] ?? 0) << 8) | (bytes[word + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}
