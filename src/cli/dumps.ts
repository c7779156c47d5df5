import { hostname } from "node:os";
import { basename, dirname, join, parse } from "node:path";
import type { Config } from "../conf/model/config.ts";
import { bfdText } from "../director/dump/bfd-text.ts";
import { globalText } from "../director/dump/global-text.ts";
import { jsonDump } from "../director/dump/json-dump.ts";
import { serviceText } from "../director/dump/service-text.ts";
import { statisticsText } from "../director/dump/statistics-text.ts";
import { vrrpText } from "../director/dump/vrrp-text.ts";
import { writeDumpFile } from "../linux/dump-file.ts";
import type { Journal } from "../linux/journal.ts";
import { monotonicNow } from "../linux/monotonic-clock.ts";
import type { ChildKind, ChildStatus, DumpKind } from "../linux/process/messages.ts";

/** Whom the dumps are about. */
export interface DumpSource {
  readonly config: Config;
  readonly children: readonly { readonly kind: ChildKind; readonly pid?: number }[];
  status(): Promise<readonly ChildStatus[]>;
  clearStatistics(): void;
}

/** keepalived's files for people and exporters: written by the parent, so that no disk is ever waited for by VRRP. */
export class Dumps {
  readonly #source: DumpSource;
  readonly #options: { readonly journal: Journal; readonly namespace: string | undefined };
  /** One after another, so that an older text cannot replace a newer one. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    source: DumpSource,
    options: { readonly journal: Journal; readonly namespace: string | undefined },
  ) {
    this.#source = source;
    this.#options = options;
  }

  /** Writes what was asked for; what cannot be written is logged. */
  write(kind: DumpKind): Promise<void> {
    this.#last = this.#last.then(() => this.#write(kind));
    return this.#last;
  }

  /** `-d`: the same as the text of SIGUSR1, in the log. */
  async log(): Promise<void> {
    const { config } = this.#source;
    const told = await this.#source.status();
    const vrrp = told.find((status) => status.kind === "vrrp")?.vrrp;
    const checkers = told.find((status) => status.kind === "checkers")?.health;
    const clock = { now: monotonicNow(), epoch: Date.now() * 1_000, calendar };
    const text = [
      globalText(config, { hostName: hostname(), namespace: this.#options.namespace }),
      vrrp === undefined ? "" : vrrpText(config, { status: vrrp, clock }),
      serviceText(config, checkers),
      bfdText(config, { status: told.find((status) => status.kind === "bfd")?.bfd, clock }),
    ].join("");
    for (const line of text.split("\n")) if (line !== "") this.#options.journal.log("info", line);
  }

  async #write(kind: DumpKind): Promise<void> {
    const { config } = this.#source;
    const about = `Printing ${WORDS[kind]} for process(${process.pid}) on signal`;
    this.#options.journal.log("info", about);
    const told = await this.#source.status();
    if (kind === "statistics-and-clear") this.#source.clearStatistics();
    const vrrp = told.find((status) => status.kind === "vrrp")?.vrrp;
    const clock = { now: monotonicNow(), epoch: Date.now() * 1_000, calendar };
    const { management } = config.global;
    if (kind === "data") {
      await this.#data(config, { told, clock });
    } else if (vrrp === undefined) {
      this.#options.journal.log("info", "There is no VRRP process to tell of");
    } else if (kind === "json") {
      const text = jsonDump(config, { status: vrrp, clock });
      if (text !== undefined) await this.#file(management.jsonDump, { text, config });
    } else {
      await this.#file(management.statisticsDump, { text: statisticsText(vrrp.instances), config });
    }
  }

  async #data(
    config: Config,
    { told, clock }: { told: readonly ChildStatus[]; clock: Parameters<typeof vrrpText>[1]["clock"] },
  ): Promise<void> {
    const { namespace } = this.#options;
    const global = globalText(config, { hostName: hostname(), namespace });
    const { stateDump } = config.global.management;
    const vrrp = told.find((status) => status.kind === "vrrp");
    const checkers = told.find((status) => status.kind === "checkers");
    const runs = (kind: string) =>
      this.#source.children.some((child) => child.kind === kind && child.pid !== undefined);
    const processes = this.#source.children.map(({ kind, pid }) => ` ${kind} process = ${pid ?? "(none)"}`);
    await this.#file(withSuffix(stateDump, "_parent"), {
      text: `${global}------< Processes >------\n${processes.join("\n")}\n`,
      config,
      isData: true,
    });
    if (vrrp !== undefined) {
      const late = ` Lateness of alarms in usecs: ${JSON.stringify(vrrp.lateness)}`;
      const text = `${global}${vrrpText(config, { status: vrrp.vrrp, clock })}------< Timers >------\n${late}\n`;
      await this.#file(stateDump, { text, config, isData: true });
    }
    if (runs("checkers")) {
      const text = `${global}${serviceText(config, checkers?.health)}`;
      await this.#file(withSuffix(stateDump, "_check"), { text, config, isData: true });
    }
    if (runs("bfd")) {
      const status = told.find((each) => each.kind === "bfd")?.bfd;
      const text = `${global}${bfdText(config, { status, clock })}`;
      await this.#file(withSuffix(stateDump, "_bfd"), { text, config, isData: true });
    }
  }

  /** As in keepalived, `data_use_instance` is for data alone: statistics and JSON have one name. */
  async #file(
    configured: string,
    { text, config, isData }: { readonly text: string; readonly config: Config; readonly isData?: true },
  ): Promise<void> {
    const path = dumpPath(configured, {
      temporaryFolder: process.env.TMPDIR,
      namespace: this.#options.namespace,
      instance: config.daemon.instance,
      withInstance: isData === true && config.global.management.instanceInFileNames,
    });
    const written = await writeDumpFile(path, { text, umask: config.global.management.umask });
    if (!written.ok) this.#options.journal.log("warning", written.error);
  }
}

const WORDS: Readonly<Record<DumpKind, string>> = {
  data: "data",
  statistics: "VRRP stats",
  "statistics-and-clear": "VRRP stats, and clearing them,",
  json: "VRRP as json",
};

/**
 * Where a dump goes: as configured, the default in $TMPDIR; under `data_use_instance` with the names of namespace and
 * instance before its suffix.
 */
export function dumpPath(
  configured: string,
  options: {
    readonly temporaryFolder: string | undefined;
    readonly namespace: string | undefined;
    readonly instance: string | undefined;
    readonly withInstance: boolean;
  },
): string {
  const { temporaryFolder, namespace, instance, withInstance } = options;
  const isDefault = /^\/tmp\/keepalived(_\w+)?\.(data|stats|json)$/.test(configured);
  const path =
    isDefault && temporaryFolder?.startsWith("/") ? join(temporaryFolder, basename(configured)) : configured;
  const names = [namespace, instance].filter((name) => name !== undefined);
  return withInstance && names.length > 0 ? withSuffix(path, `.${names.join("_")}`) : path;
}

/** `/tmp/keepalived.data` and `_check` make `/tmp/keepalived_check.data`. */
function withSuffix(path: string, suffix: string): string {
  const { name, ext } = parse(path);
  return join(dirname(path), `${name}${suffix}${ext}`);
}

/** `Sun Nov 29 15:52:56 2026` in local time. */
function calendar(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const [weekday, month, day, year] = date.toDateString().split(" ");
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${date.toTimeString().slice(0, 8)} ${year}`;
}
