import { between, type Instant, inMilliseconds } from "../base/time.ts";
import { monotonicNow } from "../lab/monotonic-clock.ts";
import { longestOutage } from "../lab/outages.ts";
import type { Findings } from "./findings.ts";
import {
  CHANGE_WITHIN_MS,
  showAdvertisement,
  waitForGratuitousArps,
  waitForMaster,
  waitUntilAnswering,
} from "./mastery.ts";
import { assertShare, describeShare, requestsServed } from "./served-requests.ts";
import type { Stage } from "./stage.ts";
import type { Step } from "./step.ts";
import { StepFailure } from "./step-failure.ts";
import { waitFor } from "./wait-for.ts";

type Show = (line: string) => void;

const BATCH = 100;

/** The steps of the drill for two web servers that share an address. */
export function addressSteps(findings: Findings): readonly Step[] {
  return [
    { name: "A becomes master", run: masterOnA },
    { name: `${BATCH} requests are served by A`, run: (stage) => servedByA(stage, findings) },
    {
      name: "the web server on A dies: the address moves to B",
      run: (stage, show) => webServerDies(stage, { show, findings }),
    },
    { name: "the web server on A returns: the address moves back", run: webServerReturns },
  ];
}

async function masterOnA(stage: Stage, show: Show): Promise<string> {
  for (const { machine } of stage.situation.webServers) await stage.startWebServer(machine);
  const since = monotonicNow();
  stage.recording.mark("both daemons are started", since);
  stage.startDirector("a");
  stage.startDirector("b");
  const seen = await waitForMaster(stage, { director: "a", since });
  stage.recording.mark("A is master", seen.at);
  showAdvertisement(seen, show);
  stage.startProbing();
  await waitUntilAnswering(stage, since);
  return `priority ${seen.priority}, first advertisement ${inMilliseconds(between(since, seen.at)).toFixed(0)} ms after the start`;
}

async function servedByA(stage: Stage, findings: Findings): Promise<string> {
  const outcome = await requestsServed(stage, BATCH);
  findings.share = outcome.share;
  stage.recording.mark(`${BATCH} requests: ${describeShare(outcome.share)}`, outcome.from);
  assertShare(outcome, { a: BATCH });
  return describeShare(outcome.share);
}

async function webServerDies(
  stage: Stage,
  { show, findings }: { show: Show; findings: Findings },
): Promise<string> {
  const since = monotonicNow();
  stage.killWebServer("a");
  stage.recording.mark("the web server on A is killed", since);
  const lowered = await waitForLowerPriority(stage, { source: stage.situation.directors.a, since });
  stage.recording.mark(`the script fails on A: its priority is ${lowered.priority} now`, lowered.at);
  showAdvertisement(lowered, show);
  const seen = await waitForMaster(stage, { director: "b", since });
  stage.recording.mark("B is master", seen.at);
  showAdvertisement(seen, show);
  await waitForGratuitousArps(stage, { director: "b", since, show });
  await waitUntilAnswering(stage, seen.at);
  const { outages } = await stage.probed();
  const outage = longestOutage(outages.filter(({ to }) => to > since));
  if (outage === undefined) {
    throw new StepFailure("the client to miss the web server", "every request of the prober was answered");
  }
  const gone = inMilliseconds(between(outage.from, outage.to));
  findings.failoverMs = Math.round(gone * 10) / 10;
  const outcome = await requestsServed(stage, BATCH);
  stage.recording.mark(`${BATCH} requests: ${describeShare(outcome.share)}`, outcome.from);
  assertShare(outcome, { b: BATCH });
  return `priority fell to ${lowered.priority}, no web server for ${(gone / 1_000).toFixed(1)} s (fall x interval, then 3 x advert_int + skew); ${BATCH} requests: ${describeShare(outcome.share)}`;
}

async function webServerReturns(stage: Stage, show: Show): Promise<string> {
  const since = monotonicNow();
  await stage.startWebServer("a");
  stage.recording.mark("the web server on A is started again", since);
  const seen = await waitForMaster(stage, { director: "a", since });
  stage.recording.mark("A is master again", seen.at);
  showAdvertisement(seen, show);
  await waitForGratuitousArps(stage, { director: "a", since, show });
  await waitUntilAnswering(stage, seen.at);
  const outcome = await requestsServed(stage, BATCH);
  stage.recording.mark(`${BATCH} requests: ${describeShare(outcome.share)}`, outcome.from);
  assertShare(outcome, { a: BATCH });
  return `A took the address back ${(inMilliseconds(between(since, seen.at)) / 1_000).toFixed(1)} s later, priority ${seen.priority}; ${BATCH} requests: ${describeShare(outcome.share)}`;
}

/** Waits for an advertisement of `source` whose priority is lower than all it had before `since`. */
async function waitForLowerPriority(
  stage: Stage,
  { source, since }: { source: string; since: Instant },
): ReturnType<typeof waitForMaster> {
  const all = (): typeof stage.wire.advertisements =>
    stage.wire.advertisements.filter((seen) => seen.source === source && seen.priority > 0);
  const before = Math.min(...all().map(({ priority, at }) => (at < since ? priority : 255)));
  return waitFor(() => all().find(({ at, priority }) => at >= since && priority < before), {
    within: CHANGE_WITHIN_MS,
    expected: `${source} to advertise a lower priority than ${before}`,
    found: () => `priority ${all().at(-1)?.priority ?? "unknown"}`,
  });
}
