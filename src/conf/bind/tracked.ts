import type { Tracked } from "../model/vrrp-instance.ts";
import { type BindContext, tell } from "./context.ts";
import type { Settings } from "./settings.ts";
import { readTrackList, type TrackKind } from "./track-list.ts";

/** What can be tracked besides interfaces, by name. */
export interface Trackers {
  readonly scripts: readonly Tracked[];
  readonly files: readonly Tracked[];
  readonly processes: readonly Tracked[];
  readonly bfds: readonly Tracked[];
}

/** One of the lists `track_script`, `track_file`, `track_process`, `track_bfd`. */
interface TrackedList {
  readonly keyword: TrackKind["keyword"];
  readonly limit: number;
  readonly block: string;
  readonly known: (trackers: Trackers) => readonly Tracked[];
}

const LISTS = {
  scripts: { keyword: "track_script", limit: 253, block: "vrrp_script", known: ({ scripts }) => scripts },
  files: { keyword: "track_file", limit: 254, block: "track_file", known: ({ files }) => files },
  processes: {
    keyword: "track_process",
    limit: 254,
    block: "vrrp_track_process",
    known: ({ processes }) => processes,
  },
  bfds: { keyword: "track_bfd", limit: 253, block: "bfd_instance", known: ({ bfds }) => bfds },
} as const satisfies Readonly<Record<string, TrackedList>>;

/** Binds one list of trackers of an instance or a group; names that are not defined are told and left out. */
export function bindTracked(
  context: BindContext,
  from: { readonly settings: Settings; readonly trackers: Trackers; readonly list: keyof typeof LISTS },
): readonly Tracked[] {
  const { keyword, limit, block, known: knownOf }: TrackedList = LISTS[from.list];
  const known = knownOf(from.trackers);
  const lines = readTrackList(context, { settings: from.settings.every(keyword), kind: { keyword, limit } });
  return lines.flatMap((line) => {
    const defined = known.find(({ name }) => name === line.name);
    if (defined) {
      const { name, weight, reverse } = defined;
      return [{ name, weight: line.weight ?? weight, reverse: line.reverse ?? reverse }];
    }
    const names = known.map(({ name }) => name);
    tell(context, line.word, {
      code: keyword === "track_script" ? "unknown-script" : "unknown-tracker",
      severity: "error",
      message: `no ${block} is called ${line.name}, so nothing is tracked; there ${names.length === 1 ? "is" : "are"} ${names.join(", ") || "none"}`,
      help: `define it with ${block} ${line.name} { ... }, or correct the name`,
      texts: [`(${context.owner}) ${keyword.replace("_", " ")} ${line.name} not found, ignoring...`],
    });
    return [];
  });
}
