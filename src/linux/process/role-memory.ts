import { SystemError } from "dgram-extra";
import type { Journal } from "../journal.ts";
import { createJournalMemory, RoleJournal } from "./role-journal.ts";

/** What a VRRP process leaves for its successor, and the descriptor of the memory in which it stands. */
export interface Roles {
  readonly memory: number;
  readonly journal: RoleJournal;
}

/** Without shared memory a crashed VRRP process begins anew, as keepalived's does. */
export function openRoles(journal: Journal): Roles | undefined {
  try {
    const memory = createJournalMemory();
    return { memory, journal: new RoleJournal(memory, { writable: true }) };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    journal.log(
      "warning",
      `${error.message}; a VRRP process that crashes will begin anew instead of going on`,
    );
    return undefined;
  }
}
