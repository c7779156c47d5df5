import { createSocket } from "dgram-extra";
import { monotonicNow } from "./monotonic-clock.ts";

/** What systemd (or whoever else listens at $NOTIFY_SOCKET) asks of a service and is told by it; see sd_notify(3). */
export interface ServiceNotifier {
  /** Everything that was configured runs; also the end of a reload. */
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  /** Still alive; to be said at least every `watchdogMilliseconds`. */
  alive(): void;
  /** Undefined when nobody watches. */
  readonly watchdogMilliseconds: number | undefined;
}

/** The environment variables of the protocol. */
export type NotifyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The notifier that the environment asks for; without $NOTIFY_SOCKET one that says nothing. A socket that takes nothing
 * more is passed over: no service may hang or fail because its supervisor is busy.
 */
export function serviceNotifier(environment: NotifyEnvironment, pid: number): ServiceNotifier {
  const path = socketPath(environment.NOTIFY_SOCKET);
  if (path === undefined) return SILENT;
  const socket = createSocket({ type: "unix_dgram" });
  const tell = (...lines: readonly string[]) => void socket.send(Buffer.from(lines.join("\n")), { path });
  return {
    ready: (status) => tell("READY=1", `STATUS=${status}`),
    // Type=notify-reload wants to know since when.
    reloading: () => tell("RELOADING=1", `MONOTONIC_USEC=${monotonicNow()}`, "STATUS=Reloading"),
    stopping: () => tell("STOPPING=1", "STATUS=Stopping"),
    alive: () => tell("WATCHDOG=1"),
    watchdogMilliseconds: watchdog(environment, pid),
  };
}

const SILENT: ServiceNotifier = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
  alive: () => undefined,
  watchdogMilliseconds: undefined,
};

/** A path, or a name that begins with @ and stands in no file system. */
function socketPath(text: string | undefined): string | undefined {
  if (text?.startsWith("/")) return text;
  return text?.startsWith("@") && text.length > 1 ? `\0${text.slice(1)}` : undefined;
}

function watchdog({ WATCHDOG_USEC, WATCHDOG_PID }: NotifyEnvironment, pid: number): number | undefined {
  const microseconds = Number(WATCHDOG_USEC);
  if (!(microseconds > 0)) return undefined;
  if (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== pid) return undefined;
  return microseconds / 1_000;
}
