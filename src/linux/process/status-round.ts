import type { ChildKind, ChildStatus, ParentMessage } from "./messages.ts";

/** How long a child may take to say how it stands. */
const PATIENCE_MS = 2_000;

/** A child that can be asked. */
export interface AskedChild {
  readonly kind: ChildKind;
  send(message: ParentMessage): void;
}

/**
 * Asks the children how they stand. Whoever asks while a round is under way gets its answer, so that many askers cost
 * the children no more than one.
 */
export class StatusRound {
  readonly #answers = new Map<ChildKind, ChildStatus>();
  readonly #awaited = new Set<ChildKind>();
  #running: Promise<readonly ChildStatus[]> | undefined;
  #finish: () => void = () => undefined;

  /** The answers that came in time. */
  ask(children: readonly AskedChild[]): Promise<readonly ChildStatus[]> {
    if (children.length === 0) return Promise.resolve([]);
    this.#running ??= this.#begin(children);
    return this.#running;
  }

  /** Takes a child's answer. */
  heard(status: ChildStatus): void {
    if (!this.#awaited.delete(status.kind)) return;
    this.#answers.set(status.kind, status);
    if (this.#awaited.size === 0) this.#finish();
  }

  /** A child ended: nobody waits for it. */
  gone(kind: ChildKind): void {
    if (this.#awaited.delete(kind) && this.#awaited.size === 0) this.#finish();
  }

  #begin(children: readonly AskedChild[]): Promise<readonly ChildStatus[]> {
    this.#answers.clear();
    for (const { kind } of children) this.#awaited.add(kind);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish(), PATIENCE_MS);
      this.#finish = () => {
        clearTimeout(timer);
        this.#awaited.clear();
        this.#running = undefined;
        resolve([...this.#answers.values()]);
      };
      for (const child of children) child.send({ kind: "status" });
    });
  }
}
