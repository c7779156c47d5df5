import { type ChangedList, mayServe, noState, type Scheduler, type ScheduleState } from "./scheduler.ts";

/**
 * Round robin: the first destination after the last chosen one that may serve, one turn at most (ip_vs_rr.c). The
 * cursor follows its destination through additions; when that is deleted its predecessor takes its place.
 */
export const rr: Scheduler = {
  name: "rr",
  start: () => noState,
  changed: moveCursor,
  choose(list, state) {
    for (let step = 0; step < list.length; step++) {
      const index = (state.cursor + step) % list.length;
      const candidate = list[index];
      if (candidate !== undefined && mayServe(candidate)) {
        return { index, state: { cursor: index + 1, currentWeight: 0 } };
      }
    }
    return { index: undefined, state };
  },
};

function moveCursor({ state, change }: ChangedList): ScheduleState {
  const { cursor } = state;
  if (cursor === 0) return state;
  const at = cursor - 1;
  if (change.kind === "added" && change.index <= at) return { ...state, cursor: cursor + 1 };
  if (change.kind === "deleted" && change.index <= at) return { ...state, cursor: cursor - 1 };
  return state;
}
