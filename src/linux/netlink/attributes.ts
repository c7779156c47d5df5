/** Netlink attributes (linux/netlink.h): length, type, value, padded to four bytes; host byte order is little-endian. */
export interface Attribute {
  readonly type: number;
  /** Bytes; a number is 32 bits; a string gets its NUL; a list is nested attributes. */
  readonly value: Uint8Array | number | string | readonly Attribute[];
}

const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const headerLength = 4;

/** The bytes of a list of attributes, padded. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const parts = attributes.map(encodeAttribute);
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The attributes in `bytes` by type (of a repeated one the last); ends quietly at the first that does not fit. */
export function decodeAttributes(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + headerLength <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < headerLength || at + length > bytes.length) break;
    found.set(view.getUint16(at + 2, true) & TYPE_MASK, bytes.subarray(at + headerLength, at + length));
    at += padded(length);
  }
  return found;
}

/** The text of a string attribute, without its NUL. */
export function attributeText(value: Uint8Array | undefined): string {
  if (value === undefined) return "";
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}

/** The unsigned 32-bit number of an attribute; 0 when it is missing. */
export function attributeNumber(value: Uint8Array | undefined): number {
  if (value === undefined || value.length < 4) return 0;
  return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
}

/** `length` rounded up to the alignment of netlink. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

function encodeAttribute({ type, value }: Attribute): Uint8Array {
  const nested = Array.isArray(value);
  const content = attributeBytes(value);
  const bytes = new Uint8Array(padded(headerLength + content.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, headerLength + content.length, true);
  view.setUint16(2, nested ? type | NESTED : type, true);
  bytes.set(content, headerLength);
  return bytes;
}

function attributeBytes(value: Attribute["value"]): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return new TextEncoder().encode(`${value}\0`);
  if (typeof value !== "number") return encodeAttributes(value);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}
