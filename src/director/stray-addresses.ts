import type { IpAddress } from "../base/ip-address.ts";
import { after, earliest, type Instant, milliseconds, seconds } from "../base/time.ts";
import { isStaticAddress } from "./kernel-entries.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/** Long enough for the kernel to tell that an address is gone again which a master has just given up. */
const PATIENCE = milliseconds(200);

/** Between two removals of the same address, so that two programs do not fight in a loop. */
const GAP = seconds(1);

interface Stray {
  readonly interface: string;
  readonly address: IpAddress;
  readonly at: Instant;
}

/**
 * Virtual addresses that stand on an interface although no router here is master for them: someone put them there, and
 * while they stay two directors answer for one address. They are taken away, as they are at the start.
 *
 * Deviation: keepalived does not notice them; then the neighbours may follow either director.
 */
export class StrayAddresses {
  readonly #strays = new Map<string, Stray>();
  readonly #removedAt = new Map<string, Instant>();

  /** An address is there; it is looked at again a little later. */
  note(interfaceName: string, address: IpAddress, now: Instant): void {
    const key = `${interfaceName} ${address}`;
    if (this.#strays.has(key)) return;
    const removedAt = this.#removedAt.get(key);
    const soonest = after(now, PATIENCE);
    const next = removedAt === undefined ? soonest : after(removedAt, GAP);
    this.#strays.set(key, { interface: interfaceName, address, at: next > soonest ? next : soonest });
  }

  /** It is gone. */
  forget(interfaceName: string, address: IpAddress): void {
    this.#strays.delete(`${interfaceName} ${address}`);
  }

  /** When the next one is looked at. */
  deadline(): Instant | undefined {
    return this.#strays.size === 0 ? undefined : earliest([...this.#strays.values()].map(({ at }) => at));
  }

  /** Takes away those that are still there and still nobody's. */
  alarm(context: StepContext): void {
    for (const [key, stray] of this.#strays) {
      if (stray.at > context.now) continue;
      this.#strays.delete(key);
      if (remove(stray, context)) this.#removedAt.set(key, context.now);
    }
  }
}

/** Notes an address that the kernel told of, when it is a virtual one and no router here is master for it. */
export function noteStray(
  interfaceName: string,
  address: IpAddress,
  { state, now }: Pick<StepContext, "state" | "now">,
): void {
  if (isStray(state.index.withAddress(interfaceName, address))) {
    state.strays.note(interfaceName, address, now);
  }
}

/** Notes every virtual address that stands where it should not: after notifications were lost. */
export function noteAllStrays(context: StepContext): void {
  for (const { link, addresses } of context.state.links.all()) {
    for (const { address } of addresses) noteStray(link.name, address, context);
  }
}

function isStray(movers: ReadonlySet<RouterEntry> | undefined): movers is ReadonlySet<RouterEntry> {
  const standsBy = ({ state: { role } }: RouterEntry) => role.kind === "backup" || role.kind === "fault";
  return movers !== undefined && [...movers].every(standsBy);
}

function remove(stray: Stray, context: StepContext): boolean {
  const { state, out } = context;
  const movers = state.index.withAddress(stray.interface, stray.address);
  if (!isStray(movers) || state.stopping) return false;
  const there = state.links.find(stray.interface, stray.address);
  const [entry] = movers;
  if (there === undefined || entry === undefined) return false;
  if (isStaticAddress({ interface: stray.interface, address: there }, state)) return false;
  const { name } = entry.instance;
  const role = entry.state.role.kind.toUpperCase();
  logNowAndThen(
    {
      key: `stray ${stray.interface} ${stray.address}`,
      level: "warning",
      message: () =>
        `(${name}) ${stray.address} was put on ${stray.interface} by someone else while we are ${role}; removing it, because two directors would answer for it`,
    },
    context,
  );
  const { address, prefixLength } = there;
  state.links.removeAddress(there);
  out.push({ kind: "remove-address", interface: stray.interface, address: { address, prefixLength } });
  return true;
}
