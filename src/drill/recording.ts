import type { Instant } from "../base/time.ts";
import type { BatchOutcome } from "../lab/http-client.ts";
import { monotonicNow } from "../lab/monotonic-clock.ts";
import type { Outage } from "../lab/outages.ts";
import { masterships } from "./mastership.ts";
import type { DirectorName, Situation } from "./situation.ts";
import type { Look, Timeline, TimelineLane, TimelineMark, TimelineSpan } from "./timeline.ts";
import type { RequestCount } from "./verdict.ts";

interface Stretch {
  readonly label: string;
  readonly look: Look;
  readonly from: Instant;
  to?: Instant;
}

/** What the wire and the client saw beside what was recorded here; it goes into the timeline as well. */
export interface Observations {
  readonly advertisements: Parameters<typeof masterships>[0];
  readonly outages: readonly Outage[];
  /** When the address was first seen to answer; undefined when it never was. */
  readonly answersFrom: Instant | undefined;
}

/** Keeps what happens during a drill, on one clock, and makes the timeline of it. */
export class Recording {
  readonly from: Instant = monotonicNow();
  readonly #situation: Situation;
  readonly #marks: TimelineMark[] = [];
  readonly #batches: BatchOutcome[] = [];
  readonly #stretches: Stretch[] = [];

  constructor(situation: Situation) {
    this.#situation = situation;
  }

  /** Something happened, now or at another instant. */
  mark(text: string, at: Instant = monotonicNow()): void {
    this.#marks.push({ at, text });
  }

  /** A batch of requests was sent. */
  batch(outcome: BatchOutcome): void {
    this.#batches.push(outcome);
  }

  /** From now on the lane `label` looks so, until the next call for it. */
  begin(label: string, look: Look, at: Instant = monotonicNow()): void {
    this.end(label, at);
    this.#stretches.push({ label, look, from: at });
  }

  /** The lane `label` shows nothing any more. */
  end(label: string, at: Instant = monotonicNow()): void {
    const open = this.#stretches.find((stretch) => stretch.label === label && stretch.to === undefined);
    if (open !== undefined) open.to = at;
  }

  /** All requests so far. */
  get requests(): RequestCount {
    return {
      sent: this.#batches.reduce((sum, { sent }) => sum + sent, 0),
      failed: this.#batches.reduce((sum, { failed }) => sum + failed, 0),
    };
  }

  /** Everything on one time axis, up to now. */
  timeline(seen: Observations): Timeline {
    const to = monotonicNow();
    const { kind, webServers, virtualAddresses } = this.#situation;
    const label = kind === "balancing" ? "director" : "machine";
    return {
      from: this.from,
      to,
      marks: this.#marks,
      lanes: [
        this.#directorLane("a", { label: `${label} A`, to, seen }),
        this.#directorLane("b", { label: `${label} B`, to, seen }),
        addressLane(virtualAddresses[0], { to, seen }),
        ...webServers.map(({ machine }) => this.#stretchLane(webServerLabel(this.#situation, machine), to)),
        this.#requestLane(),
      ],
    };
  }

  #directorLane(
    director: DirectorName,
    { label, to, seen }: { label: string; to: Instant; seen: Observations },
  ): TimelineLane {
    const source = this.#situation.directors[director];
    const backup = this.#stretchLane(director, to).spans;
    const master = masterships(seen.advertisements)
      .filter((mastership) => mastership.source === source)
      .map((mastership): TimelineSpan => {
        const dead = this.#stretches.find(
          (stretch) =>
            stretch.label === director &&
            stretch.look === "off" &&
            stretch.from > mastership.from &&
            stretch.from < mastership.to,
        );
        return { from: mastership.from, to: dead?.from ?? mastership.to, look: "master" };
      });
    return { label, spans: [...backup, ...master] };
  }

  #stretchLane(label: string, end: Instant): TimelineLane {
    const spans = this.#stretches
      .filter((stretch) => stretch.label === label)
      .map(
        ({ look, from, to = end }): TimelineSpan =>
          look === "off" ? { from, to, look, text: "no power" } : { from, to, look },
      );
    return { label, spans };
  }

  #requestLane(): TimelineLane {
    const spans = this.#batches.map(({ from, to, sent, failed }): TimelineSpan => {
      const text = failed === 0 ? `${sent}` : `${sent - failed} of ${sent}`;
      return { from, to, look: failed === 0 ? "served" : "refused", text };
    });
    const { sent, failed } = this.requests;
    return { label: "requests", spans, note: `${sent} sent, ${failed} failed` };
  }
}

/** How the lane of a web server is called. */
export function webServerLabel(situation: Situation, machine: string): string {
  return situation.kind === "balancing" ? machine : `web on ${machine.toUpperCase()}`;
}

function addressLane(address: string, { to, seen }: { to: Instant; seen: Observations }): TimelineLane {
  if (seen.answersFrom === undefined) return { label: address, spans: [], note: "never answered" };
  const gone = seen.outages.map(
    (outage): TimelineSpan => ({ from: outage.from, to: outage.to, look: "down" }),
  );
  const total = seen.outages.reduce((sum, outage) => sum + (outage.to - outage.from), 0);
  return {
    label: address,
    spans: [{ from: seen.answersFrom, to, look: "up" }, ...gone],
    note: `gone for ${(total / 1e6).toFixed(2)} s`,
  };
}
