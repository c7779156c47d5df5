import type { Instant } from "./time.ts";

/** What one step of a machine yields: the new state and what the world is asked to do, in order. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * Everything that decides is one of these. It has no clock, no randomness and no input or output of its own:
 * deadlines are part of the state, effects are data, and a refused effect comes back as an event.
 */
export interface Machine<State, Event, Effect> {
  /** Takes one event at one instant. Never throws, save for a broken invariant of its own. */
  step(state: State, event: Event, now: Instant): Step<State, Effect>;
  /** When the machine wants its next `alarm` event; undefined when nothing is pending. A late or early one is harmless. */
  deadline(state: State): Instant | undefined;
}
