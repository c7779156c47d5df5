import { compareIpAddresses } from "../base/ip-address.ts";
import { after, type Duration, type Instant, microseconds, seconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";
import { skewTime } from "../vrrp/timers.ts";
import { expectedFault, expectedPriority } from "./expectation.ts";
import { hears, type Party, understandEachOther } from "./hearing.ts";
import { isActiveMaster, WAKE_LATENESS } from "./invariants.ts";
import { CALM } from "./segment.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import type { World } from "./world.ts";

/** Clocks are set back by so little that what was sent before still counts for so long at most. */
const CLOCKS_SETTLE = seconds(10);

/**
 * What must hold once faults have ended and nothing else is done to the world: exactly one master for each virtual
 * router (I1), that one for good, the best when it may preempt, and the client sends to it (I2). Whoever is best and who
 * is at fault is worked out from the world and the configuration, not from what the directors believe.
 */
export class Settlement {
  readonly #world: World;
  #disturbances = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Something is done to the world: what was to be checked need not hold any more. */
  disturbed(): void {
    this.#disturbances++;
  }

  /** Networks are mended, links are up, processes go on, the kernel refuses nothing; what was stopped stays so. */
  calm(): void {
    const world = this.#world;
    for (const segment of world.segments.values()) {
      segment.conditions = CALM;
      segment.mendAll();
    }
    for (const host of world.hosts.values()) {
      host.kernel.refusals.clear();
      for (const { name } of host.setup.interfaces) host.kernel.setLink(name, true);
      host.settle();
    }
    const configs = [...world.hosts.values()].flatMap(({ config }) => (config === undefined ? [] : [config]));
    const { elected, best } = settlingTimes(configs);
    this.#later(elected, () => this.#oneMasterEach());
    this.#later(after(elected as number as Instant, longestInterval(configs)) as number as Duration, () =>
      this.#clientFollows(),
    );
    this.#later(best, () => {
      this.#oneMasterEach();
      this.#bestIsMaster();
      const before = this.#masters();
      this.#later(microseconds(5 * longestInterval(configs)), () => {
        for (const [key, now] of this.#masters()) {
          const then = before.get(key);
          if (then !== undefined && then !== now)
            this.#broken(`the master of ${key} changed in quiet from ${then} to ${now}`);
        }
      });
    });
  }

  #later(wait: Duration, check: () => void): void {
    const disturbances = this.#disturbances;
    this.#world.schedule(after(this.#world.now, wait), () => {
      if (this.#disturbances === disturbances) check();
    });
  }

  #oneMasterEach(): void {
    for (const [key, all] of this.#candidates()) {
      for (const { host, entry } of all) this.#faultAsExpected(host, entry);
      const able = all.filter(({ host, entry }) => !expectedFault(host, entry));
      const masters = all.filter(({ host, entry }) => isActiveMaster(host, entry));
      const wanted = able.length > 0 ? 1 : 0;
      if (masters.length === wanted || all.some(({ host, entry }) => this.#isEntangled(host, entry)))
        continue;
      const names = masters.map(({ host }) => host.name).join(" ") || "none";
      this.#broken(
        `masters of ${key} after the quiet: ${names}, wanted ${wanted === 1 ? "exactly one" : "none"}`,
      );
    }
    for (const host of this.#world.hosts.values()) this.#groupsInOneState(host);
  }

  /**
   * Whether a sync group meets others that are made differently, as in the middle of a change on all hosts: then it may
   * rightly stay backup as a whole though nobody is master of one of its members.
   */
  #isEntangled(host: SimulatedHost, entry: RouterEntry): boolean {
    const group = host.config?.syncGroups.find(({ members }) => members.includes(entry.instance.name));
    if (group === undefined) return false;
    return [...this.#world.hosts.values()].some((other) => {
      if (other === host || !other.running) return false;
      const same = other.config?.syncGroups.some(({ members }) => members.join() === group.members.join());
      return (
        same !== true ||
        group.members.some((name) => {
          const [mine, theirs] = [host.router(name), other.router(name)];
          if (mine === undefined || theirs === undefined) return true;
          return !understandEachOther({ host, entry: mine }, { host: other, entry: theirs });
        })
      );
    });
  }

  #faultAsExpected(host: SimulatedHost, entry: RouterEntry): void {
    const fault = entry.state.role.kind === "fault";
    const wanted = expectedFault(host, entry);
    if (fault === wanted) return;
    this.#broken(
      `${host.name} (${entry.instance.name}) is ${entry.state.role.kind}, wanted ${wanted ? "fault" : "no fault"}`,
    );
  }

  #groupsInOneState(host: SimulatedHost): void {
    for (const group of host.config?.syncGroups ?? []) {
      const roles = group.members.flatMap((name) => host.router(name)?.state.role.kind ?? []);
      if (new Set(roles).size > 1)
        this.#broken(`${host.name}: the members of ${group.name} are ${roles.join(" and ")}`);
    }
  }

  #clientFollows(): void {
    for (const { address, lasted } of this.#world.client.darkNow(this.#world.now))
      this.#broken(
        `the client sends what is for ${address} past the master since ${(lasted / 1_000_000).toFixed(3)} s`,
      );
  }

  #bestIsMaster(): void {
    for (const [key, all] of this.#candidates()) {
      // Nor need the best be master of a member whose group is held back by another one.
      if (all.some(({ host, entry }) => this.#isEntangled(host, entry))) continue;
      const able = all.filter(({ host, entry }) => !expectedFault(host, entry));
      const [first, second] = able
        .map((candidate) => ({ ...candidate, priority: expectedPriority(candidate.host, candidate.entry) }))
        .sort(better);
      const master = all.find(({ host, entry }) => isActiveMaster(host, entry));
      if (first === undefined || master === undefined || !first.entry.config.preempt) continue;
      if (second !== undefined && second.priority === first.priority) continue;
      if (master.host !== first.host)
        this.#broken(`master of ${key} is ${master.host.name}, wanted the best one, ${first.host.name}`);
    }
  }

  /** Who is master of what; nothing of those of whom it cannot be said (see `#candidates`). */
  #masters(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#candidates()].map(([key, all]) => {
        const masters = all.filter(({ host, entry }) => isActiveMaster(host, entry));
        return [key, masters.map(({ host }) => host.name).join(" ") || "none"];
      }),
    );
  }

  /**
   * The routers of running processes by what they compete for; strangers do not compete. Where keys are changed or clocks
   * are wrong one may hear another and not be heard by it: who is master then is not for us to say.
   */
  #candidates(): ReadonlyMap<string, readonly Party[]> {
    const rivals = new Map<string, Party[]>();
    for (const host of this.#world.hosts.values()) {
      if (!host.running) continue;
      for (const entry of host.routers) {
        const { interface: name, family, virtualRouterId } = entry.config;
        const key = `${name}/${family}/${virtualRouterId}`;
        rivals.set(key, [...(rivals.get(key) ?? []), { host, entry }]);
      }
    }
    return new Map([...rivals].flatMap(([key, all]) => camps(key, all)));
  }

  #broken(what: string): void {
    this.#world.invariants.violate(this.#world.now, what);
  }
}

/** Rivals who all hear each other, and nobody else; no camps at all when that cannot be said. */
function camps(key: string, all: readonly Party[]): readonly (readonly [string, readonly Party[]])[] {
  const found: Party[][] = [];
  for (const party of all) {
    const camp = found.find(([first]) => first !== undefined && hears(first, party) === "yes");
    if (camp === undefined) found.push([party]);
    else camp.push(party);
  }
  const campOf = (party: Party): Party[] | undefined => found.find((camp) => camp.includes(party));
  const clear = all.every((one) =>
    all.every((other) => {
      const wanted = campOf(one) === campOf(other) ? "yes" : "no";
      return one === other || hears(one, other) === wanted;
    }),
  );
  if (!clear) return [];
  return found.map((camp, at) => [at === 0 ? key : `${key} (${at})`, camp] as const);
}

function better(
  one: Party & { readonly priority: number },
  other: Party & { readonly priority: number },
): number {
  const by = other.priority - one.priority;
  const [mine, theirs] = [one.entry.state.source, other.entry.state.source];
  return by !== 0 || mine === undefined || theirs === undefined ? by : compareIpAddresses(theirs, mine);
}

/** How long after the end of all faults there is one master of each (I1), and until the best has preempted. */
export function settlingTimes(configs: readonly Config[]): {
  readonly elected: Duration;
  readonly best: Duration;
} {
  const routers = configs.flatMap(({ vrrpInstances }) => vrrpInstances);
  const interval = longestInterval(configs);
  const election = Math.max(
    0,
    ...routers.map(({ version, downTimerAdvertisements }) => {
      const skew = skewTime({ version, priority: 1, interval });
      return downTimerAdvertisements * interval + skew;
    }),
  );
  const grouped = configs.some(({ syncGroups }) => syncGroups.length > 0) ? 2 : 1;
  const started = Math.max(0, ...configs.map(({ global }) => global.vrrpStartupDelay));
  const scripts = Math.max(
    0,
    ...configs.flatMap(({ vrrpScripts }) =>
      vrrpScripts.map(
        ({ interval: every, rise, fall, timeout }) => every * (Math.max(rise, fall) + 1) + timeout,
      ),
    ),
  );
  const processes = Math.max(
    0,
    ...configs.flatMap(({ trackProcesses }) =>
      trackProcesses.map(({ forkDelay, terminateDelay }) => Math.max(forkDelay, terminateDelay)),
    ),
  );
  const elected =
    started +
    scripts +
    processes +
    authenticated(configs, { election, interval }) +
    grouped * election +
    interval +
    10 * WAKE_LATENESS +
    10_000;
  const delayed = Math.max(0, ...routers.map(({ preemptDelay }) => preemptDelay));
  return {
    elected: microseconds(elected),
    best: microseconds(elected + (delayed > 0 ? delayed + 2 * election : 0) + interval),
  };
}

/**
 * With `auth_hmac`, until what was sent before a clock was set back a little is over; with authentication headers, until
 * one that counts from the beginning has heard from where the others count.
 */
function authenticated(
  configs: readonly Config[],
  { election, interval }: { readonly election: number; readonly interval: number },
): number {
  const routers = configs.flatMap(({ vrrpInstances }) => vrrpInstances);
  const hmac = routers.some((router) => router.hmac !== undefined) ? CLOCKS_SETTLE : 0;
  const header = routers.some(({ authentication }) => authentication.kind === "ah");
  return hmac + (header ? election + 2 * interval : 0);
}

function longestInterval(configs: readonly Config[]): Duration {
  const intervals = configs.flatMap(({ vrrpInstances }) =>
    vrrpInstances.map((router: Pick<RouterConfig, "advertisementInterval">) => router.advertisementInterval),
  );
  return Math.max(0, ...intervals) as Duration;
}
