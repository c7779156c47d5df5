import { routeText, ruleText } from "../vrrp/path-text.ts";
import type { VrrpHostEffect } from "./host.ts";
import type { VrrpOperation } from "./reload-addresses.ts";
import type { VrrpStatus } from "./vrrp-status.ts";

type PathOperation = Exclude<VrrpOperation, { kind: "add-address" | "remove-address" | "notify" }>;

/** The routes and rules that the kernel has of ours, as the operations of a plan go on. */
export class PresentPaths {
  readonly #present = new Set<string>();

  constructor({ instances, statics }: VrrpStatus) {
    for (const { routes, rules } of [...instances, statics]) {
      for (const { text, present } of routes) if (present) this.#present.add(`route ${text}`);
      for (const { text, present } of rules) if (present) this.#present.add(`rule ${text}`);
    }
  }

  /** What an effect does to them; undefined when it is about something else, or there is nothing to do. */
  operation(effect: VrrpHostEffect): PathOperation | undefined {
    switch (effect.kind) {
      case "add-route": {
        const text = routeText(effect.route);
        if (effect.replace) return { kind: "replace-route", text };
        return this.#add(`route ${text}`) ? { kind: "add-route", text } : undefined;
      }
      case "remove-route": {
        const text = routeText(effect.route);
        return this.#present.delete(`route ${text}`) ? { kind: "remove-route", text } : undefined;
      }
      case "add-rule": {
        const text = ruleText(effect.rule);
        return this.#add(`rule ${text}`) ? { kind: "add-rule", text } : undefined;
      }
      case "remove-rule": {
        const text = ruleText(effect.rule);
        return this.#present.delete(`rule ${text}`) ? { kind: "remove-rule", text } : undefined;
      }
      default:
        return undefined;
    }
  }

  #add(key: string): boolean {
    const isNew = !this.#present.has(key);
    this.#present.add(key);
    return isNew;
  }
}
