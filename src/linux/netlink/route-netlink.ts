import { ok, type Result } from "../../base/result.ts";
import {
  type AddressSpecification,
  addressMessages,
  decodeAddress,
  encodeAddress,
  type InterfaceAddress,
} from "./interface-address.ts";
import { decodeLink, encodeLinkHeader, type Link, linkMessages, withoutStatistics } from "./link.ts";
import { requestFlags } from "./message.ts";
import { type NetlinkFailure, type NetlinkRequest, NetlinkRequestSocket } from "./request-socket.ts";

const NETLINK_ROUTE = 0;
const ENODEV = 19;
const EEXIST = 17;
const EADDRNOTAVAIL = 99;
const IFF_UP = 1;

/** What the kernel knows of links and addresses, and changes to them; every call is done when it returns. */
export class RouteNetlink {
  readonly #socket: NetlinkRequestSocket;

  /** @throws {SystemError} */
  constructor(options: { namespace?: string } = {}) {
    this.#socket = new NetlinkRequestSocket({ protocol: NETLINK_ROUTE, ...options });
  }

  /** Bytes of the buffer for answers. @throws {SystemError} */
  setReceiveBuffer(bytes: number): void {
    this.#socket.setReceiveBuffer(bytes);
  }

  /** Every interface. @throws {Error} when the kernel refuses to tell. */
  links(): readonly Link[] {
    const header = encodeLinkHeader({});
    const answer = this.#socket.dump({ type: linkMessages.get, header, attributes: withoutStatistics });
    return told(answer, "Cannot list the interfaces").flatMap((message) => decodeLink(message) ?? []);
  }

  /** Every IPv4 and IPv6 address. @throws {Error} when the kernel refuses to tell. */
  addresses(): readonly InterfaceAddress[] {
    const answer = this.#socket.dump({ type: addressMessages.get, header: new Uint8Array(8) });
    return told(answer, "Cannot list the addresses").flatMap((message) => decodeAddress(message) ?? []);
  }

  /** Adds an address; "present" when the interface has it already. */
  addAddress(specification: AddressSpecification): Result<"added" | "present", NetlinkFailure> {
    const answer = this.#socket.change({
      type: addressMessages.new,
      flags: requestFlags.create | requestFlags.exclusive,
      ...encodeAddress(specification),
    });
    if (answer.ok) return ok("added");
    return answer.error.errno === EEXIST ? ok("present") : answer;
  }

  /** Makes an address that is there already as it should be; of IPv4 the kernel changes only lifetimes. */
  replaceAddress(specification: AddressSpecification): Result<void, NetlinkFailure> {
    return this.#socket.change({
      type: addressMessages.new,
      flags: requestFlags.create | requestFlags.replace,
      ...encodeAddress(specification),
    });
  }

  /** Any other change of rtnetlink's. */
  change(request: NetlinkRequest): Result<void, NetlinkFailure> {
    return this.#socket.change(request);
  }

  /** What the kernel writes into notifications of changes that this socket asked for; 0 before the first. */
  get portId(): number {
    return this.#socket.portId;
  }

  /** Removes an address; "absent" when the interface, or the interface's address, is not there. */
  deleteAddress(specification: AddressSpecification): Result<"deleted" | "absent", NetlinkFailure> {
    const answer = this.#socket.change({ type: addressMessages.delete, ...encodeAddress(specification) });
    if (answer.ok) return ok("deleted");
    const isAbsent = answer.error.errno === EADDRNOTAVAIL || answer.error.errno === ENODEV;
    return isAbsent ? ok("absent") : answer;
  }

  /** The administrator's switch of an interface. */
  setLinkUp(interfaceIndex: number, up: boolean): Result<void, NetlinkFailure> {
    const header = encodeLinkHeader({ index: interfaceIndex, flags: up ? IFF_UP : 0, mask: IFF_UP });
    return this.#socket.change({ type: linkMessages.new, header });
  }

  close(): void {
    this.#socket.close();
  }
}

function told<T>(answer: Result<T, NetlinkFailure>, attempted: string): T {
  if (answer.ok) return answer.value;
  throw new Error(`${attempted}: ${answer.error.message}`);
}
