import { after, between, type Duration, type Instant, instant, milliseconds } from "../base/time.ts";
import { keepBursts } from "./announcements.ts";
import { addPaths } from "./paths.ts";
import { movingAddresses, type RouterConfig } from "./router-config.ts";
import type { FaultReason, PendingAnnouncement, Role, RouterEvent, RouterState } from "./router-state.ts";
import {
  advertise,
  begin,
  bidFarewell,
  downInterval,
  enterBackup,
  enterFault,
  giveUp,
  leaveFault,
  type RouterStep,
  unchanged,
  usablePriority,
} from "./transitions.ts";

/** What a router takes up again; see `RouterEvent`. */
export type Resumption = Extract<RouterEvent, { kind: "resume" }> & { readonly now: Instant };

/**
 * Goes on where a process that crashed a moment ago left off, as if it had been stopped for that long: nobody is told of
 * a role that is the same as before. A master that was silent for less than a down interval is still master for its
 * backups; after more, somebody else may be, and it listens first. Time in which a backup was deaf does not count as
 * silence of its master.
 * A router that is not master holds no address, route or rule, whatever its process was doing when it died.
 * Deviation: keepalived's new child knows nothing of the old one; it takes the addresses off and begins as Backup.
 */
export function resume(before: RouterState, event: Resumption): RouterStep {
  if (before.role.kind !== "initialize") return unchanged(before);
  const { role, source, faults, now } = event;
  const state = { ...before, source, priority: usablePriority(before.config, event.priority) };
  switch (role.kind) {
    case "initialize":
      return begin({ ...state, role: { ...role, faults } }, now);
    case "fault":
      return resumeFault(state, { role, faults, now });
    case "backup":
      if (faults.length > 0) return resumeAtFault({ ...state, role }, faults);
      return {
        state: {
          ...state,
          master: event.master,
          role: { ...role, masterDownAt: after(role.masterDownAt, between(event.diedAt, now)) },
        },
        effects: giveUp(state.config),
      };
    case "master":
      if (faults.length > 0) return enterFault({ ...state, role }, faults);
      return resumeMaster(state, { role, now });
  }
}

type Before<Kind extends Role["kind"]> = {
  readonly role: Extract<Role, { kind: Kind }>;
  readonly now: Instant;
};

/** It may have died while it took over, with addresses that its record knows nothing of. */
function resumeAtFault(state: RouterState, faults: readonly FaultReason[]): RouterStep {
  const entered = enterFault(state, faults);
  return { state: entered.state, effects: [...giveUp(state.config), ...entered.effects] };
}

function resumeFault(
  state: RouterState,
  { role, faults, now }: Before<"fault"> & { readonly faults: readonly FaultReason[] },
): RouterStep {
  if (faults.length > 0) {
    return { state: { ...state, role: { ...role, reasons: faults } }, effects: giveUp(state.config) };
  }
  const entered = leaveFault({ ...state, role }, now);
  return { state: entered.state, effects: [...giveUp(state.config), ...entered.effects] };
}

/** When a master that goes on announces its addresses again: after it has shown itself. */
const SHOWN: Duration = milliseconds(100);

/**
 * It may have died before it announced what another router had claimed, and that one takes its next advertisement for the
 * answer to its farewell.
 */
function burstAnew(config: RouterConfig, now: Instant): readonly PendingAnnouncement[] {
  const addresses = movingAddresses(config);
  const { repeat } = config.gratuitousArp;
  if (addresses.length === 0 || repeat === 0) return [];
  return [{ kind: "second-burst", at: after(now, SHOWN), addresses, repeat }];
}

function resumeMaster(state: RouterState, { role, now }: Before<"master">): RouterStep {
  const { config } = state;
  const addresses = movingAddresses(config);
  const patience = downInterval(state, config.advertisementInterval);
  if (between(role.lastAdvertisementAt, now) >= patience) {
    const entered = enterBackup({ ...state, role }, { reason: "late-resumption", downIn: patience, now });
    // Its process may have died in the step in which it woke as Master and announced its addresses over the winner's.
    const bidden = bidFarewell(entered, now);
    return { state: bidden.state, effects: [...giveUp(config), ...bidden.effects] };
  }
  // What waited to be put back is put back now, with all the rest.
  const { restore: _, restorePaths: __, ...kept } = role;
  return {
    state: {
      ...state,
      role: {
        ...kept,
        lastAdvertisementAt: now,
        nextAdvertisementAt: instant(now + config.advertisementInterval),
        // The record may be older than the configuration, and than a burst that was owed or half made.
        announcements: [...keepBursts(role.announcements, { config, now }), ...burstAnew(config, now)],
      },
    },
    // What is still there is left alone by the host.
    effects: [...advertise(state, state.priority), { kind: "add-addresses", addresses }, ...addPaths(config)],
  };
}
