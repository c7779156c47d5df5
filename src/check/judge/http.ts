import type { HttpUrl } from "../../conf/model/virtual-server.ts";
import type { Observation } from "../probe.ts";
import { type Judgement, judgeFailure } from "./tcp.ts";

type StatusRange = HttpUrl["statusCodes"][number];

/** keepalived's rule for a url that names neither `status_code` nor `digest`. */
const SUCCESS: readonly StatusRange[] = [{ from: 200, to: 299 }];

/**
 * One url of `HTTP_GET` or `SSL_GET`. The status must be in the list when there is one, the digest must be equal when
 * there is one; with both, both count; with neither, the status must be 200..299.
 */
export function judgeHttp(url: HttpUrl, observation: Observation): Judgement {
  if (observation.kind === "connected") return { verdict: "failed", reason: "connected, but no response" };
  if (observation.kind !== "answered") return judgeFailure(observation);
  const ranges = url.statusCodes.length === 0 && url.digest === undefined ? SUCCESS : url.statusCodes;
  const { status, digest } = observation;
  if (ranges.length > 0 && !ranges.some((range) => status >= range.from && status <= range.to)) {
    return { verdict: "failed", reason: `status ${status}, wanted ${rangesText(ranges)}` };
  }
  if (url.digest !== undefined && digest !== url.digest.toLowerCase()) {
    return { verdict: "failed", reason: `digest ${digest ?? "not computed"}, wanted ${url.digest}` };
  }
  return {
    verdict: "passed",
    reason: url.digest === undefined ? `status ${status}` : `status ${status}, digest equal`,
  };
}

function rangesText(ranges: readonly StatusRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(" ");
}
