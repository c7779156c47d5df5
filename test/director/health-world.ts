import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, type Duration, inSeconds, instant, seconds } from "../../src/base/time.ts";
import type { Observation, ProbeId, ProbeRequest } from "../../src/check/probe.ts";
import type { Checker, CheckTiming, RealServer, VirtualServer } from "../../src/conf/model/virtual-server.ts";
import { healthDirector } from "../../src/director/health-director.ts";
import {
  type HealthConfig,
  type HealthEffect,
  type HealthEvent,
  initialHealthState,
} from "../../src/director/health-state.ts";
import { applyServiceOp } from "../../src/forward/apply.ts";
import type { Service, ServiceOp, ServiceRefusal, ServiceSet } from "../../src/forward/service.ts";

const at = { file: "a.conf", line: 1 };

const timing: CheckTiming = {
  delayLoop: seconds(5),
  retry: 1,
  delayBeforeRetry: seconds(1),
  warmup: seconds(0),
  timeout: seconds(3),
  alpha: false,
};

/** `TCP_CHECK` of the real server itself. */
export function tcpCheck(address: string, changes: Partial<CheckTiming> = {}): Checker {
  return {
    kind: "tcp",
    timing: { ...timing, ...changes },
    target: { address: address as IpAddress, port: 80 },
  };
}

/** `BFD_CHECK` of a session. */
export function bfdCheck(name: string, changes: Partial<CheckTiming> = {}): Checker {
  return { kind: "bfd", name, timing: { ...timing, ...changes } };
}

/** `HTTP_GET` of `/` with status 200, retry 0. */
export function httpCheck(address: string, changes: Partial<CheckTiming> = {}): Checker {
  return {
    kind: "http",
    timing: { ...timing, retry: 0, ...changes },
    target: { address: address as IpAddress, port: 80 },
    tls: false,
    urls: [{ path: "/", statusCodes: [{ from: 200, to: 200 }] }],
  };
}

/** A real server on port 80, weight 1, with one `TCP_CHECK`, and what the test changes. */
export function realServer(address: string, changes: Partial<RealServer> = {}): RealServer {
  return {
    at,
    address: address as IpAddress,
    port: 80,
    forwarding: "nat",
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    inhibitOnFailure: false,
    checkers: [tcpCheck(address)],
    ...changes,
  };
}

/** A virtual server `tcp 203.0.113.1:80` with real servers, and what the test changes. */
export function virtualServer(
  realServers: readonly RealServer[],
  changes: Partial<VirtualServer> = {},
): VirtualServer {
  return {
    at,
    key: { kind: "address", protocol: "tcp", address: "203.0.113.1" as IpAddress, port: 80 },
    scheduler: "wrr",
    forwarding: "nat",
    onePacket: false,
    alpha: false,
    omega: false,
    quorum: 1,
    hysteresis: 0,
    sorryServerInhibit: false,
    realServers,
    ...changes,
  };
}

/** A script by its name. */
export function script(name: string): { readonly argv: readonly string[] } {
  return { argv: [name] };
}

/** A configuration of virtual servers only. */
export function configOf(...virtualServers: readonly VirtualServer[]): HealthConfig {
  return {
    global: { lvsFlush: false, checkerLogAllFailures: false },
    virtualServers,
  };
}

/** A real server's behaviour: an observation at once, or "hangs". */
export type Behaviour = Observation | "hangs";

/**
 * A health director in virtual time with a table and real servers of its own. Servers answer at once with what
 * `answers` says of their address, and are connected to or give status 200 when it says nothing.
 */
export class HealthWorld {
  readonly answers = new Map<string, Behaviour>();
  /** `12.5 Removing service ...`: every log line with its second. */
  readonly log: string[] = [];
  /** Every operation that was asked for, as `add-destination 192.0.2.10:80 w1`. */
  readonly ops: string[] = [];
  readonly notified: string[] = [];
  readonly effects: HealthEffect[] = [];
  readonly pending = new Map<ProbeId, ProbeRequest>();
  /** Refuses an operation when it returns a refusal. */
  refuse: (op: ServiceOp) => ServiceRefusal | undefined = () => undefined;
  table: ServiceSet;
  state = initialHealthState;
  now = instant(0);

  constructor(table: ServiceSet = new Map()) {
    this.table = table;
  }

  start(...servers: readonly VirtualServer[]): this {
    this.send({ kind: "start", config: configOf(...servers), table: this.table, seed: 1 });
    return this;
  }

  reload(...servers: readonly VirtualServer[]): void {
    this.send({ kind: "reload", config: configOf(...servers) });
  }

  /** Lets virtual time pass, with all that falls due in it. */
  run(duration: Duration): void {
    const end = after(this.now, duration);
    for (let next = healthDirector.deadline(this.state); next !== undefined && next <= end; ) {
      this.now = next > this.now ? next : this.now;
      this.send({ kind: "alarm" });
      next = healthDirector.deadline(this.state);
    }
    this.now = end;
  }

  send(event: HealthEvent): void {
    const waiting: HealthEvent[] = [event];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const step = healthDirector.step(this.state, next, this.now);
      this.state = step.state;
      for (const effect of step.effects) waiting.push(...this.#perform(effect));
    }
  }

  /** `192.0.2.10 w1` for each destination of the first service, in order. */
  get destinations(): string[] {
    const [service] = this.table.values();
    return destinationsOf(service);
  }

  #perform(effect: HealthEffect): HealthEvent[] {
    this.effects.push(effect);
    if (effect.kind === "log") this.log.push(`${inSeconds(this.now as never)} ${effect.message}`);
    if (effect.kind === "notify") this.notified.push([...effect.command.argv, ...effect.arguments].join(" "));
    if (effect.kind === "cancel-probe") this.pending.delete(effect.id);
    if (effect.kind === "apply") return this.#apply(effect.op);
    if (effect.kind !== "probe") return [];
    const observation = this.#answer(effect.request);
    if (observation !== "hangs") return [{ kind: "probe-result", id: effect.id, observation }];
    this.pending.set(effect.id, effect.request);
    return [];
  }

  #answer({ kind, target }: ProbeRequest): Behaviour {
    const usual: Observation = kind === "tcp" ? { kind: "connected" } : { kind: "answered", status: 200 };
    return this.answers.get(target.address) ?? usual;
  }

  #apply(op: ServiceOp): HealthEvent[] {
    this.ops.push(opText(op));
    const refusal = this.refuse(op);
    if (refusal !== undefined) return [{ kind: "operation-refused", op, refusal }];
    const outcome = applyServiceOp(this.table, op);
    if (!outcome.ok) return [{ kind: "operation-refused", op, refusal: outcome.error }];
    this.table = outcome.value;
    return [];
  }
}

/** `192.0.2.10 w1` for each destination. */
export function destinationsOf(service: Service | undefined): string[] {
  return service?.destinations.map(({ address, weight }) => `${address} w${weight}`) ?? [];
}

function opText(op: ServiceOp): string {
  if (op.kind === "flush") return "flush";
  if (op.kind === "delete-destination") return `${op.kind} ${op.address}`;
  if ("destination" in op) return `${op.kind} ${op.destination.address} w${op.destination.weight}`;
  return op.kind;
}
