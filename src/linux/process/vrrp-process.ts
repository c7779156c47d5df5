import { MonotonicTimer } from "dgram-extra";
import { type Instant, milliseconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import { Driver } from "../../director/driver.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../director/host.ts";
import { DEFAULT_TABLE } from "../../director/packet-filter.ts";
import { Rehearsal } from "../../director/rehearsal.ts";
import { nextTakeover } from "../../director/takeover.ts";
import { vrrpDirector } from "../../director/vrrp-director.ts";
import { initialVrrpState, type VrrpDirectorState } from "../../director/vrrp-director-state.ts";
import { vrrpStatus } from "../../director/vrrp-status.ts";
import { needsWallClock } from "../../director/wall-clock.ts";
import { collectGarbage } from "../garbage.ts";
import { monotonicNow } from "../monotonic-clock.ts";
import { VrrpHost } from "../vrrp-host.ts";
import { Anticipation } from "./anticipation.ts";
import { ArrivalClock } from "./arrival-clock.ts";
import type { ChildChannel, ChildProcess } from "./child.ts";
import type { ChildSettings, ParentMessage, StartMessage } from "./messages.ts";
import { Punctuality } from "./punctuality.ts";
import { RoleJournal } from "./role-journal.ts";

/** The VRRP process: one director machine, its sockets and its alarm. */
export class VrrpProcess implements ChildProcess {
  readonly #channel: ChildChannel;
  readonly #host: VrrpHost;
  readonly #punctuality: Punctuality;
  readonly #journal: RoleJournal | undefined;
  /** Whether a configuration asks for the time of day, found out once for all its events. */
  #askedBy: { readonly config: Config | undefined; readonly asks: boolean } = {
    config: undefined,
    asks: false,
  };
  readonly #numbers = new WeakMap<Config, number>();
  #rehearsal: Rehearsal | undefined;
  readonly #anticipation: Anticipation;
  #stopping = false;
  readonly #arrivals = new ArrivalClock();
  readonly #driver: Driver<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect>;

  constructor(channel: ChildChannel, settings: ChildSettings) {
    this.#channel = channel;
    this.#punctuality = new Punctuality((message) =>
      channel.send({ kind: "log", level: "warning", message }),
    );
    if (settings.journal !== undefined) {
      this.#journal = new RoleJournal(settings.journal, { writable: true });
    }
    this.#host = new VrrpHost({
      send: (message) => channel.send(message),
      deliver: (event, at) => this.#deliver(event, at),
      keepVirtualAddresses: settings.keepVirtualAddresses,
      monitorAddresses: settings.monitorAddresses,
      stopped: () => channel.exit(0),
    });
    this.#driver = new Driver(vrrpDirector, {
      host: this.#host,
      initial: initialVrrpState(),
      afterStep: (state, now) => this.#journal?.note(state, now, this.#numberOf(state.config)),
    });
    this.#anticipation = this.#anticipate();
  }

  #anticipate(): Anticipation {
    const timer = new MonotonicTimer(() => anticipation.ring());
    timer.setReferenced(false);
    const anticipation = new Anticipation({
      nextTakeover: () => nextTakeover(this.#driver.state),
      rehearse: () => this.#rehearsal?.playTakeover((effects) => this.#host.rehearse(effects)),
      prepare: () => this.#rehearsal?.prepare(monotonicNow()),
      later: (action) => void setTimeout(action, LEISURE_MS).unref(),
      ringNow: () => this.#deliver({ kind: "alarm" }),
      now: monotonicNow,
      setTimer: (at) => timer.set(at),
    });
    return anticipation;
  }

  start({ config, number, legacy }: StartMessage): void {
    this.#numbers.set(config, number);
    if (legacy === undefined) this.#configurePriority(config);
    this.#host.readRouteNames(routeFolders(config));
    const readings = this.#host.follow(config);
    const { links, addresses } = this.#host.startMonitor(config);
    this.#rehearsal = new Rehearsal(config, { links, addresses });
    if (legacy === undefined) {
      this.#rehearsal.playAll(monotonicNow(), (effects) => this.#host.rehearse(effects));
      collectGarbage();
      this.#rehearsal.prepare(monotonicNow());
    }
    this.#deliver({
      kind: "start",
      config,
      links,
      addresses,
      readings,
      ...(legacy === undefined ? {} : { legacy }),
    });
    this.#host.removeLeftFilter(config.global.filter.table ?? DEFAULT_TABLE);
    // A successor is awaited: whatever can come later does.
    if (legacy !== undefined) this.#configurePriority(config);
  }

  take(message: ParentMessage): void {
    if (message.kind === "reload") {
      this.#numbers.set(message.config, message.number);
      this.#configurePriority(message.config);
      this.#host.readRouteNames(routeFolders(message.config));
      const readings = this.#host.follow(message.config);
      this.#deliver({ kind: "reload", config: message.config, readings });
      this.#rehearsal = this.#rehearsal?.with(message.config);
      this.#rehearsal?.prepare(monotonicNow());
    } else if (message.kind === "status") {
      const vrrp = vrrpStatus(this.#driver.state, monotonicNow());
      const status = { kind: "vrrp", vrrp, lateness: this.#punctuality.figures() } as const;
      this.#channel.send({ kind: "status", status });
    } else if (message.kind === "bfd-session") {
      this.#deliver(message);
    } else if (message.kind === "clear-statistics") {
      this.#deliver({ kind: "clear-statistics" });
    } else if (message.kind === "script-result") {
      this.#deliver({ kind: "script-result", script: message.script, outcome: message.outcome });
    }
  }

  stop(): void {
    this.#stopping = true;
    this.#deliver({ kind: "shutdown", ...(this.#host.resigned ? { resigned: true } : {}) });
  }

  #numberOf(config: Config | undefined): number {
    return (config && this.#numbers.get(config)) ?? 0;
  }

  #configurePriority({ global }: Config): void {
    this.#punctuality.configure(global, global.processes.vrrp);
  }

  #deliver(event: VrrpHostEvent, at?: Instant): void {
    // SIGTERM was faster than the event loop: what comes after it finds a router that has resigned.
    if (this.#host.resigned && !this.#stopping && event.kind !== "shutdown") this.stop();
    if (event.kind === "alarm") this.#hearBeforeTakeover();
    const now = this.#arrivals.instantOf(at, monotonicNow());
    this.#tellTheTime(event, now);
    if (event.kind === "alarm") this.#punctuality.note(vrrpDirector.deadline(this.#driver.state), now);
    this.#driver.deliver(event, now);
    this.#anticipation.note(vrrpDirector.deadline(this.#driver.state));
  }

  /**
   * A turn of the event loop reads a few packets and lets the timers go first: in a flood the master's advertisement may
   * wait behind hundreds of forged ones while the down timer runs out.
   */
  #hearBeforeTakeover(): void {
    const takeover = nextTakeover(this.#driver.state);
    if (takeover !== undefined && takeover <= monotonicNow()) this.#host.receiveNow();
  }

  /** `auth_hmac` counts by the time of day: it is told before any event by which it would be wrong. */
  #tellTheTime(event: VrrpHostEvent, now: Instant): void {
    const { config: present, wallClockOffset } = this.#driver.state;
    const config = "config" in event ? event.config : present;
    if (config !== this.#askedBy.config) this.#askedBy = { config, asks: needsWallClock(config) };
    if (!this.#askedBy.asks) return;
    const offset = Date.now() * 1_000 - now;
    if (Math.abs(offset - wallClockOffset) < SAME_CLOCK) return;
    this.#driver.deliver({ kind: "wall-clock", offset }, now);
  }
}

/** After a start or a takeover, until the next rehearsal is made ready. */
const LEISURE_MS = 500;

/** A clock that differs by less from what was told is the same clock, read a moment later. */
const SAME_CLOCK = milliseconds(20);

/** `iproute_usr_dir` is what the distribution ships, `iproute_etc_dir` what the administrator says over it. */
function routeFolders({ global: { management } }: Config): readonly string[] {
  return [management.iprouteUsr, management.iprouteEtc];
}
