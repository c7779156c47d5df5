import { LastWords, SystemError } from "dgram-extra";
import type { AddressFamily } from "../base/ip-address.ts";
import type { Instant } from "../base/time.ts";
import type { SendPacket, VrrpHostEffect, VrrpHostEvent, Wire } from "../director/host.ts";
import { VrrpSocket } from "./vrrp-socket.ts";

type Named = { readonly interface: string; readonly family: AddressFamily };

/** The VRRP sockets of a process, one for each interface and family. */
export class Wires {
  readonly #deliver: (event: VrrpHostEvent, at?: Instant) => void;
  readonly #sockets: Readonly<Record<AddressFamily, Map<string, VrrpSocket>>> = {
    4: new Map(),
    6: new Map(),
  };
  /** What each socket was opened with and can only be opened anew for. */
  readonly #shapes = new Map<string, string>();
  readonly #lastWords = new LastWords("SIGTERM");

  /** @param deliver is told of a packet together with when the kernel got it. */
  constructor(deliver: (event: VrrpHostEvent, at?: Instant) => void) {
    this.#deliver = deliver;
  }

  /** Opens one, or lets one that is open listen for other virtual routers; the reason when it cannot be done. */
  open(wire: Wire): string | undefined {
    const key = keyOf(wire);
    const sockets = this.#sockets[wire.family];
    const open = sockets.get(wire.interface);
    const shape = shapeOf(wire);
    if (open !== undefined && this.#shapes.get(key) === shape) {
      const heard = open.listenFor(wire.virtualRouterIds);
      return heard.ok ? undefined : heard.error;
    }
    this.#closeSocket(open);
    sockets.delete(wire.interface);
    this.#shapes.set(key, shape);
    const opened = VrrpSocket.open({
      interfaceName: wire.interface,
      interfaceIndex: wire.interfaceIndex,
      family: wire.family,
      virtualRouterIds: wire.virtualRouterIds,
      groups: wire.groups,
      everyVirtualRouter: wire.everyVirtualRouter,
      withAuthenticationHeader: wire.withAuthenticationHeader,
      ...(wire.receiveBufferBytes === undefined ? {} : { receiveBufferBytes: wire.receiveBufferBytes }),
      onPacket: (packet, info) =>
        this.#deliver(
          {
            kind: "packet",
            interface: wire.interface,
            family: wire.family,
            packet,
            source: info.source,
            hopLimit: info.ttl,
            ...(info.destination === undefined ? {} : { destination: info.destination }),
          },
          info.receivedAt,
        ),
      onTrouble: (trouble) => {
        const message =
          trouble.kind === "lost"
            ? `${trouble.packets} packets on ${wire.interface} came too fast and were lost`
            : `receiving on ${wire.interface} was refused: ${trouble.message}`;
        this.#deliver({ kind: "trouble", about: `${wire.interface} ${trouble.kind}`, message });
      },
    });
    if (!opened.ok) return `cannot open the VRRP socket on ${wire.interface}: ${opened.error}`;
    sockets.set(wire.interface, opened.value);
    return undefined;
  }

  /**
   * Has the kernel drop what is plainly wrong, tells what was heard since, or hears everything again; the reason when it
   * cannot be done.
   */
  screen(effect: Extract<VrrpHostEffect, { kind: "screen-wire" | "screen-heard" }>): string | undefined {
    const socket = this.#sockets[effect.family].get(effect.interface);
    if (effect.kind === "screen-heard") {
      socket?.heardBefore(effect.virtualRouterId, effect);
      return undefined;
    }
    const screened = socket?.screen(effect.routers);
    if (screened === undefined || screened.ok) return undefined;
    return `the kernel cannot drop bad packets on ${effect.interface} by itself: ${screened.error}`;
  }

  /** Hands over all that has come to any of them, without waiting for the event loop. */
  receiveNow(): void {
    for (const sockets of Object.values(this.#sockets))
      for (const socket of sockets.values()) socket.receiveNow();
  }

  /** Closes one; one that is not open is no error. */
  close(wire: Named): void {
    const sockets = this.#sockets[wire.family];
    this.#closeSocket(sockets.get(wire.interface));
    sockets.delete(wire.interface);
  }

  /** Closes all of them. */
  closeAll(): void {
    this.prepareResignation([]);
    for (const sockets of Object.values(this.#sockets)) {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    }
  }

  /** Holds these ready for SIGTERM; the reason when it cannot be done. */
  prepareResignation(packets: readonly SendPacket[]): string | undefined {
    const datagrams = packets.flatMap(({ packet, destination, family, interface: name }) => {
      const socket = this.#sockets[family].get(name);
      return socket === undefined ? [] : [socket.waiting(packet, destination)];
    });
    try {
      this.#lastWords.prepare(datagrams);
      return undefined;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return error.message;
    }
  }

  /** Whether SIGTERM has come and what was held ready has been sent. */
  get resigned(): boolean {
    return this.#lastWords.said;
  }

  /** What is held ready for a socket must not be sent by a descriptor that is another's by then. */
  #closeSocket(socket: VrrpSocket | undefined): void {
    if (socket === undefined) return;
    this.prepareResignation([]);
    socket.close();
  }

  /** Sends one packet; the reason when it cannot be done. */
  send(effect: SendPacket): string | undefined {
    const socket = this.#sockets[effect.family].get(effect.interface);
    if (socket === undefined) return `cannot send on ${effect.interface}: it is not there`;
    const sent = socket.send(effect.packet, effect);
    return sent.ok ? undefined : sent.error;
  }
}

/** Everything of a wire but the virtual routers it listens for. */
function shapeOf({ virtualRouterIds: _, ...rest }: Wire): string {
  return JSON.stringify(rest);
}

function keyOf(wire: Named): string {
  return `${wire.interface}/${wire.family}`;
}
