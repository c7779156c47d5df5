import { createSocket, type Socket } from "dgram-extra";
import { attributeNumber, decodeAttributes, padded } from "./attributes.ts";
import { addressMessages, decodeAddress, type InterfaceAddress } from "./interface-address.ts";
import { decodeLink, type Link, linkMessages } from "./link.ts";
import { decodeMessages, type NetlinkMessage } from "./message.ts";

/** What happened to the interfaces and addresses of the namespace. */
export type NetlinkEvent =
  /** An interface is new or changed. */
  | { readonly kind: "link"; readonly link: Link }
  /** An interface is gone, or moved to another namespace; its addresses went with it. */
  | { readonly kind: "link-removed"; readonly index: number; readonly name: string }
  | { readonly kind: "address-added"; readonly address: InterfaceAddress }
  /** `portId`: of the socket that did it; 0: the kernel on its own account. */
  | { readonly kind: "address-removed"; readonly address: InterfaceAddress; readonly portId: number }
  /** Whether an interface forwards IPv6 packets was changed. */
  | { readonly kind: "forwarding"; readonly index: number }
  /** Events were lost: ask RouteNetlink for everything again. */
  | { readonly kind: "overrun" };

const NETLINK_ROUTE = 0;
const groups = { link: 1, ipv4Address: 5, ipv6Address: 9, ipv6Configuration: 25 } as const;
const NEW_CONFIGURATION = 80; // RTM_NEWNETCONF
const configurationAttributes = { interface: 1, forwarding: 2 } as const;
const receiveBuffer = 4 << 20;
const messageSize = 32 * 1024;

/** Reports changes of links and addresses, in the order the kernel made them. */
export class NetlinkMonitor {
  readonly #socket: Socket;

  /** `receiveBuffer` in bytes is for tests of the overrun; 4 MiB unless told. @throws {SystemError} */
  constructor(options: {
    onEvent: (event: NetlinkEvent) => void;
    onError?: (message: string) => void;
    namespace?: string;
    receiveBuffer?: number;
  }) {
    const { onEvent, onError, namespace } = options;
    this.#socket = createSocket({
      type: "netlink",
      protocol: NETLINK_ROUTE,
      receiveBuffer: options.receiveBuffer ?? receiveBuffer,
      messageSize,
      batchSize: 8,
      reuseBuffer: true,
      ...(namespace === undefined ? {} : { namespace }),
    });
    this.#socket.on("message", (data, { protocol: sender, truncated }) => {
      if (sender !== 0) return; // a program that plays kernel
      if (truncated) onEvent({ kind: "overrun" });
      for (const message of decodeMessages(data)) report(message, onEvent);
    });
    this.#socket.on("overrun", () => onEvent({ kind: "overrun" }));
    this.#socket.on("error", (error) => onError?.(error.message));
    for (const group of Object.values(groups)) this.#socket.joinGroup(group);
    this.#socket.bind();
  }

  /** Bytes of the buffer for what was not read yet. @throws {SystemError} */
  setReceiveBuffer(bytes: number): void {
    this.#socket.setReceiveBuffer(bytes);
  }

  /** Nothing is reported after it. */
  close(): void {
    this.#socket.close();
  }
}

function report(message: NetlinkMessage, onEvent: (event: NetlinkEvent) => void): void {
  switch (message.type) {
    case linkMessages.new:
    case linkMessages.delete: {
      const link = decodeLink(message);
      if (link === undefined) return;
      if (message.type === linkMessages.new) onEvent({ kind: "link", link });
      else onEvent({ kind: "link-removed", index: link.index, name: link.name });
      return;
    }
    case addressMessages.new:
    case addressMessages.delete: {
      const address = decodeAddress(message);
      if (address === undefined) return;
      if (message.type === addressMessages.new) onEvent({ kind: "address-added", address });
      else onEvent({ kind: "address-removed", address, portId: message.portId });
      return;
    }
    case NEW_CONFIGURATION: {
      const found = decodeAttributes(message.payload.subarray(padded(1)));
      if (found.has(configurationAttributes.forwarding))
        onEvent({
          kind: "forwarding",
          index: attributeNumber(found.get(configurationAttributes.interface)),
        });
      return;
    }
  }
}
