import { between, type Instant } from "../base/time.ts";
import type { VrrpHostEvent } from "../director/host.ts";
import { type RouterEntry, routerKey } from "../director/vrrp-director-state.ts";
import type { Role } from "../vrrp/router-state.ts";
import { masterDownInterval } from "../vrrp/timers.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import type { TakeoverRule } from "./takeover-rule.ts";

/** What was seen of a virtual router of a process that died, after its last whole step. */
export interface Predecessor {
  readonly entry: RouterEntry;
  readonly role: Role["kind"];
  readonly told: string | undefined;
  readonly toldIsUnsure: boolean;
  readonly takeover: TakeoverRule;
  readonly lastAdvertisementAt: Instant | undefined;
  readonly priority: number;
}

/**
 * What a successor owes: it goes on where the process before it was seen to be, as if that had only been held for so long.
 * A master whose backups cannot have missed it yet is master; a backup listens on; priorities and faults are what they
 * were when nothing that is tracked has changed. A process that dies in the middle of a step may have done half of what
 * its record knows nothing of, so only what follows is promised of its successor: one role at rest, addresses as the role
 * has them.
 */
export class Succession {
  readonly #host: SimulatedHost;
  readonly #before: ReadonlyMap<string, Predecessor>;
  readonly #now: Instant;
  /** The process died between two steps. */
  readonly isClean: boolean;

  constructor(host: SimulatedHost, before: readonly Predecessor[], now: Instant) {
    this.#host = host;
    this.#before = new Map(before.map((one) => [routerKey(one.entry.instance), one]));
    this.#now = now;
    this.isClean = host.death?.inStep === false;
  }

  /** Whether an event is the start of a successor. */
  static isBegunBy(event: VrrpHostEvent): boolean {
    return event.kind === "start" && event.legacy !== undefined;
  }

  /** Who a router takes the place of. */
  predecessor(entry: RouterEntry): Predecessor | undefined {
    return this.#before.get(routerKey(entry.instance));
  }

  /**
   * Whether nobody knows what was told last: it was told in the step in which the process died, of which its record knows
   * nothing. Somebody may have been told of a role then that the successor never had, until its next change.
   */
  isUnsureOfTold({ entry, toldIsUnsure }: Predecessor): boolean {
    return toldIsUnsure || this.#host.death?.told.includes(entry.instance.name) === true;
  }

  /** For how long nobody was there. */
  get gap(): number {
    return between(this.#host.death?.at ?? this.#now, this.#now);
  }

  /** What is wrong with a router that has just gone on, if anything. */
  wrong(entry: RouterEntry): string | undefined {
    const before = this.predecessor(entry);
    if (before === undefined || !this.isClean) return undefined;
    const { role, priority } = entry.state;
    const same = this.#host.isAsAtDeath;
    if (same && entry.config.priority !== 255 && priority !== before.priority)
      return `goes on with priority ${priority} and had ${before.priority}`;
    const silenced = this.#silenced(before, entry);
    if (silenced !== undefined) return silenced;
    if (same && (role.kind === "fault") !== (before.role === "fault"))
      return `goes on as ${role.kind} and was ${before.role}`;
    // A fault may have come or gone, and other timers may count.
    if (!same || role.kind === "fault" || before.role === "fault") return undefined;
    // One member of a sync group takes the others along.
    const all = this.#companions(entry).flatMap((name) => {
      const member = this.#host.router(name);
      return (member === undefined ? undefined : this.predecessor(member)) ?? [];
    });
    const missed = [before, ...all].some((one) => this.#isMissed(one));
    const wanted = before.role === "master" && !missed ? "master" : "backup";
    return role.kind === wanted
      ? undefined
      : `goes on as ${role.kind} and was ${before.role}: wanted ${wanted}`;
  }

  /** What it signs must count on from what its predecessor signed, or those who took that refuse it as heard before. */
  #silenced(
    { entry: { exchange: before } }: Predecessor,
    { config, exchange, state }: RouterEntry,
  ): string | undefined {
    if (state.role.kind !== "master") return undefined;
    const header = config.version === 2 && config.authentication.kind === "ah";
    if (header && exchange.headerSequence <= before.headerSequence)
      return `goes on with header ${exchange.headerSequence}, and its neighbours have taken ${before.headerSequence}`;
    if (config.hmac?.antiReplay === "monotonic" && exchange.trailerSequence <= before.trailerSequence)
      return "goes on with a trailer that its neighbours take for one heard before";
    return undefined;
  }

  #companions({ instance }: RouterEntry): readonly string[] {
    const groups = this.#host.config?.syncGroups ?? [];
    return groups.find(({ members }) => members.includes(instance.name))?.members ?? [];
  }

  /** Whether backups may have given up a master by now. */
  #isMissed({ entry: { config }, priority, lastAdvertisementAt }: Predecessor): boolean {
    const { version, advertisementInterval: interval, downTimerAdvertisements } = config;
    if (lastAdvertisementAt === undefined) return true;
    const patience = masterDownInterval({ version, priority, interval, downTimerAdvertisements });
    return between(lastAdvertisementAt, this.#now) >= patience;
  }
}
