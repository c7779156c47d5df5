import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type BfdPeer, peerTimes, startBird, startFrr } from "../support/bfd-peer.ts";
import type { Capability } from "../support/capabilities.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { VrrpDaemon } from "../support/vrrp-daemon.ts";

const OUR4 = "10.79.0.1";
const THEIR4 = "10.79.0.2";
const OUR6 = "fd79::1";
const THEIR6 = "fd79::2";
/** The ends of the session over a router. */
const OUR_FAR = "10.81.0.1";
const THEIR_FAR = "10.80.0.2";
const VIP = "10.79.0.100";

const TIMES = "min_rx 100\n  min_tx 100\n  multiplier 20";
const DETECTION_MS = peerTimes.transmitMs * peerTimes.multiplier;

/** Sessions over the link in both families, one over a router, and an instance that follows the first. */
const configuration = (maxHops: number) => `
bfd_instance near4 {
  neighbor_ip ${THEIR4}
  source_ip ${OUR4}
  ${TIMES}
}
bfd_instance near6 {
  neighbor_ip ${THEIR6}
  source_ip ${OUR6}
  ${TIMES}
}
bfd_instance far {
  neighbor_ip ${THEIR_FAR}
  source_ip ${OUR_FAR}
  ${TIMES}
  multihop
  max_hops ${maxHops}
}
vrrp_instance V1 {
  interface eth0
  virtual_router_id 79
  priority 100
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${VIP}/24
  }
  track_bfd {
    near4
  }
}
`;

/** BIRD sends over several hops with the TTL of the system, 64, and so it cannot be judged; FRR sends with 255. */
const peers: readonly (readonly [string, Capability, typeof startBird, number])[] = [
  ["BIRD", "bird", startBird, -1],
  ["FRR", "bfdd", startFrr, 1],
];

for (const [title, capability, start, maxHops] of peers) {
  describeWith({ title: `BFD with ${title}`, needs: ["root", "netns", capability] }, () => {
    const namespaces = new Namespaces(`lt-bfd-${capability}`);
    const daemons: VrrpDaemon[] = [];
    const others: BfdPeer[] = [];

    beforeAll(() => {
      for (const name of ["us", "router", "them"]) namespaces.add(name);
      namespaces.cable(
        { namespace: "us", interface: "eth0", addresses: [`${OUR4}/24`, `${OUR6}/64`] },
        { namespace: "them", interface: "eth0", addresses: [`${THEIR4}/24`, `${THEIR6}/64`] },
      );
      namespaces.cable(
        { namespace: "us", interface: "eth1", addresses: [`${OUR_FAR}/24`] },
        { namespace: "router", interface: "eth0", addresses: ["10.81.0.254/24"] },
      );
      namespaces.cable(
        { namespace: "router", interface: "eth1", addresses: ["10.80.0.254/24"] },
        { namespace: "them", interface: "eth1", addresses: [`${THEIR_FAR}/24`] },
      );
      namespaces.run("us", ["ip", "route", "add", "10.80.0.0/24", "via", "10.81.0.254"]);
      namespaces.run("them", ["ip", "route", "add", "10.81.0.0/24", "via", "10.80.0.254"]);
    });
    afterEach(async () => {
      for (const daemon of daemons.splice(0)) await daemon.dispose();
      for (const other of others.splice(0)) other.dispose();
      // What was killed left its address.
      namespaces.run("us", ["ip", "address", "flush", "dev", "eth0", "to", `${VIP}/32`]);
    });
    afterAll(() => namespaces.remove());

    const forwarding = (on: boolean) =>
      namespaces.run("router", ["sysctl", "-qw", `net.ipv4.ip_forward=${on ? 1 : 0}`]);

    /** Both ends, with every session up as each of them sees it, and the instance master by that. */
    async function bothUp(): Promise<{ daemon: VrrpDaemon; peer: BfdPeer }> {
      forwarding(true);
      const peer = start(namespaces, {
        namespace: "them",
        interface: "eth0",
        sessions: [
          { local: THEIR4, remote: OUR4 },
          { local: THEIR6, remote: OUR6 },
          { local: THEIR_FAR, remote: OUR_FAR, multihop: true },
        ],
      });
      others.push(peer);
      const daemon = new VrrpDaemon(namespaces, { namespace: "us", program: "locum", flags: [] });
      daemon.configure(configuration(maxHops));
      daemon.start();
      daemons.push(daemon);
      for (const name of ["near4", "near6", "far"]) {
        await eventually(() => daemon.log.includes(`(${name}) Entering Up state`), { within: 20_000 });
      }
      for (const remote of [OUR4, OUR6, OUR_FAR]) {
        await eventually(() => peer.state(remote) === "up", { within: 20_000 });
      }
      await eventually(holdsAddress, { within: 20_000 });
      return { daemon, peer };
    }

    const holdsAddress = () =>
      namespaces.run("us", ["ip", "-4", "address", "show", "dev", "eth0"]).includes(`inet ${VIP}/`);
    /** A line may come to us after what it tells of. */
    const said = (daemon: VrrpDaemon, line: string) =>
      eventually(() => daemon.log.includes(line), { within: 5_000 });
    const times = (daemon: VrrpDaemon, line: string) => daemon.log.split(line).length - 1;
    /** How long a session waited before it took the neighbour for gone, in milliseconds. */
    async function expired(daemon: VrrpDaemon, name: string): Promise<number> {
      const line = new RegExp(`\\(${name}\\) Expired after (\\d+) ms`);
      const found = await eventually(() => line.exec(daemon.log)?.[1], { within: 15_000 });
      return Number(found);
    }

    it("sessions in both families and over a router come up; each is down when its path is, and the instance follows", async () => {
      const { daemon, peer } = await bothUp();
      await said(daemon, "VRRP_Instance(V1) Tracked BFD instance near4 is UP");

      forwarding(false);
      expect(await expired(daemon, "far")).toBeGreaterThanOrEqual(DETECTION_MS);
      await eventually(() => peer.state(OUR_FAR) !== "up", { within: 15_000 });
      expect(daemon.log).not.toMatch(/\(near[46]\) Expired/);
      expect(holdsAddress()).toBe(true);

      peer.kill();
      for (const name of ["near4", "near6"]) {
        const silence = await expired(daemon, name);
        expect(silence).toBeGreaterThanOrEqual(DETECTION_MS);
        // The promise is 10 ms; a machine that tests on all its processors may be late.
        expect(silence).toBeLessThan(DETECTION_MS + 3_000);
      }
      await eventually(() => !holdsAddress(), { within: 5_000 });
      await said(daemon, "VRRP_Instance(V1) Tracked BFD instance near4 is DOWN");
      await said(daemon, "(V1) Entering FAULT STATE");
    });

    it("our end, on purpose or not, is seen by the neighbour", async () => {
      const first = await bothUp();
      await first.daemon.stop();
      for (const remote of [OUR4, OUR6, OUR_FAR]) {
        await eventually(() => first.peer.state(remote) !== "up", { within: 15_000 });
      }
      first.daemon.start();
      await eventually(() => times(first.daemon, "(near4) Entering Up state") === 2, { within: 20_000 });
      await eventually(() => first.peer.state(OUR4) === "up", { within: 20_000 });
      await first.daemon.kill();
      await eventually(() => first.peer.state(OUR4) !== "up", { within: 15_000 });
    });

    const switchedOff = async () => {
      const { daemon, peer } = await bothUp();
      peer.shutDown?.();
      // FRR says no diagnostic with it.
      const down = "(near4) Entering Down state (Local diagnostic - Neighbor Signaled Session Down";
      await eventually(() => daemon.log.includes(down), { within: 15_000 });
      expect(daemon.log).not.toContain("Tracked BFD instance near4 is DOWN");
      expect(holdsAddress()).toBe(true);
      expect(await daemon.stop()).toBe(0);
    };
    if (title === "FRR")
      it("a neighbour that is switched off on purpose is Down and no failure", switchedOff);
  });
}
