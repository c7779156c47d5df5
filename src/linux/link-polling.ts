import { LinkBeat, type LinkBeatMethod } from "dgram-extra";
import type { Config } from "../conf/model/config.ts";
import type { PolledInterface } from "../conf/model/daemon-definitions.ts";
import type { Link } from "../director/host.ts";

/** keepalived asks as often. */
const EVERY_MS = 1_000;

/** The questions in keepalived's order. */
const METHODS: readonly LinkBeatMethod[] = ["ethtool", "mii", "ioctl"];

/** The interfaces whose links a configuration wants polled: `linkbeat_interfaces`, and those of `linkbeat_use_polling`. */
export function polledInterfaces({ daemon, vrrpInstances, syncGroups }: Config): readonly PolledInterface[] {
  const every = daemon.pollEveryLink
    ? [...vrrpInstances, ...syncGroups].flatMap(({ trackInterfaces }) =>
        trackInterfaces.map(({ name }) => name),
      )
    : [];
  const own = vrrpInstances.filter(({ pollLink }) => pollLink || daemon.pollEveryLink);
  const listed = new Set(daemon.polledInterfaces.map(({ name }) => name));
  const others = new Set([...every, ...own.map((instance) => instance.interface)]);
  return [
    ...daemon.polledInterfaces,
    ...[...others]
      .filter((name) => !listed.has(name))
      .map((name): PolledInterface => ({ name, method: "any" })),
  ];
}

/** What LinkPolling tells. */
export interface LinkPollingListener {
  /** The driver of this interface gives another answer. */
  readonly changed: (name: string) => void;
  readonly log: (message: string) => void;
}

interface Polled {
  readonly method: PolledInterface["method"];
  /** It is said once that the driver does not answer as it was to be asked. */
  told: boolean;
  up: boolean | undefined;
}

/**
 * Asks drivers for their links once a second, for drivers that tell the kernel nothing. An interface that is polled
 * counts as up when its driver says so and the kernel has nothing against it, as in keepalived.
 */
export class LinkPolling {
  readonly #listener: LinkPollingListener;
  readonly #beat = new LinkBeat();
  readonly #polled = new Map<string, Polled>();
  #timer: NodeJS.Timeout | undefined;

  constructor(listener: LinkPollingListener) {
    this.#listener = listener;
  }

  /** Takes the interfaces to poll, and asks them. */
  follow(interfaces: readonly PolledInterface[]): void {
    this.#polled.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { name, method } of interfaces) {
      const polled: Polled = { method, told: false, up: undefined };
      polled.up = this.#ask(name, polled);
      this.#polled.set(name, polled);
    }
    if (this.#polled.size > 0) this.#timer = setInterval(() => this.#poll(), EVERY_MS).unref();
  }

  /** A link as the kernel tells of it, and down where it is polled and its driver says so. */
  adjusted<Known extends Link>(link: Known): Known {
    return link.running && this.#polled.get(link.name)?.up === false ? { ...link, running: false } : link;
  }

  #poll(): void {
    for (const [name, polled] of this.#polled) {
      const up = this.#ask(name, polled);
      if (up === polled.up) continue;
      polled.up = up;
      this.#listener.changed(name);
    }
  }

  /** Asks as the file says, and where the driver has no answer to that, in the other ways, as keepalived does. */
  #ask(name: string, polled: Polled): boolean | undefined {
    const wanted = polled.method;
    const methods = wanted === "any" ? METHODS : [wanted, ...METHODS.filter((method) => method !== wanted)];
    for (const method of methods) {
      const up = this.#beat.isUp(name, method);
      if (up === undefined) continue;
      if (wanted !== "any" && method !== wanted && !polled.told) {
        polled.told = true;
        const [way, other] = [wanted.toUpperCase(), method.toUpperCase()];
        this.#listener.log(`(${name}): Configured linkbeat type ${way} not supported, using ${other}`);
      }
      return up;
    }
    return undefined;
  }
}
