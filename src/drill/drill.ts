import type { LogLine } from "../lab/director-process.ts";
import { addressSteps } from "./address-steps.ts";
import { balancingSteps } from "./balancing-steps.ts";
import type { Findings } from "./findings.ts";
import type { DirectorName } from "./situation.ts";
import { Stage, type StageOptions } from "./stage.ts";
import type { Step } from "./step.ts";
import type { Timeline } from "./timeline.ts";
import type { StepOutcome, Verdict } from "./verdict.ts";

/** What a drill tells while it runs. */
export interface DrillListener {
  /** A step begins. */
  readonly onStep: (name: string) => void;
  /** Something worth seeing within a step. */
  readonly onLine: (line: string) => void;
  /** A step is over. */
  readonly onOutcome: (outcome: StepOutcome) => void;
  /** The last lines of each director's log when a step did not hold. */
  readonly onLog: (director: DirectorName, lines: readonly LogLine[]) => void;
}

/** What a drill needs. */
export interface DrillOptions extends StageOptions {
  readonly listener: DrillListener;
  /** Called with the stage once it is set up: the way to remove it when the process must end early. */
  readonly onStage: (stage: Stage) => void;
  /** Called after the last step, before the lab is removed. */
  readonly beforeClose?: (stage: Stage, timeline: Timeline) => Promise<void>;
}

/** What comes out of a drill. */
export interface DrillOutcome {
  readonly verdict: Verdict;
  readonly timeline: Timeline;
}

/** Lines of a director's log that are worth seeing when a step did not hold. */
const LOG_LINES = 15;
const REMOVAL_STEP = "nothing is left behind";

/**
 * Builds the lab, takes the steps of the situation one after another until one does not hold, and removes the lab.
 * @throws {LabError} when the lab cannot be built at all.
 */
export async function runDrill(options: DrillOptions): Promise<DrillOutcome> {
  const { listener } = options;
  const findings: Findings = { failoverMs: undefined, share: {} };
  const stage = new Stage(options);
  options.onStage(stage);
  const outcomes: StepOutcome[] = [];
  let timeline: Timeline;
  try {
    const steps = options.situation.kind === "balancing" ? balancingSteps(findings) : addressSteps(findings);
    for (const step of steps)
      outcomes.push(await takeStep({ stage, step, listener, broken: isBroken(outcomes) }));
    timeline = await drawUp(stage);
    await options.beforeClose?.(stage, timeline);
  } finally {
    listener.onStep(REMOVAL_STEP);
    await stage.close();
  }
  const removal = judgeRemoval(stage);
  listener.onOutcome(removal);
  const verdict: Verdict = {
    steps: [...outcomes, removal],
    failoverMs: findings.failoverMs,
    requests: stage.recording.requests,
    share: findings.share,
  };
  return { verdict, timeline };
}

function isBroken(outcomes: readonly StepOutcome[]): boolean {
  return outcomes.some(({ ok }) => !ok);
}

async function takeStep(at: {
  stage: Stage;
  step: Step;
  listener: DrillListener;
  broken: boolean;
}): Promise<StepOutcome> {
  const { stage, step, listener } = at;
  listener.onStep(step.name);
  let outcome: StepOutcome;
  if (at.broken) {
    outcome = { name: step.name, ok: false, detail: "not taken, because an earlier step did not hold" };
  } else {
    try {
      outcome = { name: step.name, ok: true, detail: await step.run(stage, listener.onLine) };
    } catch (error) {
      outcome = {
        name: step.name,
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      };
    }
  }
  listener.onOutcome(outcome);
  if (!outcome.ok && !at.broken) {
    stage.recording.mark(`"${step.name}" did not hold`);
    for (const name of ["a", "b"] as const) listener.onLog(name, stage.lastLines(name, LOG_LINES));
  }
  return outcome;
}

async function drawUp(stage: Stage): Promise<Timeline> {
  const { probes, outages } = await stage.probed();
  const first = probes.find(({ answeredAt }) => answeredAt !== undefined);
  return stage.recording.timeline({
    advertisements: stage.wire.advertisements,
    outages: outages.filter(({ from }) => first !== undefined && from >= first.sentAt),
    answersFrom: first?.sentAt,
  });
}

function judgeRemoval(stage: Stage): StepOutcome {
  const left = stage.remains();
  return {
    name: REMOVAL_STEP,
    ok: left.length === 0,
    detail:
      left.length === 0
        ? "no namespace, link, process or file of the lab is there any more"
        : `expected nothing; found ${left.join(", ")}`,
  };
}
