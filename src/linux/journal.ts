import { writeSync } from "node:fs";
import { createSocket, type Socket } from "dgram-extra";
import { pino } from "pino";
import type { LogLevel } from "../director/host.ts";

/** Where log lines go. */
export interface JournalOptions {
  /** Name in syslog, such as Keepalived_vrrp; scripts that read logs know keepalived's. */
  readonly identifier: string;
  /** `-l`: also to standard error. */
  readonly console: boolean;
  readonly syslog: boolean;
  /** syslog(3) facility number; 3 is daemon. */
  readonly facility: number;
  /** `-D` given this many times; without it debug lines are left out. */
  readonly detail: number;
  /** On the console: keepalived's text lines, or one JSON object a line. */
  readonly format: "text" | "json";
}

/** Whose line it is, when it is not this process's own. */
export interface JournalSource {
  readonly identifier: string;
  readonly pid: number;
}

/** Takes log lines; never throws and never waits. */
export interface Journal {
  log(level: LogLevel, message: string, source?: JournalSource): void;
  /** Another name of this process in syslog from now on. */
  rename(identifier: string): void;
}

const LEVELS = { error: 50, warning: 40, notice: 35, info: 30, debug: 20 } as const;

/** syslog(3) severities. */
const SEVERITY: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

/** The journal of a process: pino behind it, so that every line is also available as JSON. */
export function createJournal(options: JournalOptions): Journal {
  const own = process.pid;
  let { identifier } = options;
  const syslog = options.syslog ? new SyslogWriter(options) : undefined;
  const logger = pino(
    {
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      level: options.detail > 0 ? "debug" : "info",
      base: {},
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(line: string): void {
        const { level, msg, time, process, pid } = JSON.parse(line) as Line;
        if (options.console) {
          writeLine(options.format === "json" ? line : `${consoleTime(new Date(time))}: ${msg}\n`);
        }
        syslog?.write(level, msg, { identifier: process, pid: pid ?? own });
      },
    },
  );
  return {
    log(level, message, source) {
      const from =
        source === undefined ? { process: identifier } : { process: source.identifier, pid: source.pid };
      logger[level](from, message);
    },
    rename(name) {
      identifier = name;
    },
  };
}

/** What pino makes of a line. */
interface Line {
  readonly level: LogLevel;
  readonly msg: string;
  readonly time: number;
  readonly process: string;
  readonly pid?: number;
}

/** A reader of our standard error that went away, or a full pipe, must not end a director. */
function writeLine(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EAGAIN" && code !== "EPIPE" && code !== "ENOSPC") throw error;
  }
}

/** `Fri Nov 20 23:42:54 2026`, the prefix of keepalived's console lines. */
function consoleTime(date: Date): string {
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${date.toTimeString().slice(0, 8)} ${year}`;
}

/** Sends lines to /dev/log as syslog(3) does; a missing or full log is passed over, and opened again at the next line. */
class SyslogWriter {
  readonly #options: JournalOptions;
  #socket: Socket | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  write(level: LogLevel, message: string, source: JournalSource): void {
    const priority = this.#options.facility * 8 + SEVERITY[level];
    const [, month, day] = new Date().toDateString().split(" ");
    const stamp = `${month} ${String(Number(day)).padStart(2)} ${new Date().toTimeString().slice(0, 8)}`;
    const line = `<${priority}>${stamp} ${source.identifier}[${source.pid}]: ${message}`;
    this.#socket ??= createSocket({ type: "unix_dgram" });
    const sent = this.#socket.send(Buffer.from(line), { path: "/dev/log" });
    if (sent.sent) return;
    this.#socket.close();
    this.#socket = undefined;
  }
}
