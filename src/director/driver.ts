import type { Machine } from "../base/machine.ts";
import type { Instant } from "../base/time.ts";
import type { Alarm } from "./host.ts";

/** The edge of a process, as the driver sees it. */
export interface DriverHost<Event, Effect> {
  readonly alarm: Alarm;
  /** Does what is asked, now; what fails comes back as an event in the returned list. */
  perform(effects: readonly Effect[]): readonly Event[];
}

/**
 * Joins a machine to a host: one event in, effects out, the alarm at the earliest deadline. Synchronous throughout;
 * failures of effects are delivered before anything else can happen.
 */
export class Driver<State, Event, Effect> {
  readonly #machine: Machine<State, Event, Effect>;
  readonly #host: DriverHost<Event, Effect>;
  readonly #afterStep: (state: State, now: Instant) => void;
  #state: State;

  constructor(
    machine: Machine<State, Event, Effect>,
    options: {
      host: DriverHost<Event, Effect>;
      initial: State;
      /** Sees the state after each step, when its effects have been performed. */
      afterStep?: (state: State, now: Instant) => void;
    },
  ) {
    this.#machine = machine;
    this.#host = options.host;
    this.#afterStep = options.afterStep ?? (() => undefined);
    this.#state = options.initial;
  }

  /** The machine's present state, for status and dumps. */
  get state(): State {
    return this.#state;
  }

  /** Delivers one event that happened at `now`, and everything that follows from it. */
  deliver(event: Event, now: Instant): void {
    const waiting = [event];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { state, effects } = this.#machine.step(this.#state, next, now);
      this.#state = state;
      if (effects.length > 0) waiting.push(...this.#host.perform(effects));
      this.#afterStep(state, now);
    }
    this.#host.alarm.set(this.#machine.deadline(this.#state));
  }
}
