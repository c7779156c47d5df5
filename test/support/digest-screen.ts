import { type DigestRule, DigestScreen } from "../../src/dgram-extra/digest-screen.ts";
import { native } from "../../src/dgram-extra/native.ts";

const RECORD = 192;
const REFUSED_AT = 52;
const SOURCE_AT = 64;
const AF_INET = 2;
const AF_INET6 = 10;

/** A datagram as a receive call would have left it. */
export interface ScreenedDatagram {
  readonly bytes: Uint8Array;
  /** The sender's address: 4 or 16 octets, or none. */
  readonly source: Uint8Array;
  /** As sent, when that is more than was received. */
  readonly sentLength?: number;
  readonly truncated?: boolean;
}

/** Which of some datagrams the addon drops by these rules. */
export function runDigestScreen(
  rules: readonly DigestRule[],
  options: { readonly withHeader: boolean; readonly datagrams: readonly ScreenedDatagram[] },
): readonly boolean[] {
  const { withHeader, datagrams } = options;
  const slot = Math.max(1, ...datagrams.map(({ bytes }) => bytes.length));
  const slots = new Uint8Array(slot * datagrams.length);
  const records = new Uint8Array(RECORD * datagrams.length);
  const view = new DataView(records.buffer);
  for (const [at, { bytes, source, sentLength, truncated }] of datagrams.entries()) {
    slots.set(bytes, at * slot);
    const record = at * RECORD;
    view.setUint32(record, sentLength ?? bytes.length, true);
    view.setUint32(record + 4, truncated === true ? 0x20 : 0, true);
    view.setUint32(record + 28, source.length === 0 ? 0 : source.length === 4 ? 16 : 28, true);
    view.setUint16(record + SOURCE_AT, source.length === 4 ? AF_INET : AF_INET6, true);
    records.set(source, record + SOURCE_AT + (source.length === 4 ? 4 : 8));
  }
  const screen = new DigestScreen(rules, { withHeader });
  const refused = native.screenDigests(screen.bytes, slots, slot, records, datagrams.length);
  const all = datagrams.map((_, at) => view.getUint32(at * RECORD + REFUSED_AT, true) !== 0);
  if (all.filter((one) => one).length !== refused) throw new Error(`${refused} are said to be refused`);
  return all;
}

/** Whether the addon drops one datagram by these rules. */
export function isDigestWrong(
  rules: readonly DigestRule[],
  { withHeader, ...datagram }: ScreenedDatagram & { readonly withHeader: boolean },
): boolean {
  return runDigestScreen(rules, { withHeader, datagrams: [datagram] })[0] === true;
}
