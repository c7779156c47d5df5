import type { RouterEntry } from "../director/vrrp-director-state.ts";
import { nextSequence } from "../vrrp/authentication-trailer.ts";
import { advertisedAddresses } from "../vrrp/router-config.ts";
import type { SimulatedHost } from "./simulated-host.ts";

/** A virtual router of a host. */
export interface Party {
  readonly host: SimulatedHost;
  readonly entry: RouterEntry;
}

/** "unsure" is what depends on a fraction of a second. */
export type Hearing = "yes" | "no" | "unsure";

/** Whether each would accept what the other sends; reloads and restarts may make strangers of two routers. */
export function understandEachOther(one: Party, other: Party): boolean {
  return hears(one, other) === "yes" && hears(other, one) === "yes";
}

/**
 * Whether one accepts what the other sends, as far as configurations, clocks and what was taken before decide. Numbers of
 * authentication headers are left out: of two that count differently one always takes what the other sends, and then
 * counts on from there (keepalived's rule).
 */
export function hears(listener: Party, speaker: Party): Hearing {
  const [a, b] = [listener.entry.config, speaker.entry.config];
  if (a.version !== b.version) return "no";
  if (a.version === 2 && a.advertisementInterval !== b.advertisementInterval) return "no";
  if (a.version === 2 && JSON.stringify(a.authentication) !== JSON.stringify(b.authentication)) return "no";
  const [mine, theirs] = [advertisedAddresses(a), advertisedAddresses(b)];
  if (mine.length === 0 || mine.length !== theirs.length || mine.some((address) => !theirs.includes(address)))
    return "no";
  if (!areAddressed(listener.entry, speaker.entry)) return "no";
  return a.hmac === undefined && b.hmac === undefined ? "yes" : takesTrailer(listener, speaker);
}

function areAddressed(one: RouterEntry, other: RouterEntry): boolean {
  const [mine, theirs] = [one.config.unicastPeers, other.config.unicastPeers];
  if (mine.length === 0 || theirs.length === 0) return mine.length === theirs.length;
  return (
    mine.some(({ address }) => address === other.state.source) &&
    theirs.some(({ address }) => address === one.state.source)
  );
}

/** `auth_hmac`: the key that signs has to be known, and what it signs must be no older and no newer than allowed. */
function takesTrailer(listener: Party, speaker: Party): Hearing {
  const [own, theirs] = [listener.entry.config.hmac, speaker.entry.config.hmac];
  if (theirs === undefined) return own?.mode === "enforce" ? "no" : "yes";
  if (own === undefined) return "no";
  const ids = theirs.keys.map(({ id }) => id);
  const active = ids.find((id) => id === theirs.activeKey) ?? Math.min(...ids);
  const secret = theirs.keys.find(({ id }) => id === active)?.secret;
  if (own.keys.find(({ id }) => id === active)?.secret !== secret) return "no";
  const sequence = nextSequence(speaker.entry.exchange.trailerSequence, {
    clock: speaker.host.timeOfDay,
    window: windowOf(speaker.entry),
  });
  const mark = listener.entry.exchange.heard.find(({ source }) => source === speaker.entry.state.source);
  const window = windowOf(listener.entry);
  const timely = window === undefined ? "yes" : within(window, listener.host.timeOfDay, sequence);
  if (timely === "no" || mark === undefined || mark.sequence < sequence) return timely;
  // A mark outside of the window is forgotten.
  return window !== undefined && within(window, listener.host.timeOfDay, mark.sequence) === "no"
    ? timely
    : "no";
}

/** Seconds that the clocks may be apart; undefined under `anti_replay monotonic`, which asks no clock. */
function windowOf({ config: { hmac, advertisementInterval } }: RouterEntry): number | undefined {
  if (hmac === undefined || hmac.antiReplay === "monotonic") return undefined;
  if (hmac.timeWindow !== undefined) return hmac.timeWindow / 1_000_000;
  return Math.min(300, Math.max(5, 3 * Math.floor(advertisementInterval / 1_000_000)));
}

/** A sequence has the seconds of a clock in its upper half. While it is under way another second may begin. */
function within(window: number, clock: number, sequence: bigint): Hearing {
  const apart = Math.abs(Math.floor(clock / 1_000_000) - Number(sequence >> 32n));
  if (apart < window) return "yes";
  return apart > window + 1 ? "no" : "unsure";
}
