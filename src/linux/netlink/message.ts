import { type Attribute, attributeText, decodeAttributes, encodeAttributes, padded } from "./attributes.ts";

/** Flags of a request (linux/netlink.h). */
export const requestFlags = {
  request: 0x1,
  acknowledge: 0x4,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
} as const;

const messageTypes = { noop: 1, error: 2, done: 3 } as const;
const MULTI_INTERRUPTED = 0x10;
const CAPPED = 0x100;
const WITH_ATTRIBUTES = 0x200;
const ACK_TEXT = 1; // NLMSGERR_ATTR_MSG
const headerLength = 16;

/** A netlink message: its kind, and the family's own header with the attributes behind it. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Of the socket that asked; 0: the kernel itself. */
  readonly portId: number;
  readonly payload: Uint8Array;
}

/** What a received message means to the one who asked. */
export type Answer =
  | { readonly kind: "item"; readonly message: NetlinkMessage }
  /** The request is over: errno 0 is success; `text` is the kernel's extended acknowledgement. */
  | { readonly kind: "end"; readonly errno: number; readonly text: string }
  | { readonly kind: "nothing" };

/** The bytes of a request: `header` is the family's fixed part. */
export function encodeRequest(request: {
  type: number;
  flags: number;
  sequence: number;
  header: Uint8Array;
  attributes: readonly Attribute[];
}): Uint8Array {
  const attributes = encodeAttributes(request.attributes);
  const start = headerLength + padded(request.header.length);
  const bytes = new Uint8Array(start + attributes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, request.type, true);
  view.setUint16(6, request.flags | requestFlags.request, true);
  view.setUint32(8, request.sequence, true);
  bytes.set(request.header, headerLength);
  bytes.set(attributes, start);
  return bytes;
}

/** The messages of one datagram; ends quietly at the first that does not fit. */
export function decodeMessages(bytes: Uint8Array): readonly NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + headerLength <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < headerLength || at + length > bytes.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      portId: view.getUint32(at + 12, true),
      payload: bytes.subarray(at + headerLength, at + length),
    });
    at += padded(length);
  }
  return messages;
}

/** Reads a message as an answer: acknowledgement, error, end of a dump, or one item. */
export function readAnswer(message: NetlinkMessage): Answer {
  if (message.type === messageTypes.noop) return { kind: "nothing" };
  if (message.type !== messageTypes.error && message.type !== messageTypes.done)
    return { kind: "item", message };
  const { payload, flags } = message;
  const errno =
    payload.length < 4 ? 0 : Math.abs(new DataView(payload.buffer, payload.byteOffset, 4).getInt32(0, true));
  return { kind: "end", errno, text: extendedText({ payload, flags, type: message.type }) };
}

/** Whether a dump changed while it was being read, so that it must be asked for again. */
export function wasInterrupted(message: NetlinkMessage): boolean {
  return (message.flags & MULTI_INTERRUPTED) !== 0;
}

/** The kernel's sentence about a refusal. It stands behind the errno and, in an error, the request it quotes. */
function extendedText({
  payload,
  flags,
  type,
}: {
  payload: Uint8Array;
  flags: number;
  type: number;
}): string {
  if ((flags & WITH_ATTRIBUTES) === 0) return "";
  let start = 4;
  if (type === messageTypes.error) {
    if (payload.length < 4 + headerLength) return "";
    const quoted = new DataView(payload.buffer, payload.byteOffset + 4, 4).getUint32(0, true);
    start += (flags & CAPPED) !== 0 ? headerLength : padded(quoted);
  }
  return attributeText(decodeAttributes(payload.subarray(start)).get(ACK_TEXT));
}
