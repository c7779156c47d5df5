import type { TrackProcess } from "../conf/model/tracking.ts";

/** A process as /proc shows it. */
export interface RunningProcess {
  /** The name of its program, cut to 15 characters by the kernel. */
  readonly comm: string;
  /** The words of its command line, each with a NUL at its end. */
  readonly commandLine: string;
}

/** Whether the command line is looked at: with `full_command`, or when parameters count. */
export function usesCommandLine({ fullCommand, match }: TrackProcess): boolean {
  return fullCommand || match !== "any";
}

/**
 * Whether a process is one that a `vrrp_track_process` counts, as keepalived compares: the name of the program, or the
 * first word of the command line and its parameters: all of them (`exact`), the first ones (`partial`), or the beginning
 * of the text they make (`initial`).
 */
export function matchesProcess(block: TrackProcess, running: RunningProcess): boolean {
  if (!usesCommandLine(block)) return running.comm === block.process;
  const end = running.commandLine.indexOf("\0");
  const program = end < 0 ? running.commandLine : running.commandLine.slice(0, end);
  if (program !== block.process) return false;
  const given = end < 0 ? "" : running.commandLine.slice(end + 1);
  const wanted = block.parameters.map((word) => `${word}\0`).join("");
  switch (block.match) {
    case "any":
      return true;
    case "exact":
      return given === wanted;
    case "partial":
      return given.startsWith(wanted);
    case "initial":
      return given.length >= wanted.length && given.startsWith(wanted.slice(0, -1));
  }
}
