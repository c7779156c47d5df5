import type { Result } from "../../base/result.ts";
import { decodeAttributes } from "../netlink/attributes.ts";
import { type NetlinkFailure, NetlinkRequestSocket } from "../netlink/request-socket.ts";
import { be32, NFT_SUBSYSTEM, type NftChange, nftFamilies, nftMessages } from "./nft-messages.ts";

const NETLINK_NETFILTER = 12;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const TABLE_USER_DATA = 6;

/** Changes nf_tables of this thread's network namespace: each batch as a whole or not at all. */
export class NftSocket {
  readonly #socket: NetlinkRequestSocket;

  /** @throws {SystemError} EPROTONOSUPPORT in a kernel without nfnetlink. */
  constructor(options: { namespace?: string } = {}) {
    this.#socket = new NetlinkRequestSocket({ protocol: NETLINK_NETFILTER, ...options });
  }

  /** Makes all of these changes, or none. */
  apply(changes: readonly NftChange[]): Result<void, NetlinkFailure> {
    const bounds = (type: number) => ({ type, header: header(0, NFT_SUBSYSTEM) });
    return this.#socket.batch({
      begin: bounds(BATCH_BEGIN),
      end: bounds(BATCH_END),
      changes: changes.map(({ message, flags, family, attributes }) => ({
        type: typeOf(message),
        flags,
        header: header(nftFamilies[family], 0),
        attributes,
      })),
    });
  }

  /** The comment of a table; undefined when there is no such table, "" when it has none. */
  tableComment(family: 4 | 6, name: string): string | undefined {
    const answer = this.#socket.get({
      type: typeOf("getTable"),
      header: header(nftFamilies[family], 0),
      attributes: [{ type: 1, value: name }],
    });
    const message = answer.ok ? answer.value[0] : undefined;
    if (message === undefined) return undefined;
    const userData = decodeAttributes(message.payload.subarray(4)).get(TABLE_USER_DATA);
    if (userData === undefined || userData[0] !== 0) return "";
    return new TextDecoder().decode(userData.subarray(2, 1 + (userData[1] ?? 1)));
  }

  close(): void {
    this.#socket.close();
  }
}

function typeOf(message: keyof typeof nftMessages): number {
  return (NFT_SUBSYSTEM << 8) | nftMessages[message];
}

/** struct nfgenmsg: family, version 0, and of a batch the subsystem in network order. */
function header(family: number, subsystem: number): Uint8Array {
  return Uint8Array.of(family, 0, ...be32(subsystem).subarray(2));
}
