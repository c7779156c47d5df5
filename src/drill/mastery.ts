import { between, type Instant, inMilliseconds } from "../base/time.ts";
import { monotonicNow } from "../lab/monotonic-clock.ts";
import type { SeenAdvertisement, SeenGratuitousArp } from "../lab/wire.ts";
import { describeAdvertisement } from "../vrrp/describe.ts";
import type { DirectorName } from "./situation.ts";
import type { Stage } from "./stage.ts";
import { waitFor } from "./wait-for.ts";

/** How long a change of master may take in the demo's examples: 3 advertisement intervals and the skew are 3.61 s. */
export const CHANGE_WITHIN_MS = 12_000;

/** Which director to wait for, and from when on. */
export interface MasterWait {
  readonly director: DirectorName;
  readonly since: Instant;
}

/**
 * Waits until a director advertises, and the other one has been silent for longer than an interval since.
 * @throws {StepFailure} when that does not come, or its daemon has ended.
 */
export async function waitForMaster(
  stage: Stage,
  { director, since }: MasterWait,
): Promise<SeenAdvertisement> {
  const source = stage.situation.directors[director];
  const seenSince = (): readonly SeenAdvertisement[] =>
    stage.wire.advertisements.filter(({ at, priority }) => at >= since && priority > 0);
  return waitFor(
    () => {
      stage.assertRunning(director);
      const first = seenSince().find((seen) => seen.source === source);
      const other = seenSince().findLast((seen) => seen.source !== source);
      if (first === undefined) return undefined;
      const quiet = other === undefined || between(other.at, monotonicNow()) > other.interval * 1.2;
      return quiet ? first : undefined;
    },
    {
      within: CHANGE_WITHIN_MS,
      expected: `${director.toUpperCase()} (${source}) to be the only one that advertises`,
      found: () => [describeAdvertisers(seenSince()), ...stage.wire.troubles].join("; "),
    },
  );
}

function describeAdvertisers(seen: readonly SeenAdvertisement[]): string {
  if (seen.length === 0) return "no advertisement on the wire";
  const sources = new Set(seen.map(({ source }) => source));
  const counts = [...sources].map(
    (source) => `${seen.filter((one) => one.source === source).length} from ${source}`,
  );
  return `advertisements: ${counts.join(", ")}`;
}

/** Shows an advertisement, decoded, on two lines. */
export function showAdvertisement(seen: SeenAdvertisement, show: (line: string) => void): void {
  const [where, rest] = splitOnce(describeAdvertisement(seen), ": ");
  show(`seen on the wire: ${where}`);
  show(`  ${rest}`);
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/**
 * Waits for a director's gratuitous ARP for each virtual address, and shows them.
 * @throws {StepFailure} when one is missing.
 */
export async function waitForGratuitousArps(
  stage: Stage,
  { director, since, show }: MasterWait & { readonly show: (line: string) => void },
): Promise<readonly SeenGratuitousArp[]> {
  const links = stage.topology.plan.machines.find(({ name }) => name === director)?.links ?? [];
  const own = new Set(links.map(({ hardwareAddress }) => hardwareAddress));
  const seen = (): readonly SeenGratuitousArp[] =>
    stage.wire.gratuitousArps.filter(({ at, hardwareAddress }) => at >= since && own.has(hardwareAddress));
  const claims = await waitFor(
    () => {
      const firsts = stage.situation.virtualAddresses.map((address) =>
        seen().find((arp) => arp.address === address),
      );
      const present = firsts.filter((arp) => arp !== undefined);
      return present.length === firsts.length ? present : undefined;
    },
    {
      within: 2_000,
      expected: `a gratuitous ARP from ${director.toUpperCase()} for each of ${stage.situation.virtualAddresses.join(", ")}`,
      found: () =>
        seen()
          .map(({ address }) => address)
          .join(", ") || "none on the wire",
    },
  );
  for (const { address, hardwareAddress, segment, at } of claims) {
    const count = seen().filter((arp) => arp.address === address).length;
    const later = inMilliseconds(between(since, at)).toFixed(0);
    show(
      `gratuitous ARP: ${address} is at ${hardwareAddress} (${segment}, after ${later} ms, ${count} so far)`,
    );
  }
  return claims;
}

/**
 * Waits until the service address answers a probe of the client that left after `since`; returns when that one left.
 * @throws {StepFailure} when none is answered.
 */
export async function waitUntilAnswering(stage: Stage, since: Instant): Promise<Instant> {
  const [address] = stage.situation.virtualAddresses;
  return waitFor(
    async () => {
      const { probes } = await stage.probed();
      return probes.findLast(({ sentAt, answeredAt }) => answeredAt !== undefined && sentAt > since)?.sentAt;
    },
    { within: 5_000, expected: `${address} to answer the client`, found: () => "no probe was answered" },
  );
}
