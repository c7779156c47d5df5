import { between, type Duration, type Instant } from "../base/time.ts";
import { diagnosticName, type EndState } from "../bfd/control-packet.ts";
import { detectionTime, periodicInterval } from "../bfd/session-timing.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import type { BfdDirectorState, BfdEntry } from "./bfd-director-state.ts";

/** How the BFD process stands, as plain data for `locum status`, `locum plan` and dumps. Times in microseconds. */
export interface BfdStatus {
  /** Of the machine's monotonic clock. */
  readonly now: Instant;
  readonly sessions: readonly BfdSessionStatus[];
  /** Packets that belonged to no session, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
}

/** How one session stands. */
export interface BfdSessionStatus {
  readonly instance: BfdInstance;
  readonly state: EndState;
  readonly diagnostic: string;
  readonly remoteState: EndState;
  readonly remoteDiagnostic: string;
  /** What its followers take it for. */
  readonly up: boolean;
  readonly discriminator: number;
  readonly remoteDiscriminator: number;
  /** Time between our packets before jitter; absent while none are sent. */
  readonly transmitInterval?: Duration;
  /** Absent before the neighbour was heard. */
  readonly detectionTime?: Duration;
  /** Since the last change of state. */
  readonly since: Duration;
  /** Since the last packet of the neighbour; absent before the first. */
  readonly heardAgo?: Duration;
  readonly remote: {
    readonly desiredMinTransmit: number;
    readonly requiredMinReceive: number;
    readonly detectMultiplier: number;
    readonly demand: boolean;
  };
  readonly polling: boolean;
  readonly counters: {
    readonly sent: number;
    readonly received: number;
    readonly ups: number;
    readonly rejected: Readonly<Record<string, number>>;
  };
}

/** How everything stands at `now`; sessions that only say their farewell are left out. */
export function bfdStatus(state: BfdDirectorState, now: Instant): BfdStatus {
  const entries = [...state.entries.values()].filter(({ leaving }) => !leaving);
  return {
    now,
    sessions: entries.map((entry) => sessionStatus(entry, now)),
    rejected: Object.fromEntries(state.rejected),
  };
}

function sessionStatus(
  { instance, session, up, changedAt, counters }: BfdEntry,
  now: Instant,
): BfdSessionStatus {
  const { remote, heardAt } = session;
  const interval = periodicInterval(session);
  const detection = detectionTime(session);
  return {
    instance,
    state: session.state,
    diagnostic: diagnosticName(session.diagnostic),
    remoteState: remote.state,
    remoteDiagnostic: diagnosticName(remote.diagnostic),
    up,
    discriminator: session.discriminator,
    remoteDiscriminator: remote.discriminator,
    ...(interval === undefined ? {} : { transmitInterval: interval }),
    ...(detection === 0 ? {} : { detectionTime: detection }),
    since: between(changedAt, now),
    ...(heardAt === undefined ? {} : { heardAgo: between(heardAt, now) }),
    remote: {
      desiredMinTransmit: remote.desiredMinTransmit,
      requiredMinReceive: remote.requiredMinReceive,
      detectMultiplier: remote.detectMultiplier,
      demand: remote.demand,
    },
    polling: session.poll !== "none",
    counters: { ...counters, rejected: Object.fromEntries(counters.rejected) },
  };
}
