import { unreachable } from "../base/assert.ts";
import type { Instant } from "../base/time.ts";
import type { DriverHost } from "../director/driver.ts";
import type { HealthEffect, HealthEvent } from "../director/health-state.ts";
import { isHeard } from "../director/notification.ts";
import {
  type ServiceAudience,
  type ServiceNews,
  serviceNotification,
} from "../director/service-notification.ts";
import type { ServiceTable } from "../forward/service-table.ts";
import { Alarm } from "./alarm.ts";
import { monotonicNow } from "./monotonic-clock.ts";
import { ProbeRunner } from "./probe/probe-runner.ts";
import type { ChildMessage } from "./process/messages.ts";

/** How a HealthHost reaches its process and the table. */
export interface HealthHostOptions {
  readonly table: ServiceTable;
  readonly send: (message: ChildMessage) => void;
  readonly deliver: (event: HealthEvent) => void;
  /** Called when the director has come to rest. */
  readonly stopped: () => void;
}

/** The live world of the checker process: probes, the service table, one alarm. */
export class HealthHost implements DriverHost<HealthEvent, HealthEffect> {
  readonly alarm: { set(at: Instant | undefined): void };
  readonly #options: HealthHostOptions;
  readonly #probes: ProbeRunner;
  #audience: ServiceAudience | undefined;

  constructor(options: HealthHostOptions) {
    this.#options = options;
    this.alarm = new Alarm(() => options.deliver({ kind: "alarm" }));
    this.#probes = new ProbeRunner({ deliver: options.deliver });
  }

  perform(effects: readonly HealthEffect[]): readonly HealthEvent[] {
    const refusals: HealthEvent[] = [];
    for (const effect of effects) {
      if (effect.kind !== "apply") {
        this.#perform(effect);
        continue;
      }
      const outcome = this.#options.table.apply(effect.op);
      if (!outcome.ok) refusals.push({ kind: "operation-refused", op: effect.op, refusal: outcome.error });
    }
    return refusals;
  }

  /** Who is told of services is said by this configuration from now on. */
  configure(audience: ServiceAudience): void {
    this.#audience = audience;
  }

  #tell(news: ServiceNews): void {
    if (this.#audience === undefined) return;
    const notification = serviceNotification(news, this.#audience);
    if (notification === undefined || !isHeard(notification, this.#audience.global)) return;
    this.#options.send({ kind: "notification", notification });
  }

  #perform(effect: Exclude<HealthEffect, { kind: "apply" }>): void {
    switch (effect.kind) {
      case "probe":
        this.#probes.start(effect, monotonicNow());
        return;
      case "cancel-probe":
        this.#probes.cancel(effect.id);
        return;
      case "log":
        this.#options.send({ kind: "log", level: effect.level, message: effect.message });
        return;
      case "notify":
      case "real-server-changed":
      case "checker-changed":
      case "quorum-changed":
        this.#tell(effect);
        return;
      case "stopped":
        this.#options.stopped();
        return;
      default:
        unreachable(effect);
    }
  }
}
