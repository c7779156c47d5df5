import { failed, ok, type Result } from "./result.ts";

/**
 * An IP address in its one canonical text (dotted decimal; RFC 5952 for IPv6), so that `===`, Map keys and JSON all
 * work on it. Make one with `parseIpAddress` or `ipAddressFromBytes`, never with a cast of outside text.
 */
export type IpAddress = string & { readonly canonical: "ip address" };

/** 4 or 6. */
export type AddressFamily = 4 | 6;

/** An address with the length of its network prefix, as on an interface. */
export interface Prefix {
  readonly address: IpAddress;
  readonly length: number;
}

/** The family of an address. */
export function familyOf(address: IpAddress): AddressFamily {
  return address.includes(":") ? 6 : 4;
}

/** Reads an address in any usual text form. Refuses leading zeros in IPv4 parts, zones and prefix lengths. */
export function parseIpAddress(text: string): Result<IpAddress, string> {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return bytes === undefined ? failed(`"${text}" is not an IP address`) : ok(ipAddressFromBytes(bytes));
}

/** The canonical text of 4 or 16 bytes in network order. */
export function ipAddressFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` as IpAddress;
  return formatIpv6(bytes) as IpAddress;
}

/** The 4 or 16 bytes of an address in network order. */
export function ipAddressBytes(address: IpAddress): Uint8Array {
  const bytes = familyOf(address) === 4 ? parseIpv4(address) : parseIpv6(address);
  if (bytes === undefined)
    throw new TypeError(`Cannot take the bytes of "${address}": it is not an IP address`);
  return bytes;
}

/** Orders two addresses of one family as unsigned numbers in network order: negative, 0 or positive. */
export function compareIpAddresses(a: IpAddress, b: IpAddress): number {
  const left = ipAddressBytes(a);
  const right = ipAddressBytes(b);
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** An IPv4 address as an unsigned 32-bit number. */
export function ipv4Number(address: IpAddress): number {
  const b = ipAddressBytes(address);
  return (
    (((b[0] as number) << 24) | ((b[1] as number) << 16) | ((b[2] as number) << 8) | (b[3] as number)) >>> 0
  );
}

/** The IPv4 address of an unsigned 32-bit number. */
export function ipv4FromNumber(value: number): IpAddress {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as IpAddress;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const bytes = new Uint8Array(4);
  for (let at = 0; at < 4; at++) {
    const part = match[at + 1] as string;
    const value = Number(part);
    if (value > 255 || (part.length > 1 && part.startsWith("0"))) return undefined;
    bytes[at] = value;
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] as string, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, at) => {
    bytes[at * 2] = group >> 8;
    bytes[at * 2 + 1] = group & 255;
  });
  return bytes;
}

/** The 16-bit groups of one side of `::`; only the last side may end in a dotted IPv4 address. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (mayEndInIpv4 && at === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(((v4[0] as number) << 8) | (v4[1] as number), ((v4[2] as number) << 8) | (v4[3] as number));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return `::ffff:${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const { start, length } = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (length < 2) return text.join(":");
  return `${text.slice(0, start).join(":")}::${text.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let at = 0; at <= groups.length; at++) {
    if (at < groups.length && groups[at] === 0) continue;
    if (at - start > best.length) best = { start, length: at - start };
    start = at + 1;
  }
  return best;
}
