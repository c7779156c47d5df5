import { after, type Instant, seconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { InterfaceAddress, Link, VrrpHostEvent } from "./host.ts";
import { asMade } from "./own-interfaces.ts";
import { vrrpDirector } from "./vrrp-director.ts";
import { initialVrrpState } from "./vrrp-director-state.ts";

/** Enough for the engine to compile what a failover runs through. */
const ROUNDS = 20;

/** How many addresses of an instance take part: the code is the same for each further one. */
const ADDRESSES = 4;

/**
 * Plays failovers with a throwaway state, from start to stop, and drops every effect. The first real failover is the
 * one that counts, and without this it would find all of its code uncompiled: milliseconds in which nobody answers.
 */
export function rehearse(
  config: Config,
  world: {
    readonly now: Instant;
    readonly links: readonly Link[];
    readonly addresses: readonly InterfaceAddress[];
  },
): void {
  const cast = sample(config);
  for (let round = 0; round < ROUNDS; round++) {
    const state = initialVrrpState();
    let now = world.now;
    const deliver = (event: VrrpHostEvent) => {
      for (const effect of vrrpDirector.step(state, event, now).effects) {
        if (effect.kind === "make-own-interface")
          deliver({ kind: "link", link: asMade(effect.own, state.links) });
        if (effect.kind !== "send-packet" || effect.family !== 4) continue;
        // Its own packets come back as if from the wire: the receiver's side is rehearsed too.
        const source = effect.destination;
        const packet = {
          kind: "packet",
          family: 4,
          hopLimit: 255,
          source,
          destination: effect.destination,
        } as const;
        vrrpDirector.step(state, { ...packet, interface: effect.interface, packet: effect.packet }, now);
      }
    };
    deliver({ kind: "start", config: cast, links: world.links, addresses: world.addresses });
    for (let alarms = 0; alarms < 2 * cast.vrrpInstances.length + 2; alarms++) {
      now = vrrpDirector.deadline(state) ?? after(now, seconds(1));
      deliver({ kind: "alarm" });
    }
    deliver({ kind: "shutdown" });
  }
}

/**
 * One instance of each kind that runs through code of its own. With all of many instances the rehearsal would grow with
 * their square, and a director would be deaf for seconds after its start.
 */
function sample(config: Config): Config {
  const kinds = new Map<string, VrrpInstance>();
  for (const instance of config.vrrpInstances) {
    const kind = `${instance.version} ${instance.family} ${instance.unicastPeers.length > 0}`;
    if (!kinds.has(kind)) kinds.set(kind, instance);
  }
  const vrrpInstances = [...kinds.values()].map((instance) => ({
    ...instance,
    virtualAddresses: instance.virtualAddresses.slice(0, ADDRESSES),
    excludedAddresses: instance.excludedAddresses.slice(0, ADDRESSES),
  }));
  return { ...config, vrrpInstances };
}
