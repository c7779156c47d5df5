import { unreachable } from "../base/assert.ts";
import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import type { Instant } from "../base/time.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { encodeAdvertisement } from "../vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../vrrp/ipv4-packet.ts";
import { encodeAnnouncement } from "../vrrp/neighbour.ts";
import { viewIpv4Packet } from "../vrrp/packet-view.ts";
import { createReceiver, type Receiver, receiveAdvertisement } from "../vrrp/reception.ts";
import { advertisementDestinations, advertisementTtl, type RouterConfig } from "../vrrp/router-config.ts";
import type { Role, RouterEffect, RouterEvent, RouterState } from "../vrrp/router-state.ts";
import { initialRouterState, virtualRouter } from "../vrrp/virtual-router.ts";

/** What the world does for a router: the segment and the record. */
export interface Surroundings {
  /** Puts an IPv4 packet on the segment. */
  send(from: string, packet: Uint8Array): void;
  /** Puts an Ethernet frame on the segment. */
  announce(from: string, frame: Uint8Array): void;
  record(who: string, what: string): void;
}

/** How a simulated director is made. */
export interface RouterSetup {
  readonly name: string;
  readonly address: IpAddress;
  readonly hardwareAddress: Uint8Array;
  readonly config: RouterConfig;
}

/** Packets a stopped process finds in its socket when it goes on; the rest the kernel has dropped. */
const SOCKET_QUEUE = 200;

/**
 * One director of the simulated world: the live machine and the live codec, and around them a process that can be
 * started, stopped, held and killed, a kernel that keeps addresses when the process dies, and a network card.
 */
export class SimulatedRouter {
  readonly name: string;
  readonly setup: RouterSetup;
  /** The addresses on the interface, whoever put them there. */
  readonly addresses = new Set<IpAddress>();
  readonly #surroundings: Surroundings;
  #receiver: Receiver;
  #process: "none" | "running" | "held" = "none";
  #linkUp = true;
  #state: RouterState;
  #inbox: Uint8Array[] = [];
  /** What the kernel told a held process about links and addresses. */
  #untold: RouterEvent[] = [];
  #identification = 0;

  constructor(setup: RouterSetup, surroundings: Surroundings) {
    this.name = setup.name;
    this.setup = setup;
    this.#surroundings = surroundings;
    this.#receiver = createReceiver(setup.config);
    this.#state = initialRouterState(setup.config);
  }

  get state(): RouterState {
    return this.#state;
  }

  get role(): Role["kind"] {
    return this.#state.role.kind;
  }

  /** Running, not held, and on the network. */
  get active(): boolean {
    return this.#process === "running" && this.#linkUp;
  }

  get running(): boolean {
    return this.#process === "running";
  }

  /** When the process wants to be woken; undefined while there is none or it is held. */
  get deadline(): Instant | undefined {
    return this.#process === "running" ? virtualRouter.deadline(this.#state) : undefined;
  }

  /** Starts a new process; one that runs goes on. */
  start(now: Instant): void {
    if (this.#process !== "none") return;
    this.#process = "running";
    this.#inbox = [];
    this.#untold = [];
    this.#state = initialRouterState(this.setup.config);
    this.#receiver = createReceiver(this.setup.config);
    const down = { kind: "interface-down", interface: this.setup.config.interface } as const;
    const faults = this.#linkUp ? [] : [down];
    const { address: source, config } = this.setup;
    this.deliver({ kind: "startup", source, priority: config.priority, faults }, now);
  }

  /** SIGTERM: the process says goodbye and ends. */
  stop(now: Instant): void {
    if (this.#process !== "running") return;
    this.deliver({ kind: "shutdown" }, now);
    this.#process = "none";
  }

  /** SIGKILL: the process is gone, its addresses stay in the kernel. */
  kill(): void {
    this.#process = "none";
    this.#state = initialRouterState(this.setup.config);
  }

  /** The machine loses power: process and addresses are gone. */
  powerOff(): void {
    this.kill();
    this.addresses.clear();
  }

  /** SIGSTOP: nothing runs, packets wait in the socket. */
  hold(): void {
    if (this.#process === "running") this.#process = "held";
  }

  /** SIGCONT: what waits in the sockets first, then the alarm if it is due, as the live driver must. */
  resume(now: Instant): void {
    if (this.#process !== "held") return;
    this.#process = "running";
    const untold = this.#untold;
    const waiting = this.#inbox;
    this.#untold = [];
    this.#inbox = [];
    for (const event of untold) this.deliver(event, now);
    for (const packet of waiting) this.#read(packet, now);
    this.wake(now);
  }

  /** Carrier lost or back; the process is told, or finds it waiting when it goes on. */
  setLink(up: boolean, now: Instant): void {
    if (this.#linkUp === up) return;
    this.#linkUp = up;
    const reason = { kind: "interface-down", interface: this.setup.config.interface } as const;
    this.#tell({ kind: up ? "fault-cleared" : "fault-raised", reason }, now);
  }

  /** Someone deletes an address by hand; the process is told, or finds it waiting when it goes on. */
  loseAddress(address: IpAddress, now: Instant): void {
    if (!this.addresses.delete(address)) return;
    this.#tell({ kind: "addresses-lost", addresses: [address] }, now);
  }

  /** A packet arrives at the network card. */
  receive(packet: Uint8Array, now: Instant): void {
    if (!this.#linkUp || this.#process === "none") return;
    if (this.#process === "running") this.#read(packet, now);
    else if (this.#inbox.length < SOCKET_QUEUE) this.#inbox.push(packet);
  }

  /** The alarm; harmless when nothing is due. */
  wake(now: Instant): void {
    if (this.#process === "running") this.deliver({ kind: "alarm" }, now);
  }

  /** The driver: one event, one step, its effects in order. */
  deliver(event: RouterEvent, now: Instant): void {
    const { state, effects } = virtualRouter.step(this.#state, event, now);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #tell(event: RouterEvent, now: Instant): void {
    if (this.#process === "running") this.deliver(event, now);
    else if (this.#process === "held") this.#untold.push(event);
  }

  #read(packet: Uint8Array, now: Instant): void {
    const view = viewIpv4Packet(packet);
    const reception = view.ok
      ? receiveAdvertisement(view, this.#receiver, {
          ownAddresses: [ipAddressBytes(this.setup.address)],
          knownMaster: this.#state.master?.address,
        })
      : view;
    if (reception.ok) this.deliver({ kind: "advertisement", received: reception.value }, now);
    else this.#surroundings.record(this.name, `refuses a packet: ${reception.error.kind}`);
  }

  #perform(effect: RouterEffect): void {
    switch (effect.kind) {
      case "send-advertisement":
        this.#send(effect);
        break;
      case "add-addresses":
        for (const { address } of effect.addresses) this.addresses.add(address);
        this.#surroundings.record(this.name, `adds ${list(effect.addresses)}`);
        break;
      case "remove-addresses":
        this.#remove(effect.addresses);
        break;
      case "announce":
        this.#announce(effect.addresses, effect.repeat);
        break;
      case "role-changed":
        this.#surroundings.record(this.name, `${effect.from} -> ${effect.to} (${effect.reason})`);
        break;
      case "lower-priority-heard":
      case "add-routes":
      case "remove-routes":
      case "add-rules":
      case "remove-rules":
        break;
      case "log":
        this.#surroundings.record(this.name, `${effect.level}: ${effect.message}`);
        break;
      default:
        unreachable(effect);
    }
  }

  #send({ advertisement, source }: Extract<RouterEffect, { kind: "send-advertisement" }>): void {
    this.#surroundings.record(this.name, `advertises priority ${advertisement.priority}`);
    if (!this.#linkUp) return;
    const { checksumPseudoHeader } = this.setup.config;
    for (const destination of advertisementDestinations(this.setup.config)) {
      this.#identification = (this.#identification + 1) & 0xffff;
      const message = encodeAdvertisement(advertisement, { source, destination, checksumPseudoHeader });
      const header = {
        source,
        destination,
        identification: this.#identification,
        ttl: advertisementTtl(this.setup.config),
      };
      this.#surroundings.send(this.name, encodeIpv4Packet(message, header));
    }
  }

  #remove(addresses: readonly VirtualAddress[]): void {
    const present = addresses.filter(({ address }) => this.addresses.delete(address));
    if (present.length > 0) this.#surroundings.record(this.name, `removes ${list(present)}`);
  }

  #announce(addresses: readonly VirtualAddress[], repeat: number): void {
    this.#surroundings.record(this.name, `announces ${list(addresses)} x${repeat}`);
    if (!this.#linkUp) return;
    const { hardwareAddress } = this.setup;
    for (let count = 0; count < repeat; count++) {
      for (const { address } of addresses) {
        this.#surroundings.announce(
          this.name,
          encodeAnnouncement({ address, hardwareAddress, router: true }),
        );
      }
    }
  }
}

function list(addresses: readonly VirtualAddress[]): string {
  return addresses.map(({ address }) => address).join(" ");
}
