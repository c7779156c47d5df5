import { after, earliest, type Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpScript } from "../conf/model/vrrp-script.ts";
import {
  afterScriptResult,
  initialScriptStanding,
  type ScriptStanding,
  type Standing,
} from "../vrrp/tracking.ts";
import type { LogLevel, ScriptOutcome, VrrpHostEffect } from "./host.ts";

interface ScriptEntry {
  script: VrrpScript;
  standing: ScriptStanding;
  /** Of the last result, to log only what is new. */
  lastOutcome: string | undefined;
  nextRunAt: Instant;
  running: boolean;
}

/** When the tracked scripts run and how they stand. Changed in place: it belongs to one machine's state. */
export class ScriptSchedule {
  readonly #entries = new Map<string, ScriptEntry>();

  /**
   * Takes the scripts of a configuration that some instance or sync group tracks. One that is known keeps its standing, as
   * in keepalived; with another command it runs at once. One that a reload brings is no fault until its first result.
   */
  configure(config: Config, { now, reload }: { readonly now: Instant; readonly reload: boolean }): void {
    const tracked = new Set(
      [...config.vrrpInstances, ...config.syncGroups].flatMap(({ trackScripts }) =>
        trackScripts.map(({ name }) => name),
      ),
    );
    const wanted = new Map(
      config.vrrpScripts.filter(({ name }) => tracked.has(name)).map((script) => [script.name, script]),
    );
    for (const name of [...this.#entries.keys()]) if (!wanted.has(name)) this.#entries.delete(name);
    for (const [name, script] of wanted) {
      const known = this.#entries.get(name);
      if (known !== undefined) {
        if (!sameCommand(known.script, script)) Object.assign(known, { nextRunAt: now, running: false });
        known.script = script;
      } else {
        this.#entries.set(name, {
          script,
          standing: initialScriptStanding(script.initFail, reload),
          lastOutcome: undefined,
          nextRunAt: now,
          running: false,
        });
      }
    }
  }

  /** When the next script is due. */
  deadline(): Instant | undefined {
    return earliest([...this.#entries.values()].map(({ nextRunAt }) => nextRunAt));
  }

  /** Runs what is due. A script that still runs is passed over until its next turn, as in keepalived. */
  alarm(now: Instant, out: VrrpHostEffect[]): void {
    for (const entry of this.#entries.values()) {
      if (entry.nextRunAt > now) continue;
      entry.nextRunAt = after(now, entry.script.interval);
      if (entry.running) continue;
      entry.running = true;
      const { name, command, timeout } = entry.script;
      out.push({ kind: "run-script", script: name, command, timeout });
    }
  }

  /** Takes a result; a new standing and a new reason are logged. */
  result(
    name: string,
    options: { readonly outcome: ScriptOutcome; readonly now: Instant; readonly out: VrrpHostEffect[] },
  ): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.running = false;
    const success = options.outcome.kind === "exited" && options.outcome.code === 0;
    const text = outcomeText(options.outcome);
    const log = (level: LogLevel, message: string) => options.out.push({ kind: "log", level, message });
    if (text !== entry.lastOutcome && !(success && entry.lastOutcome === undefined)) {
      log(success ? "info" : "warning", `Script \`${name}\` now ${text}`);
    }
    entry.lastOutcome = text;
    if (options.outcome.kind === "shortage") return;
    const before = entry.standing;
    const { rise, fall } = entry.script;
    entry.standing = afterScriptResult(entry.standing, { success, rise, fall });
    if (entry.standing.standing === before.standing && before.unheard !== true) return;
    const verdict = success ? "succeeded" : failureText(options.outcome);
    log("info", `VRRP_Script(${name}) ${verdict}`);
  }

  /** Where each script stands, with the results that speak against it. */
  record(): readonly { readonly name: string; readonly standing: ScriptStanding }[] {
    return [...this.#entries].map(([name, { standing }]) => ({ name, standing }));
  }

  /** Takes what `record` told, of scripts that are still tracked. They run at once all the same. */
  restore(record: readonly { readonly name: string; readonly standing: ScriptStanding }[]): void {
    for (const { name, standing } of record) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) entry.standing = standing;
    }
  }

  /** How each script stands that some instance tracks. */
  standings(): readonly { readonly name: string; readonly standing: Standing }[] {
    return [...this.#entries].map(([name, { standing }]) => ({ name, standing: standing.standing }));
  }

  /** How a script stands; up when nobody configured it, so that a stray name cannot take a director down. */
  standing(name: string): Standing {
    return this.#entries.get(name)?.standing.standing ?? "up";
  }
}

/** Another timeout (which follows the interval) is no other command: a master must not lose its addresses for it. */
function sameCommand(a: VrrpScript, b: VrrpScript): boolean {
  const said = ({ command: { timeout: _, ...command } }: VrrpScript) => JSON.stringify(command);
  return said(a) === said(b);
}

/** keepalived's words for a script that has become down. */
function failureText(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `failed (exited with status ${outcome.code})`;
    case "killed":
      return `failed (due to signal ${outcome.signal})`;
    case "timed-out":
      return "timed_out";
    case "not-started":
    case "shortage":
      return "failed";
  }
}

function outcomeText(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `returning ${outcome.code}`;
    case "killed":
      return `ended by ${outcome.signal}`;
    case "timed-out":
      return "timing out";
    case "not-started":
      return `not starting: ${outcome.reason}`;
    case "shortage":
      return `not run, because this host ran short (${outcome.reason}); how it stands is left as it was`;
  }
}
