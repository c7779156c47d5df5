import type { ServiceNotifier } from "../linux/service-notifier.ts";

/** What the watchdog asks. */
export interface Watched {
  /** Asks every child whether its event loop turns; whether all have answered the last time they were asked. */
  answered(): boolean;
}

/** Says that the service lives, as long as all of its processes answer; does nothing when nobody watches. */
export function watchService(watched: Watched, notifier: ServiceNotifier): { stop(): void } {
  const { watchdogMilliseconds } = notifier;
  if (watchdogMilliseconds === undefined) return { stop: () => undefined };
  // Half of the time is what systemd advises; a third leaves room for one answer that is late.
  const timer = setInterval(() => {
    if (watched.answered()) notifier.alive();
  }, watchdogMilliseconds / 3);
  return { stop: () => clearInterval(timer) };
}
