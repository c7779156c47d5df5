import { it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { FrrRouter } from "../support/frr-router.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const patience = { within: 30_000 };

const profiles = [
  { name: "VRRPv2", version: 2, intervalMs: 1_000, virtualAddress: "10.77.0.100" },
  { name: "VRRPv3", version: 3, intervalMs: 100, virtualAddress: "10.77.0.100" },
  { name: "VRRPv3, IPv6", version: 3, intervalMs: 100, virtualAddress: "fe80::100" },
] as const;
type Profile = (typeof profiles)[number];

function configuration({ version, intervalMs, virtualAddress }: Profile, priority: number): string {
  return `vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version ${version}
  advert_int ${intervalMs / 1_000}
  virtual_ipaddress {
    ${virtualAddress}/${virtualAddress.includes(":") ? 64 : 16}
  }
}
`;
}

const cases = profiles.flatMap((profile, at) =>
  ([true, false] as const).map((oursIsBetter) => ({
    profile,
    oursIsBetter,
    title: oursIsBetter ? "locum preempts vrrpd" : "vrrpd preempts locum",
    prefix: `lt-frr${at}${oursIsBetter ? "o" : "t"}`,
  })),
);

/** Ours in a and FRR in b, whoever is better; each is stopped and killed, and the other must take over. */
describeWith({ title: "locum beside FRR's vrrpd", needs: ["root", "netns", "vrrpd"] }, () => {
  it.concurrent.for(cases)(
    "TX-9 TX-10 $profile.name: $title, takes over after a SIGTERM and a crash, and is preempted again",
    { timeout: 180_000 },
    async ({ profile, oursIsBetter, prefix }, { expect }) => {
      const { virtualAddress } = profile;
      const pair = new InteropPair(prefix, { virtualAddress });
      let frr: FrrRouter | undefined;
      try {
        pair.connect();
        frr = new FrrRouter(pair.namespaces, "b", {
          ...profile,
          virtualAddresses: [virtualAddress],
          virtualRouterId: 51,
          priority: oursIsBetter ? 200 : 250,
        });
        const theirs = frr;
        const text = configuration(profile, oursIsBetter ? 250 : 200);
        const start = () => pair.start("a", { program: "locum", text });
        const oursAlone = () => eventually(() => pair.holds("a") && !theirs.isMaster, patience);
        const theirsAlone = () => eventually(() => theirs.isMaster && !pair.holds("a"), patience);
        if (oursIsBetter) {
          await theirs.start();
          await theirsAlone();
          const first = start();
          await oursAlone();
          expect(await first.stop()).toBe(0);
          await theirsAlone();
          const second = start();
          await oursAlone();
          expect(second.log).not.toMatch(/refused/);
          await second.kill();
          await eventually(() => theirs.isMaster, patience);
          return;
        }
        const ours = start();
        await eventually(() => pair.holds("a"), patience);
        await theirs.start();
        await theirsAlone();
        for (const signal of ["SIGTERM", "SIGKILL"] as const) {
          await theirs.end(signal);
          await eventually(() => pair.holds("a"), patience);
          await theirs.start();
          await theirsAlone();
        }
        expect(ours.log).not.toMatch(/refused/);
      } finally {
        frr?.dispose();
        await pair.dispose();
      }
    },
  );

  it("IPv4 and IPv6 in one virtual router ID: each family changes hands, and none is taken for the other", {
    timeout: 90_000,
  }, async ({ expect }) => {
    const both = profiles.slice(1);
    const addresses = both.map(({ virtualAddress }) => virtualAddress);
    const pair = new InteropPair("lt-frrb", { virtualAddress: addresses[0] ?? "" });
    let frr: FrrRouter | undefined;
    try {
      pair.connect();
      frr = new FrrRouter(pair.namespaces, "b", {
        version: 3,
        intervalMs: 100,
        virtualAddresses: addresses,
        virtualRouterId: 51,
        priority: 200,
      });
      const theirs = frr;
      await theirs.start();
      await eventually(() => theirs.isMaster, patience);
      const text = both.map((profile, at) => configuration(profile, 250).replace("V1", `V${at}`)).join("");
      const ours = pair.start("a", { program: "locum", text });
      const oursHold = (all: boolean) => addresses.every((address) => pair.holds("a", address) === all);
      await eventually(() => oursHold(true) && !theirs.isMaster, patience);
      expect(await ours.stop()).toBe(0);
      await eventually(() => oursHold(false) && theirs.isMaster, patience);
      expect(ours.log).not.toMatch(/refused/);
      const lower = pair.start("a", { program: "locum", text: text.replaceAll("250", "150") });
      await eventually(() => lower.log.match(/Entering BACKUP STATE/g)?.length === 2, patience);
      await theirs.end("SIGKILL");
      await eventually(() => oursHold(true), patience);
      expect(lower.log).not.toMatch(/refused/);
    } finally {
      frr?.dispose();
      await pair.dispose();
    }
  });
});
