import { expect } from "vitest";
import { after, type Instant, instant, seconds } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import type { Link, VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { routeText, ruleText } from "../../src/vrrp/path-text.ts";
import { load } from "../conf/configuration.ts";
import { eth0, hostAddress } from "./vrrp-fixtures.ts";

export const eth1: Link = { ...eth0, index: 3, name: "eth1" };

/** A director of a written configuration, on eth0 and eth1. */
export class KernelRig {
  readonly state = initialVrrpState();
  now: Instant = instant(1_000_000_000);
  effects: VrrpHostEffect[] = [];
  /** Effects that the kernel refuses, by their text. */
  refused = new Map<string, string>();

  start(text: string, links: readonly Link[] = [eth0, eth1]): this {
    const addresses = [hostAddress("192.0.2.2"), { ...hostAddress("198.51.100.2"), interfaceIndex: 3 }];
    this.deliver({ kind: "start", config: configured(text), links, addresses });
    return this;
  }

  reload(text: string): readonly string[] {
    return this.deliver({ kind: "reload", config: configured(text) });
  }

  /** What the kernel was asked for, in order. */
  deliver(event: VrrpHostEvent): readonly string[] {
    const { effects } = vrrpDirector.step(this.state, event, this.now);
    this.effects.push(...effects);
    for (const effect of effects) {
      const reason = this.refused.get(told(effect) ?? "");
      if (reason !== undefined) this.deliver({ kind: "effect-failed", effect, reason });
    }
    return effects.flatMap((effect) => told(effect) ?? []);
  }

  pass(duration: number): readonly string[] {
    const before = this.effects.length;
    const end = after(this.now, seconds(duration));
    for (;;) {
      const due = vrrpDirector.deadline(this.state);
      if (due === undefined || due > end) break;
      this.now = due > this.now ? due : this.now;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
    return this.effects.slice(before).flatMap((effect) => told(effect) ?? []);
  }

  logs(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : []));
  }

  role(name: string): string | undefined {
    return [...this.state.routers.values()].find(({ instance }) => instance.name === name)?.state.role.kind;
  }
}

function configured(text: string): Config {
  return load(text).config;
}

/** One line for what concerns the kernel; undefined for the rest. */
export function told(effect: VrrpHostEffect): string | undefined {
  switch (effect.kind) {
    case "add-address":
    case "remove-address":
      return `${effect.kind} ${effect.address.address}/${effect.address.prefixLength} ${effect.interface}`;
    case "add-route":
      return `${effect.replace ? "replace" : "add"}-route ${routeText(effect.route)}`;
    case "remove-route":
      return `remove-route ${routeText(effect.route)}`;
    case "add-rule":
    case "remove-rule":
      return `${effect.kind} ${ruleText(effect.rule)}`;
    case "promote-secondaries":
      return `promote ${effect.interface} ${effect.on}`;
    default:
      return undefined;
  }
}

export function instance(body: string, { name = "V1", id = 51 } = {}): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${id}
  priority 100
  advert_int 1
  ${body}
}
`;
}

export const VIP = "virtual_ipaddress {\n 192.0.2.100/24\n }";
export const ROUTE = "10.0.0.0/8 via 192.0.2.1 dev eth0 src 192.0.2.100";
export const RULE = "from 10.0.0.0/8 table 100 preference 50";
export const withPaths = (routes: string, rules = RULE, vip = VIP) =>
  instance(`${vip}\n virtual_routes {\n ${routes}\n }\n virtual_rules {\n ${rules}\n }`);

export function master(text: string): KernelRig {
  const rig = new KernelRig().start(text);
  rig.pass(4);
  expect(rig.role("V1")).toBe("master");
  rig.effects = [];
  return rig;
}
