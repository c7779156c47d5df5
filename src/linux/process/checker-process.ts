import { randomInt } from "node:crypto";
import { failed, ok, type Result } from "../../base/result.ts";
import { Driver } from "../../director/driver.ts";
import { healthDirector } from "../../director/health-director.ts";
import { healthStanding } from "../../director/health-standing.ts";
import {
  type HealthEffect,
  type HealthEvent,
  type HealthState,
  initialHealthState,
} from "../../director/health-state.ts";
import { healthStatus } from "../../director/health-status.ts";
import type { ServiceTable } from "../../forward/service-table.ts";
import { attachInterfaces, forwarderObstacle, openForwarder } from "../forwarder.ts";
import { HealthHost } from "../health-host.ts";
import { monotonicNow } from "../monotonic-clock.ts";
import { NetlinkMonitor } from "../netlink/netlink-monitor.ts";
import type { ChildChannel, ChildProcess } from "./child.ts";
import type { ChildSettings, ChildStatus, ParentMessage, StartMessage } from "./messages.ts";
import { Punctuality } from "./punctuality.ts";

/** The checker process: checkers, and the part of the service table that follows from what they find. */
export class CheckerProcess implements ChildProcess {
  readonly #settings: ChildSettings;
  readonly #channel: ChildChannel;
  readonly #table: ServiceTable;
  readonly #host: HealthHost;
  readonly #punctuality: Punctuality;
  readonly #driver: Driver<HealthState, HealthEvent, HealthEffect>;

  /** Opens the table first: one that cannot be had is fatal, as a kernel without IPVS is for keepalived's checkers. */
  static open(channel: ChildChannel, settings: ChildSettings): Result<CheckerProcess, string> {
    const obstacle = forwarderObstacle();
    if (obstacle !== undefined) return failed(obstacle);
    return ok(new CheckerProcess(channel, { settings, table: openForwarder() }));
  }

  private constructor(
    channel: ChildChannel,
    { settings, table }: { settings: ChildSettings; table: ServiceTable },
  ) {
    this.#settings = settings;
    this.#channel = channel;
    this.#punctuality = new Punctuality((message) =>
      channel.send({ kind: "log", level: "warning", message }),
    );
    this.#table = table;
    this.#host = new HealthHost({
      table: this.#table,
      send: (message) => channel.send(message),
      deliver: (event) => this.#deliver(event),
      stopped: () => channel.exit(0),
    });
    this.#driver = new Driver(healthDirector, { host: this.#host, initial: initialHealthState });
  }

  start({ config }: StartMessage): void {
    this.#punctuality.configure(config.global, config.global.processes.checker);
    this.#watchInterfaces();
    this.#host.configure(config);
    this.#deliver({
      kind: "start",
      config,
      table: this.#table.read(),
      seed: config.global.reload.randomSeed ?? randomInt(2 ** 32),
    });
  }

  take(message: ParentMessage): void {
    if (message.kind === "reload") {
      this.#host.configure(message.config);
      const { global } = message.config;
      this.#punctuality.configure(global, global.processes.checker);
      this.#deliver({ kind: "reload", config: message.config });
    }
    if (message.kind === "bfd-session") this.#deliver(message);
    if (message.kind === "status") this.#channel.send({ kind: "status", status: this.#status() });
  }

  #status(): ChildStatus {
    const { state } = this.#driver;
    const now = monotonicNow();
    return {
      kind: "checkers",
      health: healthStatus(state),
      standing: healthStanding(state),
      now,
      lateness: this.#punctuality.figures(),
    };
  }

  stop(): void {
    this.#deliver({ kind: "shutdown", keepServices: this.#settings.keepServices });
  }

  /** An interface that appears later must forward too. */
  #watchInterfaces(): void {
    const attached = new Set<number>();
    new NetlinkMonitor({
      onEvent: (event) => {
        if (event.kind === "link-removed") attached.delete(event.index);
        if (event.kind !== "link" || event.link.loopback || attached.has(event.link.index)) return;
        attached.add(event.link.index);
        this.#attach(event.link.name);
      },
    });
  }

  #attach(name: string): void {
    try {
      attachInterfaces([name]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#channel.send({
        kind: "log",
        level: "error",
        message: `cannot forward on interface ${name}: ${reason}`,
      });
    }
  }

  #deliver(event: HealthEvent): void {
    const now = monotonicNow();
    if (event.kind === "alarm") this.#punctuality.note(healthDirector.deadline(this.#driver.state), now);
    this.#driver.deliver(event, now);
  }
}
