import { unreachable } from "../base/assert.ts";
import type { Result } from "../base/result.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { DriverHost } from "../director/driver.ts";
import type {
  InterfaceAddress,
  Link,
  OwnLink,
  TrackerReadings,
  VrrpHostEffect,
  VrrpHostEvent,
} from "../director/host.ts";
import { STAGE, STAGE_INDEX } from "../director/rehearsal.ts";
import { AddressMover } from "./address-mover.ts";
import { Alarm } from "./alarm.ts";
import { FrameSender } from "./frame-socket.ts";
import { KernelPaths } from "./kernel-paths.ts";
import { LinkPolling, polledInterfaces } from "./link-polling.ts";
import { LocalIgmp } from "./local-igmp.ts";
import { PacketFilter } from "./netfilter/packet-filter.ts";
import type { Link as RouteLink } from "./netlink/link.ts";
import { type NetlinkEvent, NetlinkMonitor } from "./netlink/netlink-monitor.ts";
import { RouteNetlink } from "./netlink/route-netlink.ts";
import { OwnInterfaces } from "./own-interfaces.ts";
import { otherOwner } from "./owner-mark.ts";
import type { ChildMessage } from "./process/messages.ts";
import { PromoteSecondaries } from "./promote-secondaries.ts";
import { Sensors } from "./sensors.ts";
import { Wires } from "./wires.ts";

/** How a VrrpHost reaches its process. */
export interface VrrpHostOptions {
  readonly send: (message: ChildMessage) => void;
  /** `at`: when it happened, where the kernel says so; now when absent. */
  readonly deliver: (event: VrrpHostEvent, at?: Instant) => void;
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
  readonly #addresses: AddressMover;
  readonly #paths: KernelPaths;
  readonly #frames = new FrameSender();
  readonly #filter = new PacketFilter();
  readonly #localIgmp = new LocalIgmp();
  readonly #ownInterfaces = new OwnInterfaces({
    onMade: (own, { index, baseIndex }) => {
      if (own.kind === "vmac") this.#filter.guard(own.name, { family: own.family, index, baseIndex });
    },
  });
  readonly #wires: Wires;
  readonly #indexes = new Map<string, number>();
  readonly #vrfTables = new Map<string, number>();
  readonly #promotion = new PromoteSecondaries();
  #forwardingChanged = false;
  /** Interfaces that another daemon made, by index; also when it has ended since, until they are made ours. */
  readonly #others = new Set<number>();
  readonly #sensors: Sensors;
  readonly #polling = new LinkPolling({
    changed: (name) => this.#linkPolled(name),
    log: (message) => this.#options.send({ kind: "log", level: "notice", message }),
  });
  #monitor: NetlinkMonitor | undefined;
  #stopping = false;

  constructor(options: VrrpHostOptions) {
    this.#options = options;
    this.#wires = new Wires(options.deliver);
    this.#addresses = new AddressMover(this.#netlink, (name) => this.#indexOf(name));
    this.#paths = new KernelPaths({
      netlink: this.#netlink,
      interfaceIndex: (name) => this.#indexOf(name),
      vrfTable: (name) => this.#vrfTables.get(name),
      onRemoved: (removed) => options.deliver(removed),
      onOverrun: () => this.#overrun(),
      onError: (message) => options.deliver({ kind: "trouble", about: "netlink routes", message }),
    });
    this.#sensors = new Sensors(options.deliver);
    // The alarm may ring in the same turn in which packets have arrived; they come first, because an advertisement
    // that is already here must count before the timer that it restarts.
    this.alarm = new Alarm(() => setImmediate(() => options.deliver({ kind: "alarm" })));
  }

  /** Where names of routing tables and the like are looked up. */
  readRouteNames(folders: readonly string[]): void {
    this.#paths.readNames(folders);
  }

  /** Follows the files, processes and links that a configuration tracks or polls; what they say now. */
  follow(config: Config): TrackerReadings {
    const { commandBuffer, monitorBuffer } = config.global.processes.vrrp;
    if (commandBuffer.bytes !== undefined) this.#netlink.setReceiveBuffer(commandBuffer.bytes);
    if (monitorBuffer.bytes !== undefined) this.#monitor?.setReceiveBuffer(monitorBuffer.bytes);
    this.#polling.follow(polledInterfaces(config));
    return this.#sensors.follow(config);
  }

  /** Begins to listen for changes of interfaces and addresses; what is there now. */
  startMonitor({ global }: Config): {
    readonly links: readonly Link[];
    readonly addresses: readonly InterfaceAddress[];
  } {
    const { bytes } = global.processes.vrrp.monitorBuffer;
    this.#monitor = new NetlinkMonitor({
      ...(bytes === undefined ? {} : { receiveBuffer: bytes }),
      onEvent: (event) => this.#netlinkEvent(event),
      onError: (message) => this.#options.deliver({ kind: "trouble", about: "netlink", message }),
    });
    return this.#snapshot();
  }

  /** Delivers every packet that has come. */
  receiveNow(): void {
    this.#wires.receiveNow();
  }

  /** Whether SIGTERM has come and the routers held ready for it have resigned. */
  get resigned(): boolean {
    return this.#wires.resigned;
  }

  /** Removes the packet filter that an earlier process of ours left by this name, unless it is in use again. */
  removeLeftFilter(table: string): void {
    if (this.#filter.isConfigured) return;
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

  /**
   * Goes the way of these effects as far as it leads nowhere: what a rehearsal on the STAGE asks for is encoded and
   * refused by the kernel, which has no such interface.
   */
  rehearse(effects: readonly VrrpHostEffect[]): void {
    this.#indexes.set(STAGE, STAGE_INDEX);
    const played = effects.filter((effect) => PLAYED.has(effect.kind) && isOnStage(effect));
    const answers: VrrpHostEvent[] = [];
    for (const effect of played) this.#performOne(effect, answers);
    this.#indexes.delete(STAGE);
  }

  /** Does one thing; the reason when it cannot be done. What comes of it at once is added to `answers`. */
  #performOne(effect: VrrpHostEffect, answers: VrrpHostEvent[]): string | undefined {
    switch (effect.kind) {
      case "open-wire":
        this.#indexes.set(effect.interface, effect.interfaceIndex);
        return this.#wires.open(effect);
      case "close-wire":
        this.#wires.close(effect);
        return undefined;
      case "screen-wire":
      case "screen-heard":
        return this.#wires.screen(effect);
      case "send-packet":
        // Whoever has resigned must not be heard as master again; the stop itself is on its way.
        return this.#wires.resigned && !this.#stopping ? undefined : this.#wires.send(effect);
      case "prepare-resignation":
        return this.#wires.prepareResignation(effect.packets);
      case "send-frame": {
        const index = this.#indexOf(effect.interface);
        if (index === undefined) return `cannot announce on ${effect.interface}: it is not there`;
        const sent = this.#frames.send(effect.frame, index);
        return sent.ok ? undefined : sent.error;
      }
      case "add-address":
      case "remove-address":
        return this.#addresses.move(effect, { keeps: (index) => this.#keepsOn(index) });
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
        if (effect.on) return this.#promotion.switchOn(effect.interface);
        return this.#promotion.putBack(effect.interface, this.#indexOf(effect.interface) !== undefined);
      case "configure-filter":
      case "filter-addresses":
        return this.#filterPackets(effect);
      case "set-local-igmp":
        // Memberships that nobody was told of are left before anybody is told again.
        if (!effect.silent && this.#stopping) this.#wires.closeAll();
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
        return this.#stopped();
      default:
        return unreachable(effect);
    }
  }

  #stopped(): undefined {
    // The successor's advertisements are no longer ours to hear.
    this.#wires.closeAll();
    this.#options.stopped();
  }

  #makeOwnInterface(own: OwnLink, answers: VrrpHostEvent[]): string | undefined {
    const made = this.#ownInterfaces.make(own);
    if (!made.ok) return made.error;
    this.#indexes.set(made.value.name, made.value.index);
    this.#others.delete(made.value.index);
    answers.push({ kind: "link", link: this.#asTold(made.value) });
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

  /** What stands on the interface of another daemon is its own, not something that an earlier run left. */
  #keepsOn(index: number | undefined): boolean {
    return this.#keepsEverything() || (index !== undefined && this.#others.has(index));
  }

  /** In keepalived's words. */
  #logAddress({ kind, address }: Extract<NetlinkEvent, { kind: "address-added" | "address-removed" }>): void {
    const [name = `interface ${address.interfaceIndex}`] =
      [...this.#indexes].find(([, index]) => index === address.interfaceIndex) ?? [];
    const change = kind === "address-added" ? "added to" : "removed from";
    const message = `Netlink reflector reports IP ${address.address} ${change} ${name}`;
    this.#options.send({ kind: "log", level: "info", message });
  }

  #netlinkEvent(event: NetlinkEvent): void {
    switch (event.kind) {
      case "link":
        this.#rename(event.link);
        this.#linkChanged(event.link);
        return;
      case "link-removed":
        this.#others.delete(event.index);
        if (this.#indexes.get(event.name) === event.index) this.#indexes.delete(event.name);
        this.#options.deliver({ kind: "link-removed", index: event.index });
        return;
      case "address-added":
      case "address-removed":
        // It went with its interface, whose removal is told next.
        if (this.#ownInterfaces.isGone(event.address.interfaceIndex)) return;
        if (this.#options.monitorAddresses) this.#logAddress(event);
        if (event.kind === "address-removed" && this.#addresses.isOvertaken(event)) return;
        this.#options.deliver({ kind: event.kind, address: event.address });
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

  #linkPolled(name: string): void {
    const link = this.#netlink.links().find((known) => known.name === name);
    if (link !== undefined) this.#linkChanged(link);
  }

  /** Notifications were lost: nothing known is sure, so everything is asked again. */
  #overrun(): void {
    this.#addresses.forgetUntold();
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
      for (const link of this.#netlink.links()) {
        this.#options.deliver({ kind: "link", link: this.#asTold(link) });
      }
    });
  }

  /** `--dont-release-vrrp`: at the end everything stays. */
  #keepsEverything(): boolean {
    return this.#stopping && this.#options.keepVirtualAddresses;
  }

  /**
   * Of an interface that we made, notifications of its making and unmaking come when all is over, and tell of what it was
   * like meanwhile: only how it is now counts, and when it is gone its removal is told next.
   */
  #linkChanged(told: Link): void {
    const link = this.#ownInterfaces.has(told.name) ? this.#ownInterfaces.present(told.index) : told;
    if (link !== undefined) this.#options.deliver({ kind: "link", link: this.#asTold(link) });
  }

  /** How an interface is told of: with the driver's answer where it is polled, and as a stranger's when it is another daemon's. */
  #asTold<Known extends Link & { readonly alias?: string }>(link: Known): Known {
    const { alias = "", stacked } = link;
    if (stacked?.ours === true && otherOwner(alias) !== undefined) this.#others.add(link.index);
    return this.#polling.adjusted(
      stacked !== undefined && this.#others.has(link.index)
        ? { ...link, stacked: { ...stacked, ours: false } }
        : link,
    );
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
    const links = this.#netlink.links().map((link) => this.#asTold(link));
    this.#indexes.clear();
    for (const link of links) this.#rename(link);
    return { links, addresses: this.#netlink.addresses() };
  }
}

function problemOf(done: Result<unknown, string>): string | undefined {
  return done.ok ? undefined : done.error;
}

/** What changes nothing when the kernel refuses it. */
const PLAYED: ReadonlySet<VrrpHostEffect["kind"]> = new Set([
  "send-packet",
  "send-frame",
  "add-address",
  "remove-address",
]);

function isOnStage(effect: VrrpHostEffect): boolean {
  return "interface" in effect && effect.interface === STAGE;
}
