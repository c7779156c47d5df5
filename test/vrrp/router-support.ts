import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Duration, type Instant, instant, seconds } from "../../src/base/time.ts";
import { simulatedConfig } from "../../src/sim/simulated-config.ts";
import type { ReceivedAdvertisement } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import type { RouterEffect, RouterEvent, RouterState } from "../../src/vrrp/router-state.ts";
import { initialRouterState, virtualRouter } from "../../src/vrrp/virtual-router.ts";

/** An address in text that is known to be one. */
export function ip(text: string): IpAddress {
  return text as IpAddress;
}

/** Seconds on the test's clock. */
export function at(value: number): Instant {
  return instant(value * 1_000_000);
}

export const OWN = ip("192.0.2.11");
export const HIGHER = ip("192.0.2.200");
export const LOWER = ip("192.0.2.9");

/** A configuration with keepalived's defaults and what the test says. */
export function config(said: Partial<RouterConfig> = {}): RouterConfig {
  return simulatedConfig({ name: "VI_1", ...said });
}

/** An accepted advertisement of another router. */
export function advert(priority: number, said: Partial<ReceivedAdvertisement> = {}): RouterEvent {
  const received: ReceivedAdvertisement = {
    version: 2,
    virtualRouterId: 51,
    source: HIGHER,
    destination: ip("224.0.0.18"),
    ttl: 255,
    priority,
    interval: seconds(1) as Duration,
    addresses: [ip("192.0.2.1")],
    authenticationType: 0,
    checksumForm: "message",
    ...said,
  };
  return { kind: "advertisement", received };
}

/** One router on a test bench: every step's effects are kept. */
export class Bench {
  state: RouterState;
  effects: readonly RouterEffect[] = [];

  constructor(said: Partial<RouterConfig> = {}) {
    this.state = initialRouterState(config(said));
  }

  on(event: RouterEvent, now: Instant): this {
    const { state, effects } = virtualRouter.step(this.state, event, now);
    this.state = state;
    this.effects = effects;
    return this;
  }

  start(now: Instant, faults: Extract<RouterEvent, { kind: "startup" }>["faults"] = []): this {
    return this.on({ kind: "startup", source: OWN, priority: this.state.config.priority, faults }, now);
  }

  /** Lets the alarm ring at every deadline up to `end`, and gives all effects with their instants. */
  run(end: Instant): readonly { readonly at: Instant; readonly effect: RouterEffect }[] {
    const seen: { at: Instant; effect: RouterEffect }[] = [];
    for (let next = this.deadline; next !== undefined && next <= end; next = this.deadline) {
      const now = next;
      this.on({ kind: "alarm" }, now);
      seen.push(...this.effects.map((effect) => ({ at: now, effect })));
    }
    return seen;
  }

  get deadline(): Instant | undefined {
    return virtualRouter.deadline(this.state);
  }

  /** When a backup gives its master up. */
  get masterDownAt(): Instant | undefined {
    const { role } = this.state;
    return role.kind === "backup" ? role.masterDownAt : undefined;
  }

  get role(): string {
    return this.state.role.kind;
  }

  /** The effects of the last step as short words. */
  get told(): readonly string[] {
    return this.effects.map(word);
  }
}

/** An effect in a word or two. */
export function word(effect: RouterEffect): string {
  switch (effect.kind) {
    case "send-advertisement":
      return `advert ${effect.advertisement.priority}`;
    case "announce":
      return `announce x${effect.repeat}`;
    case "role-changed":
      return `${effect.from} -> ${effect.to}`;
    default:
      return effect.kind;
  }
}

/** A bench in the wanted role at 0 s; master since then, backup with its timer just started. */
export function bench(
  role: "initialize" | "backup" | "master" | "fault",
  said: Partial<RouterConfig> = {},
): Bench {
  const made = new Bench(said);
  if (role === "initialize") return made;
  if (role === "fault") return made.start(at(0), [{ kind: "interface-down", interface: "eth0" }]);
  made.start(role === "backup" ? at(0) : at(-100));
  if (role === "master") {
    const state = made.state;
    if (state.role.kind !== "backup") throw new Error("expected a backup");
    made.state = { ...state, role: { ...state.role, masterDownAt: at(0) } };
    made.on({ kind: "alarm" }, at(0));
  }
  return made;
}
