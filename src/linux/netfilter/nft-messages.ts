import type { Attribute } from "../netlink/attributes.ts";

/** One change of a batch: message kind, flags, family and attributes. */
export interface NftChange {
  readonly message: keyof typeof nftMessages;
  readonly flags: number;
  readonly family: 4 | 6;
  readonly attributes: readonly Attribute[];
}

/** nfnetlink's number of nf_tables, and its messages (linux/netfilter/nf_tables.h). */
export const NFT_SUBSYSTEM = 10;
export const nftMessages = {
  newTable: 0,
  getTable: 1,
  deleteTable: 2,
  newChain: 3,
  newRule: 6,
  newSet: 9,
  newElements: 12,
  deleteElements: 14,
} as const;

/** NFPROTO_* of an address family. */
export const nftFamilies = { 4: 2, 6: 10 } as const;

const create = 0x400;
const append = 0x800;
const listElement = 1;
const dataValue = 1;
const dataVerdict = 2;

/** Where a base chain hangs (NF_INET_LOCAL_IN, NF_INET_LOCAL_OUT). */
export const nftHooks = { input: 1, output: 3 } as const;

/** Data types as the nft program shows them; the kernel only stores them. */
export const nftTypes = { ipv4: 7, ipv6: 8, interfaceIndex: 20, icmpv6: 29, interfaceName: 41 } as const;
const CONCATENATED_BITS = 6;

/** The type of a key put together from two. */
export function concatenated(first: number, second: number): number {
  return (first << CONCATENATED_BITS) | second;
}

/** A 32-bit number in network order, as nf_tables wants its numbers. */
export function be32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0);
  return bytes;
}

/** A name in sixteen octets, as the kernel keeps those of interfaces. */
export function nameKey(name: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(new TextEncoder().encode(name).subarray(0, 15));
  return bytes;
}

/** An interface's index as a key: in the order of this machine, little-endian. */
export function indexKey(index: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(index).buffer);
}

/** A table with a comment. */
export function newTable(family: 4 | 6, name: string, comment: string): NftChange {
  const text = new TextEncoder().encode(`${comment}\0`);
  const userData = Uint8Array.of(0, text.length, ...text);
  const attributes = [
    { type: 1, value: name },
    { type: 6, value: userData },
  ];
  return { message: "newTable", flags: create, family, attributes };
}

/** Removes a table with all that is in it. */
export function deleteTable(family: 4 | 6, name: string): NftChange {
  return { message: "deleteTable", flags: 0, family, attributes: [{ type: 1, value: name }] };
}

/** A chain, hung into the path of packets when it has a hook; policy accept. */
export function newChain(
  family: 4 | 6,
  table: string,
  chain: { readonly name: string; readonly hook?: keyof typeof nftHooks; readonly priority?: number },
): NftChange {
  const { name, hook, priority = 0 } = chain;
  const attributes: Attribute[] = [
    { type: 1, value: table },
    { type: 3, value: name },
  ];
  if (hook !== undefined) {
    const place = [
      { type: 1, value: be32(nftHooks[hook]) },
      { type: 2, value: be32(priority) },
    ];
    attributes.push({ type: 4, value: place }, { type: 5, value: be32(1) }, { type: 7, value: "filter" });
  }
  return { message: "newChain", flags: create, family, attributes };
}

/** A set or map to be made. */
export interface NftSet {
  readonly name: string;
  readonly type: number;
  /** Octets of a key. */
  readonly length: number;
  /** A map, from the key to an interface's index. */
  readonly toInterface?: boolean;
  readonly constant?: boolean;
  /** Its number within the batch. */
  readonly id: number;
}

/** For the nft program: numbers of keys (0) and data (1) are in the order of this machine (1), each in four octets. */
const HOST_ORDER = Uint8Array.of(0, 4, 1, 0, 0, 0, 1, 4, 1, 0, 0, 0);

/** A set, or a map to interface indexes. */
export function newSet(family: 4 | 6, table: string, set: NftSet): NftChange {
  const flags = (set.toInterface === true ? 0x8 : 0) | (set.constant === true ? 0x2 : 0);
  const attributes: Attribute[] = [
    { type: 1, value: table },
    { type: 2, value: set.name },
    { type: 3, value: be32(flags) },
    { type: 4, value: be32(set.type) },
    { type: 5, value: be32(set.length) },
    { type: 10, value: be32(set.id) },
  ];
  if (set.type === nftTypes.interfaceIndex) attributes.push({ type: 13, value: HOST_ORDER });
  if (set.toInterface === true) {
    attributes.push({ type: 6, value: be32(nftTypes.interfaceIndex) }, { type: 7, value: be32(4) });
  }
  return { message: "newSet", flags: create, family, attributes };
}

/** An element of a set, or of a map with what it leads to. */
export interface NftElement {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/** Adds elements to a set, or takes them out. */
export function changeElements(
  message: "newElements" | "deleteElements",
  where: { readonly family: 4 | 6; readonly table: string; readonly set: string },
  elements: readonly NftElement[],
): NftChange {
  const list = elements.map(({ key, value }) => ({
    type: listElement,
    value: [
      { type: 1, value: [{ type: dataValue, value: key }] },
      ...(value === undefined ? [] : [{ type: 2, value: [{ type: dataValue, value }] }]),
    ],
  }));
  const attributes = [
    { type: 1, value: where.table },
    { type: 2, value: where.set },
    { type: 3, value: list },
  ];
  const flags = message === "newElements" ? create : 0;
  return { message, flags, family: where.family, attributes };
}

/** One expression of a rule. */
export type NftExpression = Attribute;

/** A rule at the end of a chain. */
export function newRule(
  where: { readonly family: 4 | 6; readonly table: string; readonly chain: string },
  expressions: readonly NftExpression[],
): NftChange {
  const attributes = [
    { type: 1, value: where.table },
    { type: 2, value: where.chain },
    { type: 4, value: expressions },
  ];
  return { message: "newRule", flags: create | append, family: where.family, attributes };
}

function expression(name: string, content: readonly Attribute[]): NftExpression {
  return {
    type: listElement,
    value: [
      { type: 1, value: name },
      { type: 2, value: content },
    ],
  };
}

/** The registers in use: each holds sixteen octets, and the second follows the first. */
const FIRST = 1;
const SECOND = 2;
const bases = { network: 1, transport: 2 } as const;
const metaKeys = { iif: 4, oif: 5, iifname: 6, oifname: 7, l4proto: 16, oifkind: 27 } as const;

/** Octets of a packet into the first register. */
export function payload(
  base: keyof typeof bases,
  { offset, length }: { readonly offset: number; readonly length: number },
): NftExpression {
  return expression("payload", [
    { type: 1, value: be32(FIRST) },
    { type: 2, value: be32(bases[base]) },
    { type: 3, value: be32(offset) },
    { type: 4, value: be32(length) },
  ]);
}

/** What is known of a packet beside its octets, into a register. */
export function meta(key: keyof typeof metaKeys, register: "first" | "second" = "first"): NftExpression {
  return expression("meta", [
    { type: 1, value: be32(register === "first" ? FIRST : SECOND) },
    { type: 2, value: be32(metaKeys[key]) },
  ]);
}

/** The rule ends here unless the first register begins so. */
export function equals(value: Uint8Array): NftExpression {
  return expression("cmp", [
    { type: 1, value: be32(FIRST) },
    { type: 2, value: be32(0) },
    { type: 3, value: [{ type: dataValue, value }] },
  ]);
}

/** Keeps of the first register only the bits of a mask. */
export function masked(mask: Uint8Array): NftExpression {
  return expression("bitwise", [
    { type: 1, value: be32(FIRST) },
    { type: 2, value: be32(FIRST) },
    { type: 3, value: be32(mask.length) },
    { type: 4, value: [{ type: dataValue, value: mask }] },
    { type: 5, value: [{ type: dataValue, value: new Uint8Array(mask.length) }] },
  ]);
}

/** The rule ends here unless what begins at the first register is in the set. */
export function inSet(set: string): NftExpression {
  return expression("lookup", [
    { type: 1, value: set },
    { type: 2, value: be32(FIRST) },
  ]);
}

/** Replaces the second register by what a map has for it; the rule ends here when it has nothing. */
export function mapped(map: string): NftExpression {
  return expression("lookup", [
    { type: 1, value: map },
    { type: 2, value: be32(SECOND) },
    { type: 3, value: be32(SECOND) },
  ]);
}

/** Sends a copy to the address in the first register by the interface whose index is in the second. */
export function duplicate(): NftExpression {
  return expression("dup", [
    { type: 1, value: be32(FIRST) },
    { type: 2, value: be32(SECOND) },
  ]);
}

/** Counts packets and octets. */
export function counter(): NftExpression {
  return expression("counter", []);
}

/** The end of a rule. */
export function verdict(kind: "drop" | "accept" | { readonly goto: string }): NftExpression {
  const code = kind === "drop" ? 0 : kind === "accept" ? 1 : -4;
  const chain = typeof kind === "string" ? [] : [{ type: 2, value: kind.goto }];
  return expression("immediate", [
    { type: 1, value: be32(0) },
    { type: 2, value: [{ type: dataVerdict, value: [{ type: 1, value: be32(code) }, ...chain] }] },
  ]);
}
