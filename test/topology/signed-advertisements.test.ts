import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FrameSender, FrameSniffer } from "../../src/linux/frame-socket.ts";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";
import type { VrrpDaemon } from "../support/vrrp-daemon.ts";

/**
 * What keepalived 2.4 documents of its `auth_hmac`, written down once more and without a line of ours, for Debian has no
 * keepalived that knows it. The images are those that its authors publish with the format.
 */
const published = [
  {
    family: "IPv4",
    source: "198.51.100.10",
    message: "3133c80100644402c0000264",
    trailer: "0101000068000000800000001b84bc4e8e43892dc6d98448f8ee2265",
  },
  {
    family: "IPv6",
    source: "fe80::10",
    message: "3133c8010064a2e9fe800000000000000000000000000100",
    trailer: "010100006800000080000000c8c56146ebfd66ee10ec4d8186461b78",
  },
];
const KEY = Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex");
const OTHER_KEY = Buffer.from("another key, of forty octets in all, yes");

const TRAILER = 28;
const DIGEST = 16;

/** The octets of an address; IPv6 may have one `::`. */
function octets(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0");
  const all = [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** The value over a message and its trailer, of which the last 16 octets do not count. */
function digest(message: Buffer, trailer: Buffer, from: { source: Buffer; key: Buffer }): Buffer {
  const { source } = from;
  const pseudoHeader = Buffer.alloc(20);
  pseudoHeader.set([source.length === 4 ? 4 : 6, (message[0] ?? 0) >> 4, message[1] ?? 0]);
  pseudoHeader.set(source, 4);
  const blank = Buffer.from(message);
  blank.fill(0, 6, 8);
  const covered = [pseudoHeader, blank, trailer.subarray(0, TRAILER - DIGEST), Buffer.alloc(DIGEST)];
  return createHmac("sha256", from.key).update(Buffer.concat(covered)).digest().subarray(0, DIGEST);
}

function checksum(...parts: readonly Buffer[]): number {
  const all = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < all.length; at += 2) sum += all.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Seconds, a fraction of one in 16 bits, and a count of what falls into one such moment. */
function sequence(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Math.floor(milliseconds / 1_000));
  bytes.writeUInt16BE(Math.floor(((milliseconds % 1_000) * 65_536) / 1_000), 4);
  return bytes;
}

const ways = {
  IPv4: {
    source: "10.77.0.2",
    vip: "10.77.0.100",
    length: "16",
    groupMac: "01005e000012",
    group: "224.0.0.18",
    id: 51,
  },
  IPv6: {
    source: "fe80::2",
    vip: "fe80::77:1",
    length: "64",
    groupMac: "333300000012",
    group: "ff02::12",
    id: 52,
  },
} as const;
type Family = keyof typeof ways;

interface Made {
  readonly key?: Buffer;
  readonly keyId?: number;
  /** By how much its clock is wrong. */
  readonly ahead?: number;
  readonly unsigned?: true;
}

/** An advertisement of priority 200 every 0.2 s, as an Ethernet frame. */
function frame(family: Family, { key = KEY, keyId = 1, ahead = 0, unsigned }: Made): Buffer {
  const { source, vip, groupMac, group, id } = ways[family];
  const message = Buffer.concat([Buffer.from([0x31, id, 200, 1, 0, 20, 0, 0]), octets(vip)]);
  const trailer = Buffer.concat([
    Buffer.from([1, keyId, 0, 0]),
    sequence(Date.now() + ahead),
    Buffer.alloc(DIGEST),
  ]);
  trailer.set(digest(message, trailer, { source: octets(source), key }), TRAILER - DIGEST);
  const payload = unsigned === true ? message : Buffer.concat([message, trailer]);
  // Over IPv4 the checksum ends before the trailer, over IPv6 it covers it.
  const counted = family === "IPv4" ? message : payload;
  const pseudo = Buffer.concat([
    octets(source),
    octets(group),
    Buffer.from(family === "IPv4" ? [0, 112, 0, counted.length] : [0, 0, 0, counted.length, 0, 0, 0, 112]),
  ]);
  payload.writeUInt16BE(checksum(pseudo, counted), 6);
  const link = Buffer.from(`${groupMac}020000000002${family === "IPv4" ? "0800" : "86dd"}`, "hex");
  const lengths = Buffer.alloc(2);
  lengths.writeUInt16BE(family === "IPv4" ? 20 + payload.length : payload.length);
  if (family === "IPv6") {
    return Buffer.concat([
      link,
      Buffer.from([0x60, 0, 0, 0]),
      lengths,
      Buffer.from([112, 255]),
      octets(source),
      octets(group),
      payload,
    ]);
  }
  const header = Buffer.concat([
    Buffer.from([0x45, 0xc0]),
    lengths,
    Buffer.from([0, 1, 0, 0, 255, 112, 0, 0]),
    octets(source),
    octets(group),
  ]);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([link, header, payload]);
}

it.each(published)(
  "the reference of this test makes the published $family image",
  ({ source, message, trailer }) => {
    const bytes = Buffer.from(trailer, "hex");
    const made = digest(Buffer.from(message, "hex"), bytes, { source: octets(source), key: KEY });
    expect(made.toString("hex")).toBe(bytes.subarray(TRAILER - DIGEST).toString("hex"));
  },
);

describeWith({ title: "auth_hmac on the wire", needs: ["root", "netns"] }, () => {
  const pair = new InteropPair("lt-hmac", { virtualAddress: ways.IPv4.vip });
  beforeAll(() => pair.connect());
  afterEach(() => pair.clear());
  afterAll(() => pair.dispose());

  const text = (priority: number, active = 1) =>
    Object.entries(ways)
      .map(
        ([name, { vip, length, id }]) => `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${id}
  version 3
  advert_int 0.2
  priority ${priority}
  auth_hmac {
    key 1 hex:${KEY.toString("hex")}
    key 2 "${OTHER_KEY}"
    active_key ${active}
    time_window 5
  }
  virtual_ipaddress {
    ${vip}/${length}
  }
}
`,
      )
      .join("");

  /** The VRRP messages with their trailers that this side hears of the other, and whom they came from. */
  function hear(family: Family) {
    const packets: { readonly source: Buffer; readonly payload: Buffer }[] = [];
    const at =
      family === "IPv4"
        ? { type: 0x0800, protocol: 23, source: 26, end: 30, payload: 34 }
        : { type: 0x86dd, protocol: 20, source: 22, end: 38, payload: 54 };
    const sniffer = new FrameSniffer({
      interfaceName: "eth0",
      namespace: pair.namespaces.path("b"),
      etherTypes: [at.type],
      onFrame: ({ bytes, outgoing }) => {
        if (outgoing || bytes[at.protocol] !== 112) return;
        const part = (from: number, to?: number) => Buffer.from(bytes.subarray(from, to));
        packets.push({ source: part(at.source, at.end), payload: part(at.payload) });
      },
    });
    return { packets, close: () => sniffer.close() };
  }

  it.each(["IPv4", "IPv6"] as const)(
    "RX-22 what ours sends over %s is as documented, with either key, and ours takes it",
    async (family) => {
      for (const [active, key] of [
        [1, KEY],
        [2, OTHER_KEY],
      ] as const) {
        const heard = hear(family);
        pair.start("b", { program: "locum", text: text(100) });
        const master = pair.start("a", { program: "locum", text: text(200, active) });
        await pair.owner("a", [ways[family].vip]);
        await eventually(() => heard.packets.length >= 10, { within: 10_000 });
        heard.close();
        let before = 0n;
        for (const { source, payload } of heard.packets) {
          const message = payload.subarray(0, payload.length - TRAILER);
          const trailer = payload.subarray(payload.length - TRAILER);
          expect(trailer.subarray(0, 4).toString("hex")).toBe(`010${active}0000`);
          expect(trailer.subarray(TRAILER - DIGEST).toString("hex")).toBe(
            digest(message, trailer, { source, key }).toString("hex"),
          );
          const number = trailer.readBigUInt64BE(4);
          expect(number > before).toBe(true);
          expect(Math.abs(Number(number >> 32n) - Date.now() / 1_000)).toBeLessThan(60);
          before = number;
        }
        expect(master.log).not.toMatch(/auth_hmac/);
        await pair.clear();
      }
    },
    60_000,
  );

  const refused: readonly { what: string; made: Made | "replay"; says: RegExp }[] = [
    { what: "a key that nobody has", made: { keyId: 9 }, says: /no auth_hmac key 9 is configured here/ },
    { what: "another key's digest", made: { key: OTHER_KEY }, says: /was not made with our key/ },
    {
      what: "a clock that is a minute ahead",
      made: { ahead: 60_000 },
      says: /of another time than time_window allows/,
    },
    {
      what: "a clock that is a minute behind",
      made: { ahead: -60_000 },
      says: /of another time than time_window allows/,
    },
    { what: "no trailer", made: { unsigned: true }, says: /has no auth_hmac trailer/ },
    { what: "one that was heard before, again and again", made: "replay", says: /was heard before/ },
  ];

  it.each(refused.flatMap((each) => (["IPv4", "IPv6"] as const).map((family) => ({ ...each, family }))))(
    "RX-22 over $family ours yields to the reference, and refused is $what",
    async ({ family, made, says }) => {
      const { namespaces } = pair;
      const vip = ways[family].vip;
      const index = Number(/^(\d+):/.exec(namespaces.run("a", ["ip", "-o", "link", "show", "eth0"]))?.[1]);
      const sender = new FrameSender({ namespace: namespaces.path("a") });
      let how: Made | "replay" = {};
      let last = frame(family, {});
      const beat = setInterval(() => {
        if (how !== "replay") last = frame(family, how);
        sender.send(last, index);
      }, 100);
      try {
        const daemon = pair.start("b", { program: "locum", text: text(100) });
        await role(daemon, family, "BACKUP", 1);
        // The other instance has nobody to listen to.
        const other = family === "IPv4" ? "IPv6" : "IPv4";
        await role(daemon, other, "MASTER", 1);
        expect(pair.holds("b", vip)).toBe(false);
        how = made;
        await eventually(() => pair.holds("b", vip), { within: 10_000 });
        await eventually(() => says.test(daemon.log), { within: 5_000 });
        // It is heard again.
        how = {};
        await role(daemon, family, "BACKUP", 2);
        await eventually(() => !pair.holds("b", vip), { within: 5_000 });
      } finally {
        clearInterval(beat);
        sender.close();
      }
    },
    40_000,
  );

  /** Waits until the instance has entered the state so many times. */
  async function role(daemon: VrrpDaemon, name: string, state: string, times: number): Promise<void> {
    const line = `(${name}) Entering ${state} STATE`;
    await eventually(() => daemon.log.split(line).length > times, { within: 20_000 });
  }
});
