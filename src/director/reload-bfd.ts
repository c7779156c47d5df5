import type { EndState } from "../bfd/control-packet.ts";
import { wantedParameters } from "../bfd/session-timing.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import { bfdDirector } from "./bfd-director.ts";
import { type BfdDirectorState, type BfdEntry, initialBfdState, sessionKey } from "./bfd-director-state.ts";
import type { BfdConfig } from "./bfd-host.ts";
import type { BfdStatus } from "./bfd-status.ts";
import { bfdDifferences, type SettingChange } from "./reload-settings.ts";

/** What a reload does to one BFD session. */
export interface BfdSessionChange {
  /** remove: AdminDown is said and the session ends. edit: it goes on. add: it begins, Down. */
  readonly kind: "remove" | "edit" | "add";
  readonly name: string;
  readonly neighbour: string;
  readonly settings: readonly SettingChange[];
  /** As it stands before the reload; absent for a new one. */
  readonly state?: EndState;
  /** Whether the neighbour is asked to confirm other intervals (a poll). */
  readonly poll: boolean;
}

/** What a reload does in the BFD process. */
export interface BfdReload {
  readonly sessions: readonly BfdSessionChange[];
}

/** Foretells a reload of the BFD process, by handing it to the real machine put where `status` says that it stands. */
export function planBfd(
  running: BfdConfig,
  { next, status }: { readonly next: BfdConfig; readonly status: BfdStatus },
): BfdReload {
  const state = resume(running, status);
  const before = new Map([...state.entries.values()].map((entry) => [entry, { ...entry }]));
  bfdDirector.step(state, { kind: "reload", config: next }, status.now);
  const sessions = [...state.entries.values()].flatMap((entry) => changeOf(entry, before.get(entry)));
  const gone = [...before].filter(([entry]) => !state.entries.has(entry.session.discriminator));
  const removed = gone.map(([, { instance, session }]) => removal(instance, session.state));
  return { sessions: [...removed, ...sessions] };
}

function changeOf(entry: BfdEntry, before: BfdEntry | undefined): readonly BfdSessionChange[] {
  const { instance, session, leaving } = entry;
  const about = { name: instance.name, neighbour: instance.neighbourAddress };
  if (before === undefined) return [{ kind: "add", ...about, settings: [], poll: false }];
  const { state } = before.session;
  if (leaving) return [removal(instance, state)];
  const settings = bfdDifferences(before.instance, instance);
  if (settings.length === 0) return [];
  const poll = session.poll !== "none" && session.poll !== before.session.poll;
  return [{ kind: "edit", ...about, settings, state, poll }];
}

function removal({ name, neighbourAddress }: BfdInstance, state: EndState): BfdSessionChange {
  return { kind: "remove", name, neighbour: neighbourAddress, settings: [], state, poll: false };
}

/** Starts the machine with the running configuration and puts its sessions where the running ones stand. */
function resume(config: BfdConfig, status: BfdStatus): BfdDirectorState {
  const state = initialBfdState();
  bfdDirector.step(state, { kind: "start", config, seed: 1 }, status.now);
  const known = new Map(status.sessions.map((session) => [sessionKey(session.instance), session]));
  for (const entry of state.entries.values()) {
    const session = known.get(sessionKey(entry.instance));
    if (session === undefined) continue;
    const { remoteDiscriminator, remote, remoteState } = session;
    const { config: settings, slowness } = entry.session;
    entry.up = session.up;
    entry.session = {
      ...entry.session,
      state: session.state,
      poll: session.polling ? "running" : "none",
      inUse: wantedParameters({ config: settings, state: session.state, slowness }),
      remote: { ...entry.session.remote, ...remote, state: remoteState, discriminator: remoteDiscriminator },
    };
  }
  return state;
}
