/** A destination as a scheduler sees it. Lists are ordered as in the kernel: the newest first. */
export interface Candidate {
  /** What tells it from the others of its service. */
  readonly id: number;
  readonly weight: number;
  /** Its upper threshold was reached and the lower one not yet again. */
  readonly overloaded: boolean;
  /** TCP sessions being set up or established. */
  readonly active: number;
  /** All sessions, active or not. */
  readonly total: number;
}

/**
 * What a scheduler remembers between choices. `cursor` is 1 + the index of the destination chosen last, 0 at the
 * list's head; `currentWeight` belongs to wrr. The data path keeps both in one 64-bit word.
 */
export interface ScheduleState {
  readonly cursor: number;
  readonly currentWeight: number;
}

/** A choice: the index chosen, or undefined when no destination may serve, and the state after it. */
export interface Choice {
  readonly index: number | undefined;
  readonly state: ScheduleState;
}

/** What was changed of the list; `index` counts in the list before a deletion and after an addition. */
export type ListChange =
  | { readonly kind: "added"; readonly index: number }
  | { readonly kind: "edited"; readonly index: number }
  | { readonly kind: "deleted"; readonly index: number };

/** A destination list that was changed, in its new form. */
export interface ChangedList {
  readonly state: ScheduleState;
  readonly list: readonly Candidate[];
  readonly change: ListChange;
}

/** A scheduling algorithm, as the specification that the data path is tested against. */
export interface Scheduler {
  readonly name: string;
  /** The state for a list as it stands when the scheduler is bound to the service. */
  start(list: readonly Candidate[]): ScheduleState;
  /** The state after the list was changed. */
  changed(change: ChangedList): ScheduleState;
  choose(list: readonly Candidate[], state: ScheduleState): Choice;
}

/** The state of schedulers that keep none. */
export const noState: ScheduleState = { cursor: 0, currentWeight: 0 };

/** Whether a destination gets new sessions at all. */
export function mayServe(candidate: Candidate): boolean {
  return candidate.weight > 0 && !candidate.overloaded;
}

/** The kernel's estimate of load: an active session weighs 256 inactive ones. */
export function overhead(candidate: Candidate): number {
  return candidate.active * 256 + candidate.total;
}

/** A scheduler without a state: the choice depends on the list alone. */
export function stateless(
  name: string,
  choose: (list: readonly Candidate[]) => number | undefined,
): Scheduler {
  return {
    name,
    start: () => noState,
    changed: () => noState,
    choose: (list, state) => ({ index: choose(list), state }),
  };
}
