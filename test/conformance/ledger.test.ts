import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * The rules of RFC 3768, 5798 and 9568 and of keepalived that a VRRP router is held to, by the ids that test titles
 * and scenario files carry. A rule without a test says here why.
 */
const RULES: Readonly<Record<string, string>> = {
  "TX-1": "protocol 112 to 224.0.0.18 or ff02::12",
  "TX-2": "TTL 255",
  "TX-3": "sent from the interface's primary address",
  "TX-5": "all fields from the state, checksum over the message",
  "TX-6": "version 2: eight octets of authentication data, zero without a password",
  "TX-7": "version 2: whole seconds",
  "TX-8": "version 3: twelve bits of centiseconds, reserved bits zero",
  "TX-9": "version 3 over IPv4: both checksum forms, pseudo-header by default",
  "TX-10": "version 3 over IPv6: the link-local address first",
  "TX-11": "255 marks the owner and is never weighed",
  "TX-13": "all addresses of the packet's family",
  "RX-1": "TTL",
  "RX-2": "version",
  "RX-3": "type",
  "RX-4": "length",
  "RX-5": "checksum",
  "RX-6": "VRID",
  "RX-7": "two owners",
  "RX-8": "authentication",
  "RX-9": "interval, version 2",
  "RX-10": "interval, version 3: adopted",
  "RX-11": "interval 0",
  "RX-12": "no addresses",
  "RX-13": "address list",
  "RX-14": "reserved bits ignored",
  "RX-15": "a refused packet moves nothing",
  "RX-16": "logged seldom, counted by reason",
  "RX-17": "lengths from the received count only",
  "RX-18": "IP options, short headers",
  "RX-19": "multicast against unicast",
  "RX-20": "unknown peers",
  "RX-21": "our own address as the sender",
  "TM-1": "skew",
  "TM-2": "down interval",
  "TM-3": "down timer restarts",
  "TM-4": "priority 0 leaves the skew",
  "TM-5": "advertisement timer",
  "TM-6": "adopted interval",
  "TM-9": "late wake-up",
  "TM-10": "the usual figures",
  "ST-1": "tie-break",
  "ST-6": "announcements of a new master",
  "ST-7": "order of a new master",
  "ST-8": "owner at start",
  "ST-9": "fault",
  "ST-10": "state MASTER below 255",
  "ST-12": "resigns once, leaves nothing behind",
  "ST-13": "lower priority heard as master",
  "ST-14": "higher priority heard as master",
};

const ELSEWHERE: Readonly<Record<string, string>> = {
  "TX-4": "virtual MAC: use_vmac is not built yet",
  "TX-12": "the forwarder's tests: packets to the group are never relayed",
  "TX-14": "virtual MAC: use_vmac is not built yet",
  "RX-22": "auth_hmac (keepalived 2.4) is not built yet",
  "TM-7": "the cores have no clock; the live host's is monotonic",
  "TM-8": "the live host's alarm",
  "ST-2": "by not having the address; topology tests",
  "ST-3": "virtual MAC: use_vmac is not built yet",
  "ST-4": "no_accept: packet filter rules of the live host",
  "ST-5": "no_accept: packet filter rules of the live host",
  "ST-11": "a rule of the linter",
};

const TESTS = join(import.meta.dirname, "..");

function titles(): string {
  const tests = ["vrrp", "sim", "director"].flatMap((folder) => read(folder, ".test.ts").flatMap(quoted));
  return [...tests, ...read("scenario", ".txt")].join("\n");
}

function read(folder: string, ending: string): readonly string[] {
  const names = readdirSync(join(TESTS, folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(join(TESTS, folder, name), "utf8"));
}

/** What stands in quotes: titles are among it, comments are not. */
function quoted(text: string): readonly string[] {
  return text.match(/"[^"\n]*"|`[^`]*`/g) ?? [];
}

describe("the conformance ledger", () => {
  const all = titles();

  it.each(Object.entries(RULES))("%s (%s) is named by a test", (id) => {
    expect(all).toMatch(new RegExp(`\\b${id}\\b(?!\\d)`));
  });

  it("every rule is either proven or said to be elsewhere, and no test names an unknown one", () => {
    const named = new Set(all.match(/\b(?:TX|RX|TM|ST)-\d+\b/g) ?? []);
    const known = new Set([...Object.keys(RULES), ...Object.keys(ELSEWHERE)]);
    expect([...named].filter((id) => !known.has(id))).toEqual([]);
    expect(Object.keys(ELSEWHERE).filter((id) => id in RULES)).toEqual([]);
    const numbers = { TX: 14, RX: 22, TM: 10, ST: 14 };
    const wanted = Object.entries(numbers).flatMap(([part, last]) =>
      Array.from({ length: last }, (_, at) => `${part}-${at + 1}`),
    );
    expect(wanted.filter((id) => !known.has(id))).toEqual([]);
  });
});
