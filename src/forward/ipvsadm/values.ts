import { type IpAddress, ipv4FromNumber, ipv4Number, parseIpAddress } from "../../base/ip-address.ts";
import type { ServiceProtocol } from "../service.ts";
import type { NameResolver } from "./command.ts";

/** The largest value of C's int. */
export const maxInt = 2_147_483_647;

/** A whole decimal number within bounds, as strtol reads it: blanks before and a sign are allowed. */
export function parseNumber(
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** An address with its port; port undefined when none was given. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number | undefined;
}

/**
 * HOST[:PORT] as ipvsadm reads it: a bare IPv6 address has no port, `[IPv6]` must have one, a lone number is nothing;
 * IPv4 hosts may be short (10.9.1 is 10.9.0.1) or names, ports may be names.
 */
export function parseEndpoint(
  text: string,
  { protocol, names }: { readonly protocol: ServiceProtocol; readonly names: NameResolver },
): Endpoint | undefined {
  if (/^\d+$/.test(text)) return undefined;
  const port = (word: string): number | undefined =>
    /^\d+$/.test(word) ? parseNumber(word, { min: 0, max: 65_535 }) : names.port(word, protocol);
  if (text.startsWith("[")) {
    const match = /^\[([^\]]*)\]:(.+)$/.exec(text);
    const address = match === null ? undefined : ipv6(match[1] ?? "");
    const number = match === null ? undefined : port(match[2] ?? "");
    return address === undefined || number === undefined ? undefined : { address, port: number };
  }
  const bare = ipv6(text);
  if (bare !== undefined) return { address: bare, port: undefined };
  const colon = text.lastIndexOf(":");
  const host = colon < 0 ? text : text.slice(0, colon);
  const address = parseIpv4(host) ?? names.host(host);
  const number = colon < 0 ? undefined : port(text.slice(colon + 1));
  if (address === undefined || (colon >= 0 && number === undefined)) return undefined;
  return { address, port: number };
}

/** An IPv4 address in any form that inet_aton(3) takes: one to four parts, each decimal, octal (0...) or hex (0x...). */
export function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  const numbers = parts.map(cNumber);
  let value = 0;
  for (const [at, number] of numbers.entries()) {
    const last = at === numbers.length - 1;
    const bits = last ? 8 * (5 - numbers.length) : 8;
    if (number === undefined || number >= 2 ** bits) return undefined;
    value = value * 2 ** bits + number;
  }
  return ipv4FromNumber(value);
}

/** The prefix length of a netmask; undefined when its ones are not all in front. */
export function prefixOfMask(mask: IpAddress): number | undefined {
  const inverted = ~ipv4Number(mask) >>> 0;
  return (inverted & (inverted + 1)) === 0 ? 32 - Math.log2(inverted + 1) : undefined;
}

/** The netmask of a prefix length. */
export function maskOfPrefix(length: number): IpAddress {
  return ipv4FromNumber(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);
}

function cNumber(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function ipv6(text: string): IpAddress | undefined {
  if (!text.includes(":")) return undefined;
  const parsed = parseIpAddress(text);
  return parsed.ok ? parsed.value : undefined;
}
