import { unreachable } from "../base/assert.ts";
import type { VrrpHostEffect } from "../director/host.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import { decodeAnnouncement } from "../vrrp/neighbour.ts";
import { advertised } from "./packet.ts";
import type { SimulatedKernel } from "./simulated-kernel.ts";

/** What the record needs to know of a host. */
export interface Recorded {
  readonly name: string;
  readonly kernel: SimulatedKernel;
  readonly setup: { readonly interfaces: readonly unknown[] };
  readonly routers: Iterable<RouterEntry>;
}

/** Writes down, just before it is done, what a process asks for: one line each, a burst of announcements in one. */
export function recordEffects(
  host: Recorded,
  what: {
    readonly effects: readonly VrrpHostEffect[];
    readonly record: (who: string, what: string) => void;
  },
): void {
  const bursts = new Map<string, number>();
  const flush = (): void => {
    for (const [text, count] of bursts) what.record(host.name, `${text} x${count}`);
    bursts.clear();
  };
  for (const effect of what.effects) {
    if (effect.kind === "send-frame") {
      const address = decodeAnnouncement(effect.frame)?.address ?? "something";
      const text = `announces ${address}${on(host, effect.interface)}`;
      bursts.set(text, (bursts.get(text) ?? 0) + 1);
      continue;
    }
    flush();
    const line = effectLine(host, effect);
    if (line !== undefined) what.record(host.name, line);
  }
  flush();
}

function effectLine(host: Recorded, effect: VrrpHostEffect): string | undefined {
  switch (effect.kind) {
    case "send-packet": {
      const { priority, virtualRouterId } = advertised(effect.packet, effect.family);
      return `${called(host, { ...effect, virtualRouterId })}advertises priority ${priority}`;
    }
    case "add-address":
      return `adds ${effect.address.address}${on(host, effect.interface)}`;
    case "remove-address":
      // A router that starts removes what an earlier process may have left, which is mostly nothing.
      return host.kernel.has(effect.interface, effect.address.address)
        ? `removes ${effect.address.address}${on(host, effect.interface)}`
        : undefined;
    case "notification": {
      const { about, state, line } = effect.notification;
      return `notifies ${about} ${state ?? line?.text.trim() ?? ""}`.trimEnd();
    }
    case "log":
      return effect.level === "debug" ? undefined : `${effect.level}: ${effect.message}`;
    case "add-route":
    case "remove-route":
      return `${effect.kind === "add-route" ? "adds" : "removes"} the route to ${effect.route.destination?.address ?? "everywhere"}`;
    case "add-rule":
    case "remove-rule":
    case "promote-secondaries":
    case "configure-filter":
    case "filter-addresses":
    case "set-local-igmp":
    case "run-script":
    case "make-own-interface":
    case "remove-own-interface":
    case "stopping":
    case "stopped":
    case "open-wire":
    case "close-wire":
    case "screen-wire":
    case "screen-heard":
    case "send-frame":
    case "prepare-resignation":
      return undefined;
    default:
      return unreachable(effect);
  }
}

/** Which of several instances it is. */
function called(
  host: Recorded,
  packet: { readonly interface: string; readonly family: 4 | 6; readonly virtualRouterId: number },
): string {
  const all = [...host.routers];
  if (all.length < 2) return "";
  const found = all.find(
    ({ config }) =>
      config.virtualRouterId === packet.virtualRouterId &&
      config.interface === packet.interface &&
      config.family === packet.family,
  );
  return found === undefined ? "" : `(${found.instance.name}) `;
}

function on(host: Recorded, name: string): string {
  return host.setup.interfaces.length > 1 ? ` on ${name}` : "";
}
