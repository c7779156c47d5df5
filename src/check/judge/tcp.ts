import { unreachable } from "../../base/assert.ts";
import type { Observation } from "../probe.ts";

/** What an observation means for the server; the reason is fit for a log line or a status table. */
export interface Judgement {
  readonly verdict: "passed" | "failed" | "no-verdict";
  readonly reason: string;
}

/** `TCP_CHECK`: passed when the connection came about (keepalived sends nothing and reads nothing). */
export function judgeTcp(observation: Observation): Judgement {
  if (observation.kind === "connected") return { verdict: "passed", reason: "connected" };
  if (observation.kind === "answered") return { verdict: "passed", reason: `status ${observation.status}` };
  return judgeFailure(observation);
}

/** What every kind of network check says of an attempt that brought no answer. */
export function judgeFailure(
  observation: Exclude<Observation, { kind: "connected" } | { kind: "answered" }>,
): Judgement {
  switch (observation.kind) {
    case "refused":
      return { verdict: "failed", reason: "connection refused" };
    case "timed-out":
      return { verdict: "failed", reason: "no complete answer within connect_timeout" };
    case "too-long":
      return {
        verdict: "failed",
        reason: `${observation.part} longer than the ${observation.limit} bytes that are read`,
      };
    case "failed":
      return { verdict: "failed", reason: observation.reason };
    case "not-asked":
      return { verdict: "no-verdict", reason: observation.reason };
    default:
      return unreachable(observation);
  }
}
