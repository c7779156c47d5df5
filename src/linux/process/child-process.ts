import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildKind, ChildMessage, ChildSettings, ParentMessage } from "./messages.ts";

/** The program of a child, run by the same Node as the parent: dist/linux/process/child.js, or the bundle beside a bundled parent. */
const CHILD_PROGRAM = fileURLToPath(new URL("./child.js", import.meta.url));

/** A failover runs through code that rested for weeks; V8 would throw it away after some collections. */
const READY_CODE = ["--no-flush-bytecode"];

/**
 * Settings of V8 for a child: a small young generation keeps its collections short, which is what an advertisement
 * every 10 ms needs; the old generation has a bound so that a leak ends a child and not the machine.
 */
const NODE_FLAGS: Readonly<Record<ChildKind, readonly string[]>> = {
  vrrp: ["--max-semi-space-size=2", "--max-old-space-size=256", ...READY_CODE],
  bfd: ["--max-semi-space-size=2", "--max-old-space-size=128"],
  checkers: ["--max-semi-space-size=8", "--max-old-space-size=1024"],
};

/** Where a child finds the role journal's memory. */
export const JOURNAL_DESCRIPTOR = 4;

/** How a child ended; neither code nor signal when it never began. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What the supervisor hears of a child. */
export interface ChildListener {
  message(message: ChildMessage): void;
  ended(how: ChildEnd): void;
}

/** The end of a child in words. */
export function endText({ code, signal }: ChildEnd): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? "could not be started" : `exited with status ${code}`;
}

/** A running child of ours and the channel to it. */
export class SupervisedChild {
  readonly kind: ChildKind;
  readonly #process: ChildProcess;
  #listener: ChildListener;

  /** @param memory descriptor of the role journal's memory, which the child gets as `JOURNAL_DESCRIPTOR`. */
  constructor(
    settings: ChildSettings,
    {
      memory,
      isSpare = false,
      ...listener
    }: ChildListener & { readonly memory: number | undefined; readonly isSpare?: boolean },
  ) {
    this.kind = settings.kind;
    this.#listener = listener;
    const words = isSpare ? [settings.kind, "spare"] : [settings.kind];
    this.#process = spawn(process.execPath, [...NODE_FLAGS[settings.kind], CHILD_PROGRAM, ...words], {
      stdio: ["ignore", "inherit", "inherit", "ipc", ...(memory === undefined ? [] : [memory])],
    });
    this.#process.on("message", (message) => this.#listener.message(message as ChildMessage));
    // Not "exit": what it said last may still be in the channel.
    this.#process.on("close", (code, signal) => this.#listener.ended({ code, signal }));
    this.#process.on("error", (error) => {
      this.#listener.message({
        kind: "log",
        level: "error",
        message: `cannot talk to the ${this.kind} process: ${error.message}`,
      });
      // One that never began has no end of its own to tell of.
      if (this.#process.pid === undefined) this.#listener.ended({ code: null, signal: null });
    });
  }

  /** Tells another listener from now on. */
  attend(listener: ChildListener): void {
    this.#listener = listener;
  }

  /** undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends a message; one to a child that has just ended is dropped, its end is reported apart. */
  send(message: ParentMessage): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Signals the child; false when it is gone. */
  signal(name: NodeJS.Signals): boolean {
    return this.#process.kill(name);
  }
}
