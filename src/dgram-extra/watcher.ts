import { native } from "./native.ts";
import { checked } from "./system-call.ts";

/** Bits of what to watch for, and of what happened. */
export const readable = 1;
/** See `readable`. */
export const writable = 2;

/**
 * Watches a descriptor from the event loop, level-triggered. Unlike a plain uv_poll it outlives EPOLLERR: the error
 * is taken off the socket and handed over as a negated errno, and watching goes on. What the callback throws becomes
 * an uncaughtException. It is kept alive by the event loop until closed; close it before the descriptor.
 */
export class Watcher {
  #id: number;

  /** @throws {SystemError} when the descriptor cannot be polled or is watched already. */
  constructor(descriptor: number, options: { events: number; onEvent: (eventsOrError: number) => void }) {
    this.#id = checked(
      native.watch(descriptor, options.events, options.onEvent),
      `Cannot watch file descriptor ${descriptor}`,
    );
  }

  /** Watches for these events from now on. */
  setEvents(events: number): void {
    checked(native.setWatchEvents(this.#id, events), "Cannot change what is watched");
  }

  /** Whether this watcher keeps the process running; it does at first. */
  setReferenced(referenced: boolean): void {
    native.setWatchReferenced(this.#id, referenced ? 1 : 0);
  }

  /** Stops watching; the descriptor stays open. May be called from the callback and more than once. */
  close(): void {
    native.unwatch(this.#id);
  }
}
