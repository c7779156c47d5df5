import { between, inMilliseconds } from "../base/time.ts";
import { monotonicNow } from "../lab/monotonic-clock.ts";
import { longestOutage } from "../lab/outages.ts";
import type { Findings } from "./findings.ts";
import { showAdvertisement, waitForGratuitousArps, waitForMaster, waitUntilAnswering } from "./mastery.ts";
import { assertShare, describeShare, requestsServed } from "./served-requests.ts";
import type { ListedService } from "./service-listing.ts";
import type { DirectorName } from "./situation.ts";
import type { Stage } from "./stage.ts";
import type { Step } from "./step.ts";
import { StepFailure } from "./step-failure.ts";
import { waitFor } from "./wait-for.ts";

const FIRST_BATCH = 300;
const LATER_BATCH = 100;
/** The service must be back within 3 advertisement intervals and B's skew: (256 - 100) / 256 s (RFC 3768 6.1). */
const FAILOVER_BOUND_MS = 3_609;
/** On a busy machine everything comes later; an outage beyond this has another cause. */
const FAILOVER_TOLERANCE_MS = 1_000;

/** The steps of the drill for directors before real servers. */
export function balancingSteps(findings: Findings): readonly Step[] {
  return [
    { name: "A becomes master", run: masterOnA },
    {
      name: `${FIRST_BATCH} requests fall by weight`,
      run: (stage, show) => fallByWeight(stage, { show, findings }),
    },
    { name: "a broken real server leaves the table and returns", run: leaveAndReturn },
    { name: "power cut on A: B takes over", run: (stage, show) => powerCut(stage, { show, findings }) },
    { name: "A comes back and preempts", run: comeBack },
  ];
}

type Show = (line: string) => void;

async function masterOnA(stage: Stage, show: Show): Promise<string> {
  for (const { machine } of stage.situation.webServers) await stage.startWebServer(machine);
  const since = monotonicNow();
  stage.recording.mark("both directors are started", since);
  stage.startDirector("a");
  stage.startDirector("b");
  const seen = await waitForMaster(stage, { director: "a", since });
  stage.recording.mark("A is master", seen.at);
  showAdvertisement(seen, show);
  stage.startProbing();
  await waitUntilAnswering(stage, since);
  return `priority ${seen.priority}, first advertisement ${inMilliseconds(between(since, seen.at)).toFixed(0)} ms after the start`;
}

async function fallByWeight(
  stage: Stage,
  { show, findings }: { show: Show; findings: Findings },
): Promise<string> {
  const listing = await waitForRealServers(stage, { director: "a", machines: allMachines(stage) });
  showListing({ director: "a", text: listing, show });
  const outcome = await requestsServed(stage, FIRST_BATCH);
  findings.share = byAddress(stage, outcome.share);
  stage.recording.mark(`${FIRST_BATCH} requests: ${describeShare(outcome.share)}`, outcome.from);
  const { webServers } = stage.situation;
  const total = webServers.reduce((sum, { weight }) => sum + weight, 0);
  assertShare(
    outcome,
    Object.fromEntries(webServers.map(({ machine, weight }) => [machine, (FIRST_BATCH * weight) / total])),
  );
  return `${describeShare(outcome.share)}, as the weights ${webServers.map(({ weight }) => weight).join(":")} say`;
}

async function leaveAndReturn(stage: Stage, show: Show): Promise<string> {
  const [broken, ...others] = allMachines(stage);
  if (broken === undefined) throw new StepFailure("a real server", "none in this situation");
  await waitForFirstCheck(stage, broken);
  const brokenAt = monotonicNow();
  await stage.webServer(broken).fail(true);
  stage.recording.mark(`${broken} answers 500 from now on`, brokenAt);
  const without = await waitForRealServers(stage, { director: "a", machines: others });
  const leftAt = monotonicNow();
  stage.recording.begin(broken, "down", leftAt);
  stage.recording.mark(`${broken} has left the table`, leftAt);
  showListing({ director: "a", text: without, show });
  const outcome = await requestsServed(stage, LATER_BATCH);
  stage.recording.mark(`${LATER_BATCH} requests: ${describeShare(outcome.share)}`, outcome.from);
  if (outcome.share[broken] !== undefined) {
    throw new StepFailure(`no request to reach ${broken}`, describeShare(outcome.share));
  }
  await stage.webServer(broken).fail(false);
  const repairedAt = monotonicNow();
  const again = await waitForRealServers(stage, { director: "a", machines: allMachines(stage) });
  stage.recording.begin(broken, "up");
  stage.recording.mark(`${broken} is repaired and back in the table`);
  showListing({ director: "a", text: again, show });
  const [left, returned] = [between(brokenAt, leftAt), between(repairedAt, monotonicNow())].map((time) =>
    (inMilliseconds(time) / 1_000).toFixed(1),
  );
  return `${broken} out after ${left} s, ${LATER_BATCH} requests on ${describeShare(outcome.share)}, back ${returned} s after its repair`;
}

/**
 * Before its first success a server goes down at the first failure, as with keepalived; only then do retries count,
 * and those are what this step is to show.
 */
async function waitForFirstCheck(stage: Stage, machine: string): Promise<void> {
  const links = stage.topology.plan.machines.find(({ name }) => name === "a")?.links ?? [];
  const own = links.flatMap(({ addresses }) => addresses.map((address) => address.replace(/\/.*/, "")));
  let found: readonly string[] = [];
  await waitFor(
    async () => {
      found = await stage.webServer(machine).healthCheckedBy();
      return found.some((address) => own.includes(address)) ? true : undefined;
    },
    {
      within: 10_000,
      expected: `a health check of ${machine} by A (${own.join(" or ")})`,
      found: () => found.join(", ") || "no check at all",
    },
  );
}

async function powerCut(
  stage: Stage,
  { show, findings }: { show: Show; findings: Findings },
): Promise<string> {
  const since = monotonicNow();
  stage.cutPower("a");
  const seen = await waitForMaster(stage, { director: "b", since });
  stage.recording.mark("B is master", seen.at);
  showAdvertisement(seen, show);
  await waitForGratuitousArps(stage, { director: "b", since, show });
  await waitUntilAnswering(stage, seen.at);
  const { outages, longestStall } = await stage.probed();
  const outage = longestOutage(outages.filter(({ to }) => to > since));
  if (outage === undefined) {
    throw new StepFailure(
      "the client to miss the address",
      "every probe of the client was answered: the power cut cut nothing",
    );
  }
  const gone = inMilliseconds(between(outage.from, outage.to));
  findings.failoverMs = Math.round(gone * 10) / 10;
  show(
    `the client missed ${outage.lost} probes in a row, one every 2 ms: the address was gone for ${gone.toFixed(0)} ms (longest pause of the prober itself: ${(longestStall / 1_000).toFixed(0)} ms)`,
  );
  const listing = await waitForRealServers(stage, { director: "b", machines: allMachines(stage) });
  showListing({ director: "b", text: listing, show });
  const outcome = await requestsServed(stage, LATER_BATCH);
  stage.recording.mark(`${LATER_BATCH} requests through B: ${describeShare(outcome.share)}`, outcome.from);
  if (gone > FAILOVER_BOUND_MS + FAILOVER_TOLERANCE_MS) {
    throw new StepFailure(
      `the address back within ${FAILOVER_BOUND_MS} ms (3 x advert_int + skew)`,
      `${gone.toFixed(0)} ms`,
    );
  }
  return `the address was gone for ${gone.toFixed(0)} ms (at most ${FAILOVER_BOUND_MS}: 3 x advert_int + skew); ${LATER_BATCH} requests on ${describeShare(outcome.share)}`;
}

async function comeBack(stage: Stage, show: Show): Promise<string> {
  stage.restorePower("a");
  const since = monotonicNow();
  stage.startDirector("a");
  const seen = await waitForMaster(stage, { director: "a", since });
  stage.recording.mark("A is master again", seen.at);
  showAdvertisement(seen, show);
  await waitForGratuitousArps(stage, { director: "a", since, show });
  await waitForRealServers(stage, { director: "a", machines: allMachines(stage) });
  await waitUntilAnswering(stage, seen.at);
  const outcome = await requestsServed(stage, LATER_BATCH);
  stage.recording.mark(`${LATER_BATCH} requests through A: ${describeShare(outcome.share)}`, outcome.from);
  const { outages } = await stage.probed();
  const gone = longestOutage(outages.filter(({ from }) => from > since));
  const handover =
    gone === undefined
      ? "no probe was lost"
      : `${inMilliseconds(between(gone.from, gone.to)).toFixed(0)} ms without an answer`;
  return `handed back ${inMilliseconds(between(since, seen.at)).toFixed(0)} ms after its daemon was started, ${handover}; ${LATER_BATCH} requests on ${describeShare(outcome.share)}`;
}

function allMachines(stage: Stage): readonly string[] {
  return stage.situation.webServers.map(({ machine }) => machine);
}

/** Waits until a director's table holds exactly these real servers, with the weights of the example. */
async function waitForRealServers(
  stage: Stage,
  { director, machines }: { director: DirectorName; machines: readonly string[] },
): Promise<string> {
  const wanted = stage.situation.webServers
    .filter(({ machine }) => machines.includes(machine))
    .map(({ address, weight }) => `${address} weight ${weight}`)
    .sort();
  let found: readonly string[] = [];
  return waitFor(
    async () => {
      stage.assertRunning(director);
      const { text, services } = await stage.services(director);
      found = realServersOf(services);
      return found.join() === wanted.join() ? text : undefined;
    },
    {
      within: 15_000,
      every: 200,
      expected: `the table of ${director.toUpperCase()} to hold ${wanted.join(", ")}`,
      found: () => found.join(", ") || "no real server in it",
    },
  );
}

function realServersOf(services: readonly ListedService[]): readonly string[] {
  return services
    .flatMap(({ realServers }) => realServers)
    .map(({ address, weight }) => `${address} weight ${weight}`)
    .sort();
}

function showListing(at: { director: DirectorName; text: string; show: Show }): void {
  const { text, show } = at;
  show(`${at.director.toUpperCase()}# locum ipvsadm -Ln`);
  for (const line of text.trimEnd().split("\n")) show(line);
}

/** The share by the addresses of the table, in the order of the configuration. */
function byAddress(stage: Stage, share: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    stage.situation.webServers.map(({ machine, address }) => [address, share[machine] ?? 0]),
  );
}
