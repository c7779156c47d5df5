import { after, type Duration, type Instant, inSeconds, seconds } from "../base/time.ts";
import type { VrrpHostEvent } from "../director/host.ts";
import { beginsAsMaster } from "../director/notifying.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { Role } from "../vrrp/router-state.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import { type Predecessor, Succession } from "./succession.ts";
import { TakeoverRule } from "./takeover-rule.ts";
import { TamperRule } from "./tamper-rule.ts";

/** Where broken promises go. */
export interface Complaints {
  violate(at: Instant, what: string): void;
  later(at: Instant, action: () => void): void;
  /** Whether a packet was made by somebody who has no key. */
  isForged(bytes: Uint8Array): boolean;
}

interface Known {
  readonly entry: RouterEntry;
  role: Role["kind"];
  /** The state told last to whoever is notified. */
  told: string | undefined;
  /** Its process went on from one that died in the middle of a step: that one may have told or not. */
  toldIsUnsure: boolean;
  readonly takeover: TakeoverRule;
  readonly tamper: TamperRule;
}

/** Whether it is Backup for the moment that an owner is which begins, or for its startup delay: nobody is told of that. */
function isPassing(entry: RouterEntry, now: Instant): boolean {
  const { role } = entry.state;
  if (role.kind !== "backup") return false;
  return role.masterDownAt <= Math.max(now, role.deafUntil ?? now) + 1 && beginsAsMaster(entry);
}

/** What the roles are called towards notify scripts. */
const STATES = { initialize: "STOP", fault: "FAULT", backup: "BACKUP", master: "MASTER" } as const;
/** A master has this long to put a lost address back: a second between two attempts, and what netlink takes. */
const RESTORED_WITHIN: Duration = seconds(1.01);
/** So many alarms and log lines a second are no storm, beside what the advertisements need. */
const CALM_ALARMS = 200;
const CALM_LINES = 100;

/**
 * The promises of one process, held against it after every event it has taken: addresses on the interface exactly
 * while master, every transition told once and in order (I5), priority 0 exactly once at the stop (ST-12), a reload
 * never takes an address from a master that keeps it, no deadline in the past, no storm, no takeover from a master
 * that must be respected.
 */
export class HostPromises {
  readonly #host: SimulatedHost;
  readonly #complaints: Complaints;
  #known: Known[] = [];
  readonly #inherited = new Set<string>();
  #succession: Succession | undefined;
  #kernelChanges = -1;
  #missingSince: Instant | undefined;
  #second = -1;
  #alarms = 0;
  #lines = 0;

  constructor(host: SimulatedHost, complaints: Complaints) {
    this.#host = host;
    this.#complaints = complaints;
  }

  /** True when a role or an address has changed. */
  stepped(event: VrrpHostEvent, now: Instant): boolean {
    const host = this.#host;
    this.#count(event, now);
    if (event.kind === "start") this.#begun(event, now);
    if (event.kind === "reload") this.#reloaded(now);
    const stopped = event.kind === "shutdown";
    if (stopped) this.#saidGoodbye(now);
    if (event.kind === "alarm") this.#deadlineAhead(now);
    const rolesChanged = this.#rolesChanged(event, now);
    if (event.kind === "start") this.#succeeded(now);
    const changed = rolesChanged || host.kernel.changes !== this.#kernelChanges;
    if (event.kind === "packet") this.#heard(event.packet, now);
    if (event.kind === "wall-clock") for (const { tamper } of this.#known) tamper.clockWasSet();
    if (changed || this.#missingSince !== undefined) {
      this.#kernelChanges = host.kernel.changes;
      this.#addressesInPlace(now);
    }
    return changed;
  }

  /** Addresses of an earlier process that the new configuration does not know cannot be told from anybody's. */
  #begun(event: VrrpHostEvent, now: Instant): void {
    this.#succession = Succession.isBegunBy(event)
      ? new Succession(this.#host, this.#known.map(predecessor), now)
      : undefined;
    this.#known = [];
    this.#missingSince = undefined;
    const ours = new Set<string>();
    for (const entry of this.#host.routers)
      for (const { address, device } of movingAddresses(entry.config))
        ours.add(`${device ?? entry.config.interface} ${address}`);
    this.#inherited.clear();
    for (const { interface: name, address } of this.#host.kernel.added())
      if (!ours.has(`${name} ${address}`)) this.#inherited.add(`${name} ${address}`);
  }

  #succeeded(now: Instant): void {
    for (const { entry } of this.#known) {
      const wrong = this.#succession?.wrong(entry);
      if (wrong !== undefined) this.#broken(now, `(${entry.instance.name}) ${wrong}`);
    }
    this.#succession = undefined;
  }

  /** The world was changed from outside: what is missing now may be missing for a second. */
  disturbed(now: Instant): void {
    this.#kernelChanges = -1;
    if (this.#host.running) this.#addressesInPlace(now);
    else this.#missingSince = undefined;
  }

  #rolesChanged(event: VrrpHostEvent, now: Instant): boolean {
    let at = 0;
    let changed = false;
    for (const entry of this.#host.routers) {
      const known = this.#known[at++];
      const role = entry.state.role.kind;
      if (known?.entry === entry && known.role === role) continue;
      changed = true;
    }
    if (!changed && at === this.#known.length) {
      if (this.#host.lastStep.notified.length > 0) this.#notified(now);
      return false;
    }
    const before = new Map(this.#known.map((known) => [known.entry, known]));
    this.#known = [...this.#host.routers].map((entry) => {
      const role = entry.state.role.kind;
      const known = before.get(entry);
      if (known === undefined) return this.#newlyKnown(entry);
      if (known.role !== role) {
        const wrong = known.takeover.changed(role, { event, now });
        if (wrong !== undefined) this.#broken(now, `(${entry.instance.name}) ${wrong}`);
        known.role = role;
      }
      return known;
    });
    this.#notified(now);
    return true;
  }

  /** A router that goes on for one of a process that died has told what that one told, and has to respect the same master. */
  #newlyKnown(entry: RouterEntry): Known {
    const role = entry.state.role.kind;
    const succession = this.#succession;
    const before = succession?.predecessor(entry);
    if (succession === undefined || before === undefined)
      return {
        entry,
        role,
        told: undefined,
        toldIsUnsure: false,
        takeover: new TakeoverRule(entry),
        tamper: new TamperRule(entry),
      };
    const gap = succession.isClean ? succession.gap : 0;
    const takeover = role === "backup" ? before.takeover.handedTo(entry, gap) : new TakeoverRule(entry);
    const toldIsUnsure = succession.isUnsureOfTold(before);
    const told = toldIsUnsure ? undefined : before.told;
    return { entry, role, told, toldIsUnsure, takeover, tamper: new TamperRule(entry) };
  }

  #heard(bytes: Uint8Array, now: Instant): void {
    for (const { entry, takeover, tamper } of this.#known) {
      takeover.heard(now);
      const wrong = tamper.heard(bytes, this.#complaints);
      if (wrong !== undefined) this.#broken(now, `(${entry.instance.name}) ${wrong}`);
    }
  }

  /** I5. A router that waits for its start has told nothing yet. */
  #notified(now: Instant): void {
    for (const { name, state } of this.#host.lastStep.notified) {
      const known = this.#known.find(({ entry }) => entry.instance.name === name);
      if (known === undefined) continue;
      if (known.told === state) this.#broken(now, `(${name}) ${state} was notified twice`);
      known.told = state;
      known.toldIsUnsure = false;
    }
    for (const { entry, role, told, toldIsUnsure } of this.#known) {
      if (toldIsUnsure) continue;
      if (entry.instance.notify.any === undefined || role === "initialize") continue;
      // The first wait for a script is told to nobody.
      if (told === undefined && role === "fault") continue;
      if (told === undefined && isPassing(entry, now)) continue;
      if (told !== STATES[role])
        this.#broken(now, `(${entry.instance.name}) is ${role} and the last that was notified is ${told}`);
    }
  }

  #addressesInPlace(now: Instant): void {
    const { kernel } = this.#host;
    if (!this.#host.running) return;
    const wanted = new Set<string>();
    for (const entry of this.#host.routers) {
      if (entry.state.role.kind !== "master") continue;
      for (const { address, device } of movingAddresses(entry.config))
        wanted.add(`${device ?? entry.config.interface} ${address}`);
    }
    for (const added of kernel.added()) {
      const key = `${added.interface} ${added.address}`;
      if (!wanted.delete(key) && !this.#inherited.has(key))
        this.#broken(now, `has ${key} and is no master of it`);
    }
    if (wanted.size === 0 || kernel.refusals.has("add-address")) {
      this.#missingSince = undefined;
      return;
    }
    if (this.#missingSince === undefined) {
      this.#missingSince = now;
      this.#complaints.later(after(now, (RESTORED_WITHIN + 1) as Duration), () =>
        this.#stillMissing(after(now, (RESTORED_WITHIN + 1) as Duration)),
      );
    } else if (now > after(this.#missingSince, RESTORED_WITHIN)) {
      this.#broken(now, `is master and without ${[...wanted].join(", ")} since ${clock(this.#missingSince)}`);
      this.#missingSince = undefined;
    }
  }

  #stillMissing(now: Instant): void {
    if (this.#missingSince !== undefined) this.#addressesInPlace(now);
  }

  /** A master that stays master keeps every address that both configurations have. */
  #reloaded(now: Instant): void {
    const removed = new Set(
      this.#host.lastStep.removed.map(({ interface: name, address }) => `${name} ${address}`),
    );
    for (const { entry, role, takeover } of this.#known) {
      takeover.reconfigured();
      if (role !== "master" || entry.state.role.kind !== "master") continue;
      for (const { address, device } of movingAddresses(entry.config)) {
        const key = `${device ?? entry.config.interface} ${address}`;
        if (removed.has(key)) this.#broken(now, `a reload took ${key} from a master that keeps it`);
      }
    }
  }

  /** ST-12: once for each instance that was master, and for each peer that is told. */
  #saidGoodbye(now: Instant): void {
    const { resigned } = this.#host.lastStep;
    for (const { entry, role } of this.#known) {
      const { interface: name, family, virtualRouterId, unicastPeers } = entry.config;
      const key = `${name}/${family}/${virtualRouterId}`;
      const count = resigned.filter((one) => one === key).length;
      const wanted = role === "master" ? Math.max(1, unicastPeers.length) : 0;
      if (count !== wanted)
        this.#broken(
          now,
          `(${entry.instance.name}) was ${role} and resigned ${count} times at its stop, wanted ${wanted}`,
        );
    }
  }

  #deadlineAhead(now: Instant): void {
    const { deadline } = this.#host;
    if (deadline !== undefined && deadline <= now)
      this.#broken(now, `is due at ${clock(deadline)} again, after its alarm`);
  }

  #count(event: VrrpHostEvent, now: Instant): void {
    const second = Math.floor(now / 1_000_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#alarms = 0;
      this.#lines = 0;
    }
    this.#lines += this.#host.lastStep.lines;
    if (event.kind === "alarm") this.#alarms++;
    if (this.#alarms > CALM_ALARMS && this.#alarms > this.#alarmsAllowed()) {
      this.#broken(now, `${this.#alarms} alarms in a second, allowed ${this.#alarmsAllowed()}`);
      this.#alarms = 0;
    }
    if (this.#lines > CALM_LINES) {
      this.#broken(now, `${this.#lines} lines of log in a second, allowed ${CALM_LINES}`);
      this.#lines = 0;
    }
  }

  #alarmsAllowed(): number {
    let allowed = CALM_ALARMS;
    for (const { config } of this.#host.routers) allowed += 4_000_000 / config.advertisementInterval;
    return allowed;
  }

  #broken(now: Instant, what: string): void {
    this.#complaints.violate(now, `${this.#host.name} ${what}`);
  }
}

function predecessor({ entry, role, told, toldIsUnsure, takeover }: Known): Predecessor {
  const { role: last, priority } = entry.state;
  const lastAdvertisementAt = last.kind === "master" ? last.lastAdvertisementAt : undefined;
  return { entry, role, told, toldIsUnsure, takeover, lastAdvertisementAt, priority };
}

function clock(at: Instant): string {
  return `${inSeconds(at as number as Duration).toFixed(6)} s`;
}
