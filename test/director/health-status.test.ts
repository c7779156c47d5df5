import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { healthStatus } from "../../src/director/health-status.ts";
import { HealthWorld, httpCheck, realServer, virtualServer } from "./health-world.ts";

const A = "192.0.2.10";
const B = "192.0.2.11";

describe("the status of the checker process", () => {
  it("tells of each virtual server, real server and checker how it is, since when and why", () => {
    const world = new HealthWorld();
    world.answers.set(A, { kind: "answered", status: 500 });
    const sorryServer = { address: "192.0.2.99" as IpAddress, port: 80, forwarding: "nat" } as const;
    const servers = [realServer(A, { checkers: [httpCheck(A)], weight: 3 }), realServer(B, { weight: 2 })];
    world.start(virtualServer(servers, { sorryServer, quorum: 2 }));
    world.run(seconds(4));
    expect(healthStatus(world.state)).toEqual({
      refusedOperations: 0,
      virtualServers: [
        {
          name: "[203.0.113.1]:tcp:80",
          quorumUp: true,
          quorum: 2,
          liveWeight: 2,
          sorryServer: { name: "[192.0.2.99]:tcp:80", active: false },
          realServers: [
            {
              name: "[192.0.2.10]:tcp:80",
              up: false,
              since: 1_000_000,
              configuredWeight: 3,
              checkers: [
                {
                  kind: "http",
                  up: false,
                  since: 1_000_000,
                  lastReason: "status 500, wanted 200",
                  retriesUsed: 0,
                },
              ],
            },
            {
              name: "[192.0.2.11]:tcp:80",
              up: true,
              since: 0,
              weight: 2,
              configuredWeight: 2,
              checkers: [{ kind: "tcp", up: true, since: 0, lastReason: "connected", retriesUsed: 0 }],
            },
          ],
        },
      ],
    });
  });

  it("is plain data that survives JSON", () => {
    const world = new HealthWorld().start(virtualServer([realServer(A)]));
    const status = healthStatus(world.state);
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });
});
