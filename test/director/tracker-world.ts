import { after, type Instant, instant, seconds } from "../../src/base/time.ts";
import type { TrackerReadings, VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { load } from "../conf/configuration.ts";
import { eth0, hostAddress } from "./vrrp-fixtures.ts";

/** A second interface, with 198.51.100.2. */
export const eth1 = { ...eth0, index: 3, name: "eth1" };

/** A director of one instance, V, whose lines are given, with whole blocks beside it. */
export class Director {
  readonly state = initialVrrpState();
  now: Instant = instant(1_000_000_000);
  effects: VrrpHostEffect[] = [];

  constructor(lines: string, blocks = "", readings: TrackerReadings = {}) {
    const addresses = [
      hostAddress("192.0.2.2"),
      { ...hostAddress("198.51.100.2"), interfaceIndex: eth1.index },
    ];
    this.deliver({
      kind: "start",
      config: configuration(lines, blocks),
      links: [eth0, eth1],
      addresses,
      readings,
    });
  }

  reload(lines: string, blocks = "", readings: TrackerReadings = {}): void {
    this.deliver({ kind: "reload", config: configuration(lines, blocks), readings });
  }

  deliver(event: VrrpHostEvent): void {
    this.effects.push(...vrrpDirector.step(this.state, event, this.now).effects);
  }

  pass(duration: number): void {
    const end = after(this.now, seconds(duration));
    for (;;) {
      const due = vrrpDirector.deadline(this.state);
      if (due === undefined || due > end) break;
      this.now = due > this.now ? due : this.now;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
  }

  of(name: string) {
    const found = [...this.state.routers.values()].find(({ instance }) => instance.name === name);
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }

  get role(): string {
    return this.of("V").state.role.kind;
  }

  get priority(): number {
    return this.of("V").state.priority;
  }

  get lines(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : []));
  }
}

export function configuration(lines: string, blocks: string) {
  return load(
    `${blocks}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 51\npriority 100\nvirtual_ipaddress {\n192.0.2.100/24\n}\n${lines}\n}\n`,
  ).config;
}
