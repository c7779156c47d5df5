import { SystemError } from "dgram-extra";
import type { Config } from "../../conf/model/config.ts";
import type { Legacy } from "../../director/vrrp-record.ts";
import type { Journal } from "../journal.ts";
import type { ChildListener, SupervisedChild } from "./child-process.ts";
import type { ChildSettings } from "./messages.ts";
import { createJournalMemory, RoleJournal } from "./role-journal.ts";
import { SpareChild } from "./spare-child.ts";

/** What a VRRP process begins with. */
export interface Beginning {
  readonly config: Config;
  /** See `Succession.numberOf`. */
  readonly number: number;
  readonly legacy?: Legacy;
}

/**
 * What a VRRP process that dies leaves to the next one: its roles, in memory that outlives it, the configuration that they are
 * of, and a process that waits to take its place.
 */
export class Succession {
  /** Descriptor of that memory; undefined where there is none, and a crashed process begins anew as keepalived's does. */
  readonly memory: number | undefined;
  readonly #journal: RoleJournal | undefined;
  #spare: SpareChild | undefined;
  /** The configurations that its record may be of, by their numbers. */
  readonly #configs = new Map<number, Config>();
  #newest = 0;

  constructor(journal: Journal) {
    try {
      this.memory = createJournalMemory();
      this.#journal = new RoleJournal(this.memory, { writable: true });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      journal.log(
        "warning",
        `${error.message}; a VRRP process that crashes will begin anew instead of going on`,
      );
    }
  }

  /** A number by which the process that is given this configuration tells, in its record, that it has taken it. */
  numberOf(config: Config): number {
    if (this.#configs.get(this.#newest) === config) return this.#newest;
    const recorded = this.#journal?.read()?.configuration ?? this.#newest;
    for (const number of this.#configs.keys()) if (number < recorded) this.#configs.delete(number);
    this.#configs.set(++this.#newest, config);
    return this.#newest;
  }

  /**
   * What the next process begins with: if one left a record, that and the configuration it is of, or nobody would take away
   * what only the old configuration knows. The present one is given to it as a reload.
   */
  beginning(present: Config): Beginning {
    const number = this.numberOf(present);
    const left = this.#journal?.read();
    if (left === undefined) return { config: present, number };
    const { configuration, ...legacy } = left;
    const config = this.#configs.get(configuration);
    return config === undefined
      ? { config: present, number, legacy }
      : { config, number: configuration, legacy };
  }

  /** What was left is not gone on from. */
  forget(): void {
    this.#journal?.clear();
  }

  /** Sees to it that a process waits; there is none without the memory, for it would have nothing to go on from. */
  prepareSpare(settings: ChildSettings): void {
    if (this.memory === undefined) return;
    this.#spare ??= new SpareChild(settings, this.memory);
    this.#spare.prepare();
  }

  /** The process that waits, which belongs to the caller from now on. */
  takeSpare(listener: ChildListener): SupervisedChild | undefined {
    return this.#spare?.take(listener);
  }

  /** No process waits any more. */
  closeSpare(): void {
    this.#spare?.close();
  }
}
