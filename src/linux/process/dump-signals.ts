import { SignalCatcher, SystemError, signalNumbers } from "dgram-extra";
import type { DumpKind } from "./messages.ts";

/** Numbers of keepalived's real-time signals, as `--signum` prints them. */
export const REALTIME_SIGNALS = {
  json: signalNumbers.realtimeMinimum + 2,
  clearStatistics: signalNumbers.realtimeMaximum - 1,
} as const;

/** Listens for the signals that ask for a dump; the reason when the real-time ones cannot be caught and would kill. */
export function listenForDumpSignals(heard: (kind: DumpKind) => void): string | undefined {
  process.on("SIGUSR1", () => heard("data"));
  process.on("SIGUSR2", () => heard("statistics"));
  try {
    new SignalCatcher(REALTIME_SIGNALS.json, () => heard("json"));
    new SignalCatcher(REALTIME_SIGNALS.clearStatistics, () => heard("statistics-and-clear"));
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemError || error instanceof TypeError)) throw error;
    return `${error.message}; the signals JSON and STATS_CLEAR would end this process. Is the addon built? node src/dgram-extra/build-native.mjs`;
  }
}
