import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { instant, milliseconds } from "../../src/base/time.ts";
import type { BfdInstance } from "../../src/conf/model/tracking.ts";
import { bfdDirector } from "../../src/director/bfd-director.ts";
import { initialBfdState } from "../../src/director/bfd-director-state.ts";
import { type BfdStatus, bfdStatus } from "../../src/director/bfd-status.ts";
import { planBfd } from "../../src/director/reload-bfd.ts";
import { NEIGHBOUR, sessionConfig } from "../bfd/bfd-support.ts";

function instance(name: string, changes: Partial<BfdInstance> = {}): BfdInstance {
  return {
    name,
    at: { file: "test.conf", line: 1 },
    neighbourAddress: NEIGHBOUR,
    ...sessionConfig(),
    ttl: 255,
    weight: 0,
    reverse: false,
    forVrrp: true,
    forChecker: true,
    ...changes,
  };
}

const now = instant(5_000_000);

/** A process in which every session is up. */
function standing(...bfdInstances: readonly BfdInstance[]): BfdStatus {
  const state = initialBfdState();
  bfdDirector.step(state, { kind: "start", config: { bfdInstances }, seed: 7 }, now);
  const { sessions, rejected } = bfdStatus(state, now);
  const up = { state: "up", remoteState: "up", up: true, remoteDiscriminator: 77 } as const;
  return { now, rejected, sessions: sessions.map((session) => ({ ...session, ...up })) };
}

function plan(running: readonly BfdInstance[], next: readonly BfdInstance[]) {
  return planBfd({ bfdInstances: running }, { next: { bfdInstances: next }, status: standing(...running) })
    .sessions;
}

describe("what a reload does to BFD sessions", () => {
  it("nothing to those that stay as they are, whatever their line in the file", () => {
    const moved = instance("peer", { at: { file: "other.conf", line: 9 } });
    expect(plan([instance("peer")], [moved])).toEqual([]);
  });

  it("ends those that are gone, and begins new ones", () => {
    const other = instance("other", { neighbourAddress: "192.0.2.3" as IpAddress });
    expect(plan([instance("peer")], [other])).toEqual([
      { kind: "remove", name: "peer", neighbour: "192.0.2.2", settings: [], state: "up", poll: false },
      { kind: "add", name: "other", neighbour: "192.0.2.3", settings: [], poll: false },
    ]);
  });

  it("keeps those whose times change, and asks the neighbour; a multiplier needs no question", () => {
    const slower = instance("peer", { minTransmit: milliseconds(50) });
    expect(plan([instance("peer")], [slower])).toMatchObject([
      { kind: "edit", state: "up", poll: true, settings: [{ name: "min_tx", from: "0.01 s", to: "0.05 s" }] },
    ]);
    const patient = instance("peer", { multiplier: 9 });
    expect(plan([instance("peer")], [patient])).toMatchObject([
      { kind: "edit", poll: false, settings: [{ name: "multiplier", from: "5", to: "9" }] },
    ]);
  });

  it("keeps those that get another name", () => {
    expect(plan([instance("peer")], [instance("other")])).toMatchObject([
      { kind: "edit", name: "other", state: "up", settings: [{ name: "bfd_instance", from: "peer" }] },
    ]);
  });
});
