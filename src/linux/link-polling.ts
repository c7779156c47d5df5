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

/**
 * Asks drivers for their links once a second, for drivers that tell the kernel nothing. For these interfaces the answer
 * stands in the place of what the kernel says of the carrier.
 */
export class LinkPolling {
  readonly #changed: (name: string) => void;
  readonly #beat = new LinkBeat();
  readonly #polled = new Map<string, { methods: readonly LinkBeatMethod[]; up: boolean | undefined }>();
  #timer: NodeJS.Timeout | undefined;

  /** `changed` is told the name of an interface whose driver gives another answer. */
  constructor(changed: (name: string) => void) {
    this.#changed = changed;
  }

  /** Takes the interfaces to poll, and asks them. */
  follow(interfaces: readonly PolledInterface[]): void {
    this.#polled.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { name, method } of interfaces) {
      const methods = method === "any" ? METHODS : [method];
      this.#polled.set(name, { methods, up: this.#ask(name, methods) });
    }
    if (this.#polled.size > 0) this.#timer = setInterval(() => this.#poll(), EVERY_MS).unref();
  }

  /** A link as the kernel tells of it, with the driver's own answer where it is polled and the driver has one. */
  adjusted<Known extends Link>(link: Known): Known {
    const up = this.#polled.get(link.name)?.up;
    return up === undefined || up === link.running ? link : { ...link, running: up };
  }

  #poll(): void {
    for (const [name, polled] of this.#polled) {
      const up = this.#ask(name, polled.methods);
      if (up === polled.up) continue;
      polled.up = up;
      this.#changed(name);
    }
  }

  #ask(name: string, methods: readonly LinkBeatMethod[]): boolean | undefined {
    for (const method of methods) {
      const up = this.#beat.isUp(name, method);
      if (up !== undefined) return up;
    }
    return undefined;
  }
}
