import { unreachable } from "../base/assert.ts";
import { type AddressFamily, familyOf } from "../base/ip-address.ts";
import type { Result } from "../base/result.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { DriverHost } from "../director/driver.ts";
import type {
  InterfaceAddress,
  Link,
  OwnLink,
  VrrpHostEffect,
  VrrpHostEvent,
  Wire,
} from "../director/host.ts";
import { Alarm } from "./alarm.ts";
import { FrameSender } from "./frame-socket.ts";
import { KernelPaths } from "./kernel-paths.ts";
import { LocalIgmp } from "./local-igmp.ts";
import { PacketFilter } from "./netfilter/packet-filter.ts";
import type { AddressSpecification } from "./netlink/interface-address.ts";
import type { Link as RouteLink } from "./netlink/link.ts";
import { type NetlinkEvent, NetlinkMonitor } from "./netlink/netlink-monitor.ts";
import type { NetlinkFailure } from "./netlink/request-socket.ts";
import { RouteNetlink } from "./netlink/route-netlink.ts";
import { OwnInterfaces } from "./own-interfaces.ts";
import type { ChildMessage } from "./process/messages.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";
import { addressSpecification } from "./virtual-address.ts";
import { VrrpSocket } from "./vrrp-socket.ts";

/** How a VrrpHost reaches its process. */
export interface VrrpHostOptions {
  readonly send: (message: ChildMessage) => void;
  readonly deliver: (event: VrrpHostEvent) => void;
  /** `--dont-release-vrrp`: addresses stay when the daemon stops. */
  readonly keepVirtualAddresses: boolean;
  /** `--address-monitoring`: every address that comes or goes is logged. */
  readonly monitorAddresses: boolean;
  /** Called when the director has come to rest. */
  readonly stopped: () => void;
}

/** The live world of the VRRP process: sockets, netlink, one alarm. It performs what it is told and decides nothing. */
export class VrrpHost implements DriverHost<VrrpHostEvent, VrrpHostEffect> {
  readonly alarm: { set(at: Instant | undefined): void };
  readonly #options: VrrpHostOptions;
  readonly #netlink = new RouteNetlink();
  readonly #paths: KernelPaths;
  readonly #frames = new FrameSender();
  readonly #filter = new PacketFilter();
  readonly #localIgmp = new LocalIgmp();
  readonly #ownInterfaces = new OwnInterfaces({
    onMade: (own, { index, baseIndex }) => {
      if (own.kind === "vmac") this.#filter.guard(own.name, { family: own.family, index, baseIndex });
    },
  });
  readonly #wires = new Map<string, VrrpSocket>();
  /** What each wire was opened with and can only be opened anew for. */
  readonly #shapes = new Map<string, string>();
  readonly #indexes = new Map<string, number>();
  readonly #vrfTables = new Map<string, number>();
  /** `promote_secondaries` of interfaces as it was before we switched it on. */
  readonly #promotion = new Map<string, string>();
  #forwardingChanged = false;
  #stopping = false;

  constructor(options: VrrpHostOptions) {
    this.#options = options;
    this.#paths = new KernelPaths({
      netlink: this.#netlink,
      interfaceIndex: (name) => this.#indexOf(name),
      vrfTable: (name) => this.#vrfTables.get(name),
      onRemoved: (removed) => options.deliver(removed),
      onOverrun: () => this.#overrun(),
      onError: (message) => options.deliver({ kind: "trouble", about: "netlink routes", message }),
    });
    // The alarm may ring in the same turn in which packets have arrived; they come first, because an advertisement
    // that is already here must count before the timer that it restarts.
    this.alarm = new Alarm(() => setImmediate(() => options.deliver({ kind: "alarm" })));
  }

  /** Where names of routing tables and the like are looked up. */
  readRouteNames(folders: readonly string[]): void {
    this.#paths.readNames(folders);
  }

  /** Begins to listen for changes of interfaces and addresses; what is there now. */
  startMonitor(): { readonly links: readonly Link[]; readonly addresses: readonly InterfaceAddress[] } {
    new NetlinkMonitor({
      onEvent: (event) => this.#netlinkEvent(event),
      onError: (message) => this.#options.deliver({ kind: "trouble", about: "netlink", message }),
    });
    return this.#snapshot();
  }

  /** Removes the packet filter that an earlier process of ours left by this name, if one did. */
  removeLeftFilter(table: string): void {
    const none = { table, priority: 0, byInterfaceIndex: false, counters: false, closes: [], guards: [] };
    const removed = this.#filter.configure(none);
    if (!removed.ok) this.#options.deliver({ kind: "trouble", about: "filter", message: removed.error });
  }

  perform(effects: readonly VrrpHostEffect[]): readonly VrrpHostEvent[] {
    const answers: VrrpHostEvent[] = [];
    for (const effect of effects) {
      const reason = this.#performOne(effect, answers);
      if (reason !== undefined) answers.push({ kind: "effect-failed", effect, reason });
    }
    return answers;
  }

  /** Does one thing; the reason when it cannot be done. What comes of it at once is added to `answers`. */
  #performOne(effect: VrrpHostEffect, answers: VrrpHostEvent[]): string | undefined {
    switch (effect.kind) {
      case "open-wire":
        return this.#openWire(effect);
      case "close-wire":
        this.#wires.get(wireKey(effect))?.close();
        this.#wires.delete(wireKey(effect));
        return undefined;
      case "send-packet": {
        const wire = this.#wires.get(wireKey(effect));
        if (wire === undefined) return `cannot send on ${effect.interface}: it is not there`;
        const { destination, source, hopLimit } = effect;
        const sent = wire.send(effect.packet, { destination, source, hopLimit });
        return sent.ok ? undefined : sent.error;
      }
      case "send-frame": {
        const index = this.#indexOf(effect.interface);
        if (index === undefined) return `cannot announce on ${effect.interface}: it is not there`;
        const sent = this.#frames.send(effect.frame, index);
        return sent.ok ? undefined : sent.error;
      }
      case "add-address":
      case "remove-address":
        return this.#moveAddress(effect);
      case "make-own-interface":
        return this.#makeOwnInterface(effect.own, answers);
      case "remove-own-interface":
        return this.#removeOwnInterface(effect.own);
      case "add-route":
        return this.#paths.addRoute(effect.route, effect);
      case "remove-route":
        return this.#keepsEverything() ? undefined : this.#paths.removeRoute(effect.route);
      case "add-rule":
        return this.#paths.addRule(effect.rule);
      case "remove-rule":
        return this.#keepsEverything() ? undefined : this.#paths.removeRule(effect.rule);
      case "promote-secondaries":
        return this.#promoteSecondaries(effect.interface, effect.on);
      case "configure-filter":
      case "filter-addresses":
        return this.#filterPackets(effect);
      case "set-local-igmp":
        return problemOf(this.#localIgmp.set(effect.silent));
      case "run-script":
        this.#options.send({
          kind: "run-script",
          script: effect.script,
          command: effect.command,
          timeout: effect.timeout satisfies Duration,
        });
        return undefined;
      case "notification":
        this.#options.send(effect);
        return undefined;
      case "log":
        this.#options.send({ kind: "log", level: effect.level, message: effect.message });
        return undefined;
      case "stopping":
        this.#stopping = true;
        return undefined;
      case "stopped":
        this.#options.stopped();
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #makeOwnInterface(own: OwnLink, answers: VrrpHostEvent[]): string | undefined {
    const made = this.#ownInterfaces.make(own);
    if (!made.ok) return made.error;
    this.#indexes.set(made.value.name, made.value.index);
    answers.push({ kind: "link", link: made.value });
    for (const { address, prefixLength } of own.addresses) {
      const added = { interfaceIndex: made.value.index, address, prefixLength, secondary: false };
      answers.push({ kind: "address-added", address: added });
    }
    return undefined;
  }

  #removeOwnInterface(own: OwnLink): string | undefined {
    if (this.#stopping && this.#options.keepVirtualAddresses) return undefined;
    this.#filter.release(own.name);
    return problemOf(this.#ownInterfaces.remove(own));
  }

  #filterPackets(
    effect: Extract<VrrpHostEffect, { kind: "configure-filter" | "filter-addresses" }>,
  ): string | undefined {
    if (this.#stopping && this.#options.keepVirtualAddresses) return undefined;
    if (effect.kind === "configure-filter") return problemOf(this.#filter.configure(effect.settings));
    const addresses = effect.addresses.map((address) => ({
      ...address,
      interfaceIndex: this.#indexOf(address.interface) ?? 0,
    }));
    return problemOf(this.#filter.change(effect.change, addresses));
  }

  #openWire(effect: Extract<VrrpHostEffect, { kind: "open-wire" }>): string | undefined {
    const key = wireKey(effect);
    const open = this.#wires.get(key);
    this.#indexes.set(effect.interface, effect.interfaceIndex);
    const shape = shapeOf(effect);
    if (open !== undefined && this.#shapes.get(key) === shape) {
      const heard = open.listenFor(effect.virtualRouterIds);
      return heard.ok ? undefined : heard.error;
    }
    open?.close();
    this.#wires.delete(key);
    this.#shapes.set(key, shape);
    const opened = VrrpSocket.open({
      interfaceName: effect.interface,
      interfaceIndex: effect.interfaceIndex,
      family: effect.family,
      virtualRouterIds: effect.virtualRouterIds,
      groups: effect.groups,
      everyVirtualRouter: effect.everyVirtualRouter,
      withAuthenticationHeader: effect.withAuthenticationHeader,
      ...(effect.receiveBufferBytes === undefined ? {} : { receiveBufferBytes: effect.receiveBufferBytes }),
      onPacket: (packet, info) =>
        this.#options.deliver({
          kind: "packet",
          interface: effect.interface,
          family: effect.family,
          packet,
          source: info.source,
          hopLimit: info.ttl,
          ...(info.destination === undefined ? {} : { destination: info.destination }),
        }),
      onTrouble: (trouble) => {
        const message =
          trouble.kind === "lost"
            ? `${trouble.packets} packets on ${effect.interface} came too fast and were lost`
            : `receiving on ${effect.interface} was refused: ${trouble.message}`;
        this.#options.deliver({ kind: "trouble", about: `${effect.interface} ${trouble.kind}`, message });
      },
    });
    if (!opened.ok) return `cannot open the VRRP socket on ${effect.interface}: ${opened.error}`;
    this.#wires.set(key, opened.value);
    return undefined;
  }

  #moveAddress(
    effect: Extract<VrrpHostEffect, { kind: "add-address" | "remove-address" }>,
  ): string | undefined {
    if (effect.kind === "remove-address" && this.#keepsEverything()) return undefined;
    const index = this.#indexOf(effect.interface);
    const { address } = effect;
    if (index === undefined) {
      return effect.kind === "remove-address"
        ? undefined
        : `cannot add ${address.address} to ${effect.interface}: it is not there`;
    }
    const specification = addressSpecification(address, index);
    const done =
      effect.kind === "add-address"
        ? this.#addAddress(specification)
        : this.#netlink.deleteAddress(specification);
    if (done.ok) return undefined;
    const verb = effect.kind === "add-address" ? "add" : "remove";
    return `cannot ${verb} ${address.address}/${address.prefixLength} on ${effect.interface}: ${done.error.message}`;
  }

  /** One that is there already may lack a property; where the kernel can change that in place, it does. */
  #addAddress(specification: AddressSpecification): Result<unknown, NetlinkFailure> {
    const added = this.#netlink.addAddress(specification);
    const isThere = added.ok && added.value === "present";
    return isThere && familyOf(specification.address) === 6
      ? this.#netlink.replaceAddress(specification)
      : added;
  }

  #logAddress({ kind, address }: Extract<NetlinkEvent, { kind: "address-added" | "address-removed" }>): void {
    const [name = `interface ${address.interfaceIndex}`] =
      [...this.#indexes].find(([, index]) => index === address.interfaceIndex) ?? [];
    const verb = kind === "address-added" ? "Assigned" : "Deassigned";
    const message = `${verb} address ${address.address}/${address.prefixLength} for interface ${name}`;
    this.#options.send({ kind: "log", level: "info", message });
  }

  #netlinkEvent(event: NetlinkEvent): void {
    switch (event.kind) {
      case "link":
        this.#rename(event.link);
        this.#linkChanged(event.link);
        return;
      case "link-removed":
        if (this.#indexes.get(event.name) === event.index) this.#indexes.delete(event.name);
        this.#options.deliver({ kind: "link-removed", index: event.index });
        return;
      case "address-added":
      case "address-removed":
        if (this.#options.monitorAddresses) this.#logAddress(event);
        this.#options.deliver(event);
        return;
      case "forwarding":
        this.#forwardingMayDiffer();
        return;
      case "overrun":
        this.#overrun();
        return;
      default:
        unreachable(event);
    }
  }

  /** Notifications were lost: nothing known is sure, so everything is asked again. */
  #overrun(): void {
    this.#options.deliver({
      kind: "trouble",
      about: "netlink overrun",
      message: "the kernel's notifications came too fast and some were lost; looking at everything again",
    });
    this.#options.deliver({ kind: "snapshot", ...this.#snapshot() });
  }

  /** A change for all interfaces is told for each: they are looked at once, when all have been told. */
  #forwardingMayDiffer(): void {
    if (this.#forwardingChanged) return;
    this.#forwardingChanged = true;
    setImmediate(() => {
      this.#forwardingChanged = false;
      for (const link of this.#netlink.links()) this.#options.deliver({ kind: "link", link });
    });
  }

  /** `--dont-release-vrrp`: at the end everything stays. */
  #keepsEverything(): boolean {
    return this.#stopping && this.#options.keepVirtualAddresses;
  }

  #promoteSecondaries(name: string, on: boolean): string | undefined {
    const setting = `net/ipv4/conf/${name}/promote_secondaries`;
    if (!on) {
      const before = this.#promotion.get(name);
      this.#promotion.delete(name);
      if (before === undefined || this.#indexOf(name) === undefined) return undefined;
      const restored = writeSysctl(setting, before);
      return restored.ok ? undefined : restored.error;
    }
    const before = readSysctl(setting);
    if (!before.ok) return before.error;
    if (before.value === "1") return undefined;
    this.#promotion.set(name, before.value);
    const set = writeSysctl(setting, 1);
    return set.ok ? undefined : set.error;
  }

  /**
   * Of an interface that we made, notifications of its making and unmaking come when all is over, and tell of what it was
   * like meanwhile: only how it is now counts, and when it is gone its removal is told next.
   */
  #linkChanged(told: Link): void {
    const link = this.#ownInterfaces.has(told.name) ? this.#ownInterfaces.present(told.index) : told;
    if (link !== undefined) this.#options.deliver({ kind: "link", link });
  }

  #rename(link: RouteLink): void {
    if (link.vrfTable !== undefined) this.#vrfTables.set(link.name, link.vrfTable);
    for (const [name, index] of this.#indexes) {
      if (index === link.index && name !== link.name) this.#indexes.delete(name);
    }
    this.#indexes.set(link.name, link.index);
  }

  #indexOf(name: string): number | undefined {
    return this.#indexes.get(name);
  }

  #snapshot(): { readonly links: readonly Link[]; readonly addresses: readonly InterfaceAddress[] } {
    const links = this.#netlink.links();
    this.#indexes.clear();
    for (const link of links) this.#rename(link);
    return { links, addresses: this.#netlink.addresses() };
  }
}

/** Everything of a wire but the virtual routers it listens for. */
function shapeOf({ virtualRouterIds: _, ...rest }: Wire): string {
  return JSON.stringify(rest);
}

function wireKey(wire: { readonly interface: string; readonly family: AddressFamily }): string {
  return `${wire.interface}/${wire.family}`;
}

function problemOf(done: Result<unknown, string>): string | undefined {
  return done.ok ? undefined : done.error;
}
