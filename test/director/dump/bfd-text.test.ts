import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../../src/base/ip-address.ts";
import { instant, microseconds, milliseconds, seconds } from "../../../src/base/time.ts";
import type { BfdInstance } from "../../../src/conf/model/tracking.ts";
import type { BfdSessionStatus } from "../../../src/director/bfd-status.ts";
import { bfdText } from "../../../src/director/dump/bfd-text.ts";
import { sessionConfig } from "../../bfd/bfd-support.ts";

const instance: BfdInstance = {
  name: "peer",
  at: { file: "test.conf", line: 1 },
  neighbourAddress: "10.9.0.2" as IpAddress,
  sourceAddress: "10.9.0.1" as IpAddress,
  ...sessionConfig({ minReceive: milliseconds(100), minTransmit: milliseconds(100) }),
  ttl: 255,
  weight: 0,
  reverse: false,
  forVrrp: true,
  forChecker: true,
};

const session: BfdSessionStatus = {
  instance,
  state: "down",
  diagnostic: "No Diagnostic",
  remoteState: "down",
  remoteDiagnostic: "No Diagnostic",
  up: false,
  discriminator: 0x75a1ae4,
  remoteDiscriminator: 0,
  transmitInterval: seconds(1),
  since: seconds(2),
  remote: { desiredMinTransmit: 0, requiredMinReceive: 0, detectMultiplier: 0, demand: false },
  polling: false,
  counters: { sent: 3, received: 0, ups: 0, rejected: {} },
};

const clock = {
  now: instant(10_000_000),
  epoch: 1_795_967_576_000_000,
  calendar: () => "Sun Nov 29 15:52:56 2026",
};
const text = (told: BfdSessionStatus) =>
  bfdText(
    { bfdInstances: [instance] },
    { status: { now: clock.now, sessions: [told], rejected: {} }, clock },
  );

describe("the dump of BFD sessions", () => {
  it("is keepalived 2.2.7's, save for its descriptors, timers and the time between packets to come", () => {
    expect(text(session)).toBe(`------< BFD Topology >------
 BFD Instance = peer
   Neighbor IP = 10.9.0.2
   Source IP = 10.9.0.1
   Required min RX interval = 100000 us
   Desired min TX interval = 100000 us
   Desired idle TX interval = 1000000 us
   Detection multiplier = 5
   TTL = 255
   max_hops = 0
   passive = false
   send event to VRRP process = Yes
   send event to checker process = Yes
   local state = Down
   remote state = Down
   local discriminator = 0x75a1ae4
   remote discriminator = 0x0
   local diag = No Diagnostic
   remote diag = No Diagnostic
   remote min tx intv = 0 us
   remote min rx intv = 0 us
   local demand = 0
   remote demand = 0
   remote detect multiplier = 0
   !poll, !final
   local tx intv = 1000000 us
   remote tx intv = 0 us
   local detection time = 0 us
   remote detection time = 5000000 us
   last_seen = [never]
`);
  });

  it("tells of a session that is up, and when the neighbour was heard", () => {
    const remote = {
      desiredMinTransmit: 60_000,
      requiredMinReceive: 40_000,
      detectMultiplier: 4,
      demand: false,
    };
    const up = { ...session, state: "up", remoteState: "up", remote, polling: true } as const;
    const told = text({ ...up, detectionTime: microseconds(400_000), heardAgo: milliseconds(20) });
    expect(told).toContain("   local state = Up\n   remote state = Up\n");
    expect(told).toContain("   poll, !final\n");
    expect(told).toContain("   remote tx intv = 100000 us\n   local detection time = 400000 us\n");
    expect(told).toMatch(/ {3}last seen = 1795967575\.980000 \(Sun Nov 29 15:52:56\.980000 2026\)\n/);
  });

  it("without an answer of the process has what is configured", () => {
    const configured = bfdText({ bfdInstances: [instance] }, { status: undefined, clock });
    expect(configured).toContain(" BFD Instance = peer\n");
    expect(configured).not.toContain("state");
    expect(bfdText({ bfdInstances: [] }, { status: undefined, clock })).toBe("");
  });
});
