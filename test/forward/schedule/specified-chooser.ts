import type { Candidate, ScheduleState } from "../../../src/forward/schedule/scheduler.ts";
import { schedulers } from "../../../src/forward/schedule/schedulers.ts";
import type { Chooser } from "./recorded-sequences.ts";

interface Server extends Candidate {
  readonly name: string;
  readonly upper: number;
}

/** Plays a scheduler of the specification; every connection stays open. */
export function specifiedChooser(name: string): Chooser {
  const scheduler = schedulers.get(name);
  if (scheduler === undefined) throw new Error(`no scheduler ${name}`);
  let list: readonly Server[] = [];
  let state: ScheduleState = scheduler.start(list);
  return {
    change(step) {
      const index = step.kind === "add" ? 0 : list.findIndex((server) => server.name === step.name);
      if (step.kind === "delete") list = list.filter((_, at) => at !== index);
      else if (step.kind === "edit")
        list = list.map((server, at) => (at === index ? { ...server, weight: step.weight } : server));
      else {
        const { weight, upper = 0 } = step;
        const counts = { overloaded: false, active: 0, total: 0 };
        list = [{ id: Number(step.name), name: step.name, weight, upper, ...counts }, ...list];
      }
      const kind = ({ add: "added", edit: "edited", delete: "deleted" } as const)[step.kind];
      state = scheduler.changed({ state, list, change: { kind, index } });
    },
    choose() {
      const choice = scheduler.choose(list, state);
      state = choice.state;
      const { index } = choice;
      if (index === undefined) return "-";
      list = list.map((server, at) => {
        if (at !== index) return server;
        const total = server.total + 1;
        return {
          ...server,
          active: server.active + 1,
          total,
          overloaded: total === server.upper || server.overloaded,
        };
      });
      return list[index]?.name ?? "-";
    },
  };
}
