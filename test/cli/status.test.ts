import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { instant, microseconds, seconds } from "../../src/base/time.ts";
import type { StatusAnswer } from "../../src/cli/control-answers.ts";
import { run } from "../../src/cli/status.ts";
import { statusText } from "../../src/cli/status-text.ts";
import type { BfdSessionStatus } from "../../src/director/bfd-status.ts";
import type { VrrpInstanceStatus } from "../../src/director/vrrp-status.ts";

const plain = (text: string): string => text;
const colors = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
const address = "192.0.2.100" as IpAddress;

function instance(changes: Partial<VrrpInstanceStatus>): VrrpInstanceStatus {
  return {
    key: "eth0/4/51",
    name: "ONE",
    interface: "eth0",
    family: 4,
    virtualRouterId: 51,
    version: 2,
    role: { kind: "backup", masterDownAt: instant(9), masterInterval: seconds(1) },
    faults: [],
    priority: 90,
    basePriority: 100,
    master: { address: "192.0.2.3" as IpAddress, priority: 150 },
    addresses: [{ address, prefixLength: 32, interface: "eth0", present: false }],
    routes: [],
    rules: [],
    counters: {
      advertisementsReceived: 7,
      advertisementsSent: 3,
      becameMaster: 0,
      releasedMaster: 0,
      priorityZeroReceived: 0,
      priorityZeroSent: 0,
      rejected: { ip_ttl_err: 2 },
    },
    ...changes,
  };
}

function answer(...instances: readonly VrrpInstanceStatus[]): StatusAnswer {
  const statics = { addresses: [], routes: [], rules: [] };
  const vrrp = { now: instant(10), instances, statics, groups: [], scripts: [], links: [] };
  return {
    version: "1.2.3",
    pid: 77,
    generation: 2,
    configurationFile: "/etc/keepalived/keepalived.conf",
    children: [{ kind: "checkers" }, { kind: "vrrp", pid: 78 }],
    vrrp: { vrrp, lateness: { alarms: 5, median: 64, percentile99: 900, latest: microseconds(20_000) } },
  };
}

const session: BfdSessionStatus = {
  instance: { name: "peer", neighbourAddress: "192.0.2.2" } as BfdSessionStatus["instance"],
  state: "up",
  diagnostic: "No Diagnostic",
  remoteState: "up",
  remoteDiagnostic: "No Diagnostic",
  up: true,
  discriminator: 1,
  remoteDiscriminator: 2,
  transmitInterval: microseconds(10_000),
  detectionTime: microseconds(50_000),
  since: seconds(61),
  remote: { desiredMinTransmit: 10_000, requiredMinReceive: 10_000, detectMultiplier: 5, demand: false },
  polling: false,
  counters: { sent: 9, received: 8, ups: 1, rejected: { ttl: 3 } },
};

describe("locum status", () => {
  it("what is tracked: numbers of files, processes with how many there are, BFD sessions", () => {
    const trackers = {
      files: [{ name: "load", value: -7 }],
      processes: [{ name: "web", standing: "down", count: 0 }],
      bfdSessions: [{ name: "peer", standing: "up" }],
    } as const;
    const { vrrp, ...rest } = answer();
    if (vrrp === undefined) throw new Error("no VRRP in the answer");
    const text = statusText({ ...rest, vrrp: { ...vrrp, vrrp: { ...vrrp.vrrp, trackers } } }, colors);
    expect(text).toContain("Tracked: file load -7, process web down (0), BFD session peer up");
  });

  it("links with delays: what counts, and what they are when that is something else", () => {
    const linkDelays = [
      { interface: "eth0", up: true, seenUp: true, turnsAt: instant(1_500_010) },
      { interface: "eth1", up: false, seenUp: false },
    ];
    const { vrrp, ...rest } = answer();
    if (vrrp === undefined) throw new Error("no VRRP in the answer");
    const text = statusText({ ...rest, vrrp: { ...vrrp, vrrp: { ...vrrp.vrrp, linkDelays } } }, colors);
    expect(text).toContain(
      "Links with delays: eth0 counts as up, is down and counts as that in 1.5 s, eth1 down\n",
    );
  });

  it("F46 says what could not be told, and nothing when all was", () => {
    const losses = { lines: [{ path: "/run/pipe", lines: 7 }], mails: 2, commands: 3 };
    const text = statusText({ ...answer(), losses }, colors);
    expect(text).toContain("7 lines were dropped, because nobody reads /run/pipe\n");
    expect(text).toContain("2 mails could not be sent\n3 notify commands were left out");
    const none = statusText({ ...answer(), losses: { lines: [], mails: 0, commands: 0 } }, colors);
    expect(none).not.toMatch(/dropped|mails|left out/);
  });

  it("a row for each BFD session: its states, its times, what was refused and why", () => {
    const lost: BfdSessionStatus = {
      ...session,
      state: "down",
      remoteState: "admin-down",
      diagnostic: "Neighbor Signaled Session Down",
    };
    const bfd = { now: instant(10), sessions: [session, lost], rejected: { "no-session": 4 } };
    const text = statusText({ ...answer(), bfd: { bfd, lateness: { alarms: 0 } } }, colors);
    const lines = text.split("\n");
    expect(lines.filter((line) => line.startsWith("peer "))).toEqual([
      "peer         192.0.2.2  Up     1 min 1 s  Up         every 10 ms  50 ms      9/8         ttl 3",
      "peer         192.0.2.2  Down   1 min 1 s  AdminDown  every 10 ms  50 ms      9/8         ttl 3",
    ]);
    expect(text).toMatch(/peer: Neighbor Signaled Session Down; .*its followers still take it for up/);
    expect(text).toContain("BFD packets of no session: no-session 4");
  });

  it("routes and rules of a master: how many the kernel has, and which it lacks", () => {
    const paths = {
      routes: [
        { text: "10.0.0.0/8 via 192.0.2.1", present: true },
        { text: "10.9.0.0/16 via 192.0.2.1", present: false },
      ],
      rules: [{ text: "from 10.0.0.0/8 table 100 preference 50", present: true }],
    };
    const role = {
      kind: "master",
      since: instant(1),
      nextAdvertisementAt: instant(2),
      lastAdvertisementAt: instant(1),
      announcements: [],
    } as const;
    const text = statusText(answer(instance({ role, ...paths })), colors);
    expect(text).toContain(
      "ONE: 2 of 3 routes and rules in the kernel\n  missing: route 10.9.0.0/16 via 192.0.2.1\n",
    );
    expect(statusText(answer(instance(paths)), colors)).not.toContain("routes and rules");
  });

  it("a row for each instance: state, both priorities, the master, the addresses, what was refused and why", () => {
    const lines = statusText(answer(instance({})), colors).split("\n");
    expect(lines[0]).toBe("locum 1.2.3, pid 77, configuration 2 from /etc/keepalived/keepalived.conf");
    expect(lines).toContain("The checkers process does not run: it has nothing to do.");
    expect(lines.find((line) => line.startsWith("ONE"))).toMatch(
      /^ONE +eth0\/51 +BACKUP +90 \(100\) +192\.0\.2\.3 \(150\) +192\.0\.2\.100 +3\/7 +ip_ttl_err 2$/,
    );
    expect(lines.join("\n")).toMatch(/late by 0\.06 ms \(median\), 0\.90 ms \(99 %\), 20 ms \(most\)/);
  });

  it("names what is wrong: an address that is missing, the reasons of a fault, a process that is silent", () => {
    const master = instance({
      name: "TWO",
      role: {
        kind: "master",
        since: instant(1),
        lastAdvertisementAt: instant(1),
        nextAdvertisementAt: instant(2),
        announcements: [],
      },
    });
    const fault = instance({
      role: { kind: "fault", reasons: [{ kind: "interface-down", interface: "eth0" }] },
    });
    const text = statusText({ ...answer(master, fault) }, colors);
    expect(text).toMatch(/TWO .*itself +192\.0\.2\.100 \(0 of 1 on the interface\)/);
    expect(text).toMatch(/ONE is in FAULT: interface down eth0/);
    const { vrrp: _, ...silent } = answer();
    expect(statusText(silent, colors)).toMatch(/vrrp process \(pid 78\) did not answer within 2 s/);
  });

  it("a virtual server with its real servers, their weight in the table and their checks", () => {
    const real = {
      name: "[192.0.2.10]:tcp:80",
      up: false,
      since: instant(0),
      configuredWeight: 3,
      checkers: [{ kind: "http", up: false, lastReason: "status 500, wanted 200", retriesUsed: 0 }],
    };
    const server = {
      name: "[192.0.2.100]:tcp:80",
      quorumUp: false,
      quorum: 1,
      liveWeight: 0,
      realServers: [real],
    };
    const checkers = {
      health: { virtualServers: [server], refusedOperations: 1 },
      standing: { virtualServers: [] },
      now: instant(125_000_000),
    };
    const text = statusText({ ...answer(), checkers }, colors);
    expect(text).toMatch(/\[192\.0\.2\.100\]:tcp:80 DOWN \(quorum 1, live weight 0\)/);
    expect(text).toMatch(
      /\[192\.0\.2\.10\]:tcp:80 +DOWN +not in the table +2 min 5 s +http down \(status 500, wanted 200\)/,
    );
    expect(text).toMatch(/1 operations? refused by the service table/);
  });

  it("a name cannot steer the terminal", () => {
    expect(statusText(answer(instance({ name: "\u001b[2JX" })), colors)).not.toContain("\u001b");
  });

  it("a socket where nobody listens is an error with the way out", async () => {
    expect(await run(["--socket", "/nonexistent/locum.sock"])).toBe(1);
    expect(await run(["--bogus"])).toBe(64);
  });
});
