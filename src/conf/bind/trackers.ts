import type { BfdInstance, TrackFile, TrackProcess } from "../model/tracking.ts";
import type { VrrpScript } from "../model/vrrp-script.ts";
import type { Directive } from "../tree.ts";
import { bindBfdInstance } from "./bfd-instance.ts";
import type { BindContext } from "./context.ts";
import { bindTrackFile } from "./track-file.ts";
import { bindTrackProcess } from "./track-process.ts";
import type { Trackers } from "./tracked.ts";

/** The blocks that define what can be tracked, besides scripts. */
export interface BoundTrackers {
  readonly trackFiles: readonly TrackFile[];
  readonly trackProcesses: readonly TrackProcess[];
  readonly bfdInstances: readonly BfdInstance[];
}

/** Binds `track_file`, `vrrp_track_file`, `vrrp_track_process` and `bfd_instance` blocks. */
export function bindTrackers(
  blocks: ReadonlyMap<string, readonly Directive[]>,
  contexts: { readonly vrrp: BindContext; readonly bfd: BindContext },
): BoundTrackers {
  const every = <Bound>(names: readonly string[], bind: (directive: Directive) => Bound | undefined) =>
    names
      .flatMap((name) => blocks.get(name) ?? [])
      .map(bind)
      .filter((bound) => bound !== undefined);
  return {
    trackFiles: every(["track_file", "vrrp_track_file"], (directive) =>
      bindTrackFile(contexts.vrrp, directive),
    ),
    trackProcesses: every(["vrrp_track_process"], (directive) => bindTrackProcess(contexts.vrrp, directive)),
    bfdInstances: every(["bfd_instance"], (directive) => bindBfdInstance(contexts.bfd, directive)),
  };
}

/** The names that `track_*` lists may use. */
export function trackersOf(bound: BoundTrackers, scripts: readonly VrrpScript[]): Trackers {
  return {
    scripts,
    files: bound.trackFiles,
    processes: bound.trackProcesses,
    bfds: bound.bfdInstances.filter(({ forVrrp }) => forVrrp),
  };
}
