import { randomInt } from "node:crypto";
import type { Config } from "../../conf/model/config.ts";
import { bfdDirector } from "../../director/bfd-director.ts";
import { type BfdDirectorState, initialBfdState } from "../../director/bfd-director-state.ts";
import type { BfdHostEffect, BfdHostEvent } from "../../director/bfd-host.ts";
import { bfdStatus } from "../../director/bfd-status.ts";
import { Driver } from "../../director/driver.ts";
import { BfdHost } from "../bfd-host.ts";
import { monotonicNow } from "../monotonic-clock.ts";
import type { ChildChannel, ChildProcess } from "./child.ts";
import type { ParentMessage, StartMessage } from "./messages.ts";
import { Punctuality } from "./punctuality.ts";

/** The BFD process: one director machine, its sockets and its alarm. */
export class BfdProcess implements ChildProcess {
  readonly #channel: ChildChannel;
  readonly #punctuality: Punctuality;
  readonly #driver: Driver<BfdDirectorState, BfdHostEvent, BfdHostEffect>;

  constructor(channel: ChildChannel) {
    this.#channel = channel;
    this.#punctuality = new Punctuality((message) =>
      channel.send({ kind: "log", level: "warning", message }),
    );
    const host = new BfdHost({
      send: (message) => channel.send(message),
      deliver: (event) => this.#deliver(event),
      stopped: () => channel.exit(0),
    });
    this.#driver = new Driver(bfdDirector, { host, initial: initialBfdState() });
  }

  start({ config }: StartMessage): void {
    this.#applyPriority(config);
    this.#deliver({ kind: "start", config, seed: randomInt(2 ** 32) });
  }

  take(message: ParentMessage): void {
    if (message.kind === "reload") {
      this.#applyPriority(message.config);
      this.#deliver({ kind: "reload", config: message.config });
    } else if (message.kind === "status") {
      const bfd = bfdStatus(this.#driver.state, monotonicNow());
      const status = { kind: "bfd", bfd, lateness: this.#punctuality.figures() } as const;
      this.#channel.send({ kind: "status", status });
    }
  }

  stop(): void {
    this.#deliver({ kind: "shutdown" });
  }

  #applyPriority({ global }: Config): void {
    this.#punctuality.configure(global, global.processes.bfd);
  }

  #deliver(event: BfdHostEvent): void {
    const now = monotonicNow();
    if (event.kind === "alarm") this.#punctuality.note(bfdDirector.deadline(this.#driver.state), now);
    this.#driver.deliver(event, now);
  }
}
