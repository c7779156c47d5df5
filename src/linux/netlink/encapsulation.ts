import { familyOf, ipAddressBytes, parseIpAddress } from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { Attribute } from "./attributes.ts";
import type { RouteNames } from "./route-names.ts";

/** A lightweight tunnel of a route: the kernel's number of its kind, and what stands in RTA_ENCAP. */
export interface Encapsulation {
  readonly type: number;
  readonly attributes: readonly Attribute[];
}

// enum lwtunnel_encap_types
const types = { mpls: 1, ip: 2, ila: 3, ip6: 4 } as const;
// enum lwtunnel_ip_t and lwtunnel_ip6_t have the same numbers.
const tunnel = { id: 1, destination: 2, source: 3, hopLimit: 4, service: 5, flags: 6 } as const;
const MPLS_DESTINATION = 1;
const ILA_LOCATOR = 1;
const BOTTOM_OF_STACK = 0x100;

/** What stands after `encap` in a route; the reason when it cannot be understood. */
export function encodeEncapsulation(
  words: readonly string[],
  names: RouteNames,
): Result<Encapsulation, string> {
  const [kind = "", ...rest] = words;
  switch (kind) {
    case "mpls":
      return mpls(rest);
    case "ip":
    case "ip6":
      return ipTunnel(kind, { words: rest, names });
    case "ila":
      return ila(rest);
    default:
      return failed(`encap ${kind} is not known: wanted mpls, ip, ip6 or ila, as keepalived has them`);
  }
}

/** Labels with slashes between them, the last one marked as the bottom of the stack (RFC 3032). */
function mpls([text = "", ...rest]: readonly string[]): Result<Encapsulation, string> {
  const labels = text.split("/").map(Number);
  const good =
    rest.length === 0 && labels.every((label) => Number.isInteger(label) && label >= 0 && label < 1 << 20);
  if (!good || text === "")
    return failed(`encap mpls ${text} is no list of labels: wanted numbers such as 100/200`);
  const bytes = new Uint8Array(labels.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, label] of labels.entries()) {
    const last = at === labels.length - 1 ? BOTTOM_OF_STACK : 0;
    view.setUint32(at * 4, ((label << 12) | last) >>> 0);
  }
  return ok({ type: types.mpls, attributes: [{ type: MPLS_DESTINATION, value: bytes }] });
}

function ipTunnel(
  kind: "ip" | "ip6",
  { words, names }: { readonly words: readonly string[]; readonly names: RouteNames },
): Result<Encapsulation, string> {
  const attributes: Attribute[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [word = "", value = ""] = words.slice(at, at + 2);
    const attribute = tunnelAttribute(word, { value, family: kind === "ip" ? 4 : 6, names });
    if (attribute === undefined)
      return failed(
        `encap ${kind}: '${word} ${value}' is not understood: wanted id, dst, src, ${kind === "ip" ? "tos, ttl" : "tc, hoplimit"} or flags with a value`,
      );
    attributes.push(attribute);
  }
  const named = attributes.some(({ type }) => type === tunnel.id || type === tunnel.destination);
  if (!named) return failed(`encap ${kind} has neither dst nor id: one of them is needed`);
  return ok({ type: types[kind], attributes });
}

function tunnelAttribute(
  word: string,
  how: { readonly value: string; readonly family: 4 | 6; readonly names: RouteNames },
): Attribute | undefined {
  const { value, family, names } = how;
  switch (word) {
    case "id":
      return /^\d+$|^0x[0-9a-f]+$/i.test(value)
        ? { type: tunnel.id, value: bigEndian64(BigInt(value)) }
        : undefined;
    case "dst":
    case "src": {
      const address = parseIpAddress(value);
      if (!address.ok || familyOf(address.value) !== family) return undefined;
      return {
        type: word === "dst" ? tunnel.destination : tunnel.source,
        value: ipAddressBytes(address.value),
      };
    }
    case "tos":
    case "tc":
      return byte(tunnel.service, names.number("fields", value));
    case "ttl":
    case "hoplimit":
      return byte(tunnel.hopLimit, /^\d+$/.test(value) ? Number(value) : undefined);
    case "flags": {
      const flags = /^\d+$|^0x[0-9a-f]+$/i.test(value) ? Number(value) : 0x1_0000;
      return flags > 0xffff
        ? undefined
        : { type: tunnel.flags, value: Uint8Array.of(flags & 255, flags >> 8) };
    }
    default:
      return undefined;
  }
}

/** A locator of four groups of hexadecimal digits. */
function ila([text = ""]: readonly string[]): Result<Encapsulation, string> {
  const groups = text.split(":");
  const good = groups.length === 4 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
  if (!good) return failed(`encap ila ${text} is no locator: wanted four groups such as 2001:db8:0:1`);
  const value = Uint8Array.from(
    groups.flatMap((group) => {
      const number = Number.parseInt(group, 16);
      return [number >> 8, number & 255];
    }),
  );
  return ok({ type: types.ila, attributes: [{ type: ILA_LOCATOR, value }] });
}

function byte(type: number, value: number | undefined): Attribute | undefined {
  return value === undefined || value > 255 ? undefined : { type, value: Uint8Array.of(value) };
}

/** Eight octets in network order. */
export function bigEndian64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value));
  return bytes;
}
