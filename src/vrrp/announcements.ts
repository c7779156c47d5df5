import { after, type Instant } from "../base/time.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { movingAddresses, type RouterConfig } from "./router-config.ts";
import type { PendingAnnouncement, RouterEffect } from "./router-state.ts";

/** The bursts that follow the first one of a new master: the second, and the refresh when it is configured (ST-6). */
export function followingBursts(config: RouterConfig, now: Instant): readonly PendingAnnouncement[] {
  return [...secondBurst(config, { addresses: movingAddresses(config), now }), ...refresh(config, now)];
}

/** `garp_master_delay` after the first burst, as many again; none when the delay is 0. */
export function secondBurst(
  config: RouterConfig,
  what: { readonly addresses: readonly VirtualAddress[]; readonly now: Instant },
): readonly PendingAnnouncement[] {
  const { delay, repeat } = config.gratuitousArp;
  if (delay === 0 || repeat === 0 || what.addresses.length === 0) return [];
  return [{ kind: "second-burst", at: after(what.now, delay), addresses: what.addresses, repeat }];
}

function refresh(config: RouterConfig, now: Instant): readonly PendingAnnouncement[] {
  const { refresh: every, refreshRepeat: repeat } = config.gratuitousArp;
  const addresses = movingAddresses(config);
  if (every === 0 || repeat === 0 || addresses.length === 0) return [];
  return [{ kind: "refresh", at: after(now, every), addresses, repeat, every }];
}

/** An announce effect, or nothing when there is nothing to announce. */
export function announce(addresses: readonly VirtualAddress[], repeat: number): readonly RouterEffect[] {
  return addresses.length === 0 || repeat === 0 ? [] : [{ kind: "announce", addresses, repeat }];
}

/** The bursts that are due, and those that remain, the regular ones moved on. */
export function dueBursts(
  pending: readonly PendingAnnouncement[],
  now: Instant,
): { readonly effects: readonly RouterEffect[]; readonly pending: readonly PendingAnnouncement[] } {
  if (!pending.some((burst) => burst.at <= now)) return { effects: [], pending };
  const due = pending.filter((burst) => burst.at <= now);
  const effects = due.flatMap((burst) => announce(burst.addresses, burst.repeat));
  const again = due.flatMap((burst) =>
    burst.every === undefined ? [] : [{ ...burst, at: after(now, burst.every) }],
  );
  return { effects, pending: [...pending.filter((burst) => burst.at > now), ...again] };
}

/** The bursts of a master whose configuration was replaced: only addresses it still has, and the new refresh. */
export function keepBursts(
  pending: readonly PendingAnnouncement[],
  change: { readonly config: RouterConfig; readonly now: Instant },
): readonly PendingAnnouncement[] {
  const { config, now } = change;
  const present = new Set(movingAddresses(config).map((virtual) => virtual.address));
  const bursts = pending
    .filter((burst) => burst.kind !== "refresh")
    .map((burst) => ({ ...burst, addresses: burst.addresses.filter(({ address }) => present.has(address)) }))
    // A burst of nothing would be due for ever.
    .filter(({ addresses }) => addresses.length > 0);
  const running = pending.find((burst) => burst.kind === "refresh");
  const regular = refresh(config, now).map((burst) =>
    running !== undefined && running.at < burst.at ? { ...burst, at: running.at } : burst,
  );
  return [...bursts, ...regular];
}
