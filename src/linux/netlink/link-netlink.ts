import { failed, ok, type Result } from "../../base/result.ts";
import type { Attribute } from "./attributes.ts";
import { decodeLink, encodeLinkHeader, type Link, linkMessages } from "./link.ts";
import { requestFlags } from "./message.ts";
import { type NetlinkFailure, NetlinkRequestSocket } from "./request-socket.ts";
import {
  decodeIpv4Settings,
  encodeAlias,
  encodeIpv4Settings,
  encodeLinkGroup,
  encodeLinkName,
  encodeNoGeneratedAddress,
  encodeStackedLink,
  type Ipv4Setting,
  type StackedLinkSpecification,
} from "./stacked-link.ts";

const NETLINK_ROUTE = 0;
const ENODEV = 19;
const IFF_UP = 1;

/** Makes, changes and removes interfaces; every call is done when it returns. */
export class LinkNetlink {
  readonly #socket: NetlinkRequestSocket;

  /** @throws {SystemError} */
  constructor(options: { namespace?: string } = {}) {
    this.#socket = new NetlinkRequestSocket({ protocol: NETLINK_ROUTE, ...options });
  }

  /** The interface of that name or index; undefined when there is none. */
  find(which: string | number): Link | undefined {
    const message = this.#get(which);
    return message === undefined ? undefined : decodeLink(message);
  }

  /** Settings of IPv4 on an interface; undefined when it is not there. */
  ipv4Settings(index: number): Readonly<Record<Ipv4Setting, number>> | undefined {
    const message = this.#get(index);
    return message === undefined ? undefined : decodeIpv4Settings(message);
  }

  /** Makes a macvlan or ipvlan, as yet down. */
  create(link: StackedLinkSpecification): Result<void, NetlinkFailure> {
    return this.#socket.change({
      type: linkMessages.new,
      flags: requestFlags.create | requestFlags.exclusive,
      header: encodeLinkHeader({}),
      attributes: encodeStackedLink(link),
    });
  }

  /** Removes an interface; "absent" when it is not there. */
  delete(index: number): Result<"deleted" | "absent", NetlinkFailure> {
    const answer = this.#socket.change({ type: linkMessages.delete, header: encodeLinkHeader({ index }) });
    if (answer.ok) return ok("deleted");
    return answer.error.errno === ENODEV ? ok("absent") : failed(answer.error);
  }

  setIpv4Settings(index: number, values: Partial<Record<Ipv4Setting, number>>): Result<void, NetlinkFailure> {
    return this.#change(index, encodeIpv4Settings(values));
  }

  /** No link-local address is made of the hardware address from now on. */
  stopAddressGeneration(index: number): Result<void, NetlinkFailure> {
    return this.#change(index, encodeNoGeneratedAddress());
  }

  setAlias(index: number, text: string): Result<void, NetlinkFailure> {
    return this.#change(index, encodeAlias(text));
  }

  /** Puts an interface into a link group; also when it is in it, everyone is told of the interface. */
  setGroup(index: number, group: number): Result<void, NetlinkFailure> {
    return this.#change(index, encodeLinkGroup(group));
  }

  setUp(index: number): Result<void, NetlinkFailure> {
    const header = encodeLinkHeader({ index, flags: IFF_UP, mask: IFF_UP });
    return this.#socket.change({ type: linkMessages.new, header });
  }

  close(): void {
    this.#socket.close();
  }

  #change(index: number, attributes: readonly Attribute[]): Result<void, NetlinkFailure> {
    return this.#socket.change({ type: linkMessages.new, header: encodeLinkHeader({ index }), attributes });
  }

  #get(which: string | number) {
    const answer = this.#socket.get(
      typeof which === "number"
        ? { type: linkMessages.get, header: encodeLinkHeader({ index: which }) }
        : { type: linkMessages.get, header: encodeLinkHeader({}), attributes: encodeLinkName(which) },
    );
    return answer.ok ? answer.value.find(({ type }) => type === linkMessages.new) : undefined;
  }
}
