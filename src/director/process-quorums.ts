import { after, type Duration, earliest, type Instant } from "../base/time.ts";
import type { TrackProcess } from "../conf/model/tracking.ts";
import type { Standing } from "../vrrp/tracking.ts";
import type { ProcessCount } from "./tracker-standings.ts";

interface Quorum {
  block: TrackProcess;
  count: number;
  standing: Standing;
  /** The other standing, when the delay has passed and the number of processes still says so. */
  turnsAt: Instant | undefined;
}

/**
 * Whether each `vrrp_track_process` has its quorum, after its delays: `fork_delay` when the number of processes grew,
 * `terminate_delay` when it shrank, none for a program that was started (keepalived's rule). Changed in place: it belongs
 * to one machine's state.
 */
export class ProcessQuorums {
  readonly #quorums = new Map<string, Quorum>();

  /** Takes the blocks of a configuration; a block that is known keeps its count and its standing. */
  configure(blocks: readonly TrackProcess[]): void {
    const known = new Map(this.#quorums);
    this.#quorums.clear();
    for (const block of blocks) {
      const quorum = known.get(block.name) ?? { block, count: 0, standing: "down", turnsAt: undefined };
      quorum.block = block;
      quorum.standing = settled(quorum);
      quorum.turnsAt = undefined;
      this.#quorums.set(block.name, quorum);
    }
  }

  /** Takes a number of processes; whether the block stands otherwise now. */
  count({ name, count, byExec = false }: ProcessCount, now: Instant | "at-once"): boolean {
    const quorum = this.#quorums.get(name);
    if (quorum === undefined) return false;
    const before = quorum.standing;
    const { forkDelay, terminateDelay } = quorum.block;
    const delay = byExec ? NONE : count > quorum.count ? forkDelay : terminateDelay;
    quorum.count = count;
    if (settled(quorum) === quorum.standing) quorum.turnsAt = undefined;
    else if (now === "at-once" || delay === 0) turn(quorum);
    else quorum.turnsAt ??= after(now, delay);
    return quorum.standing !== before;
  }

  /** When the next delay ends. */
  deadline(): Instant | undefined {
    return earliest([...this.#quorums.values()].map(({ turnsAt }) => turnsAt));
  }

  /** Ends the delays that are over; the names of those that stand otherwise now. */
  alarm(now: Instant): readonly string[] {
    const due = [...this.#quorums.values()].filter(({ turnsAt }) => turnsAt !== undefined && turnsAt <= now);
    for (const quorum of due) turn(quorum);
    return due.map(({ block }) => block.name);
  }

  /** How one stands; down when it is not known. */
  standing(name: string): Standing {
    return this.#quorums.get(name)?.standing ?? "down";
  }

  /** All of them. */
  all(): readonly { readonly name: string; readonly standing: Standing; readonly count: number }[] {
    return [...this.#quorums].map(([name, { standing, count }]) => ({ name, standing, count }));
  }

  /** Takes what `all` told. */
  restore(all: ReturnType<ProcessQuorums["all"]>): void {
    for (const { name, standing, count } of all) {
      const quorum = this.#quorums.get(name);
      if (quorum !== undefined) Object.assign(quorum, { standing, count });
    }
  }
}

const NONE = 0 as Duration;

function settled({ block, count }: Quorum): Standing {
  const most = block.quorumMax ?? Number.POSITIVE_INFINITY;
  return count >= block.quorum && count <= most ? "up" : "down";
}

function turn(quorum: Quorum): void {
  quorum.standing = settled(quorum);
  quorum.turnsAt = undefined;
}
