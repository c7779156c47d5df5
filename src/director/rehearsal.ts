import { after, type Instant, seconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { InterfaceAddress, Link, VrrpHostEffect, VrrpHostEvent } from "./host.ts";
import { asMade } from "./own-interfaces.ts";
import { vrrpDirector } from "./vrrp-director.ts";
import { initialVrrpState, type VrrpDirectorState } from "./vrrp-director-state.ts";

/** The interface on which rehearsals play: no interface can be called so. */
export const STAGE = "the stage";
/** Its index, which the kernel gives to none. */
export const STAGE_INDEX = 0x7fff_fff0;

/** Enough for the engine to compile what a failover runs through. */
const ROUNDS = 20;

/** How many addresses of an instance take part: the code is the same for each further one. */
const ADDRESSES = 4;

/** Goes the way of effects without changing anything. */
type Perform = (effects: readonly VrrpHostEffect[]) => void;

/**
 * Plays failovers with a throwaway state. The first real failover is the one that counts, and without this it would find
 * all of its code uncompiled: milliseconds in which nobody answers.
 */
export class Rehearsal {
  readonly #cast: Config;
  readonly #links: readonly Link[];
  readonly #addresses: readonly InterfaceAddress[];
  /** A director that will take over at its next alarm. */
  #ready: VrrpDirectorState | undefined;

  /** The addresses are those of all interfaces; they stand on the stage together. */
  constructor(
    config: Config,
    world: { readonly links: readonly Link[]; readonly addresses: readonly InterfaceAddress[] },
  ) {
    this.#cast = sample(config);
    this.#links = [stageOf(config, world.links)];
    this.#addresses = world.addresses.map((address) => ({ ...address, interfaceIndex: STAGE_INDEX }));
  }

  /** The same with another configuration, on the same interfaces. */
  with(config: Config): Rehearsal {
    return new Rehearsal(config, { links: this.#links, addresses: this.#addresses });
  }

  /** Whole lives, from start to stop, as often as it takes to compile them. */
  playAll(now: Instant, perform: Perform): void {
    for (let round = 0; round < ROUNDS; round++) {
      const state = this.#started(now);
      let end = now;
      for (let alarms = 0; alarms < 2 * this.#cast.vrrpInstances.length + 2; alarms++) {
        end = vrrpDirector.deadline(state) ?? after(end, seconds(1));
        perform(deliverTo(state, { kind: "alarm" }, end));
      }
      perform(deliverTo(state, { kind: "shutdown" }, end));
    }
  }

  /** Makes ready for one takeover; what is ready stays so. */
  prepare(now: Instant): void {
    this.#ready ??= this.#started(now);
  }

  /** The takeover that was made ready: it brings the code, and what it works with, into the processor's caches. */
  playTakeover(perform: Perform): void {
    const state = this.#ready;
    this.#ready = undefined;
    if (state === undefined) return;
    const due = vrrpDirector.deadline(state);
    if (due !== undefined) perform(deliverTo(state, { kind: "alarm" }, due));
  }

  #started(now: Instant): VrrpDirectorState {
    const state = initialVrrpState();
    const start = {
      kind: "start",
      config: this.#cast,
      links: this.#links,
      addresses: this.#addresses,
    } as const;
    deliverTo(state, start, now);
    return state;
  }
}

/** One event, what its effects lead to at once, and all the effects. */
function deliverTo(state: VrrpDirectorState, event: VrrpHostEvent, now: Instant): readonly VrrpHostEffect[] {
  const { effects } = vrrpDirector.step(state, event, now);
  for (const effect of effects) {
    if (effect.kind === "make-own-interface")
      deliverTo(state, { kind: "link", link: asMade(effect.own, state.links) }, now);
    if (effect.kind !== "send-packet" || effect.family !== 4) continue;
    // Its own packets come back as if from the wire: the receiver's side is rehearsed too.
    const { interface: name, packet, destination } = effect;
    const heard = { kind: "packet", family: 4, hopLimit: 255, source: destination, destination } as const;
    vrrpDirector.step(state, { ...heard, interface: name, packet }, now);
  }
  return effects;
}

/** The interface of the first instance that has one, under the name of the stage; it always works. */
function stageOf(config: Config, links: readonly Link[]): Link {
  const names = new Set(config.vrrpInstances.map((instance) => instance.interface));
  const { stacked: _, ...link } = links.find(({ name }) => names.has(name) || name === STAGE) ?? PLAIN;
  return { ...link, name: STAGE, index: STAGE_INDEX, up: true, running: true };
}

/** Nothing keeps a router of a rehearsal from taking over. */
const UNTRACKED = {
  trackInterfaces: [],
  trackScripts: [],
  trackFiles: [],
  trackProcesses: [],
  trackBfds: [],
  trackSourceAddress: false,
  initialState: "backup",
} as const satisfies Partial<VrrpInstance>;

const PLAIN: Link = {
  index: 0,
  name: "",
  up: true,
  running: true,
  hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
};

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
    interface: STAGE,
    ...UNTRACKED,
    virtualAddresses: instance.virtualAddresses.slice(0, ADDRESSES),
    excludedAddresses: instance.excludedAddresses.slice(0, ADDRESSES),
  }));
  return { ...config, vrrpInstances, syncGroups: [], vrrpScripts: [] };
}
