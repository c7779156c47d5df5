import { describe, expect, it } from "vitest";
import type { VirtualAddress } from "../../src/conf/model/vrrp-instance.ts";
import type { RouterEvent } from "../../src/vrrp/router-state.ts";
import { at, bench, config, ip } from "./router-support.ts";

describe("addresses taken away", () => {
  const lost: RouterEvent = { kind: "addresses-lost", addresses: [ip("192.0.2.1")] };

  it("are put back at once, and a second time after a second", () => {
    const router = bench("master").on(lost, at(0.2));
    expect(router.on(lost, at(0.3)).told).toEqual([]);
    const restored = router.run(at(3)).find(({ effect }) => effect.kind === "add-addresses");
    expect(restored?.at).toBe(at(1.2));
  });

  it("an address that could not be added is tried again, and the failure logged once", () => {
    const failed: RouterEvent = { kind: "effect-failed", effect: "add-addresses", reason: "EBUSY" };
    const router = bench("master").on(failed, at(0.2));
    expect(router.told).toEqual(["log"]);
    expect(router.on(failed, at(0.3)).told).toEqual([]);
    expect(router.run(at(3)).find(({ effect }) => effect.kind === "add-addresses")?.at).toBe(at(1.2));
  });
});

describe("reload of a master", () => {
  const two = [ip("192.0.2.1"), ip("192.0.2.2")].map((address) => ({ address, prefixLength: 32 }));

  it("adds and announces only what is new, twice", () => {
    const router = bench("master").on(
      { kind: "reconfigure", config: config({ virtualAddresses: two }), priority: 100 },
      at(0.5),
    );
    expect(router.told).toEqual(["advert 100", "add-addresses", "announce x5"]);
    expect(router.effects[1]).toMatchObject({ addresses: [{ address: "192.0.2.2" }] });
    const bursts = router.run(at(9)).filter(({ effect }) => effect.kind === "announce");
    expect(bursts.map((entry) => entry.at)).toEqual([at(5), at(5.5)]);
  });

  it("announces nothing later that it no longer has", () => {
    const router = bench("master", { virtualAddresses: two });
    router.on({ kind: "reconfigure", config: config(), priority: 100 }, at(0.5));
    expect(router.told).toEqual(["advert 100", "remove-addresses"]);
    const burst = router.run(at(9)).find(({ effect }) => effect.kind === "announce");
    expect(burst?.effect).toMatchObject({ addresses: [{ address: "192.0.2.1" }] });
  });

  it("takes away first what the kernel cannot change where it stands", () => {
    const change = (was: VirtualAddress, is: VirtualAddress) =>
      bench("master", { virtualAddresses: [was] })
        .on({ kind: "reconfigure", config: config({ virtualAddresses: [is] }), priority: 100 }, at(0.5))
        .told.filter((word) => word.endsWith("-addresses"));
    const four = { address: ip("192.0.2.1"), prefixLength: 24 };
    const six = { address: ip("2001:db8::1"), prefixLength: 64 };
    const firstAway = ["remove-addresses", "add-addresses"];
    expect(change(four, { ...four, label: "eth0:1" })).toEqual(firstAway);
    expect(change(four, { ...four, prefixLength: 25 })).toEqual(["add-addresses", "remove-addresses"]);
    expect(change(six, { ...six, flags: ["home"] })).toEqual(["add-addresses"]);
    expect(change(six, { ...six, prefixLength: 65 })).toEqual(firstAway);
  });

  it("is not kept busy by a burst of which every address is gone", () => {
    const others = [{ address: ip("192.0.2.3"), prefixLength: 32 }];
    const router = bench("master");
    router.on({ kind: "reconfigure", config: config({ virtualAddresses: others }), priority: 100 }, at(0.5));
    const ringing: number[] = [];
    for (let rings = 0; rings < 20; rings++) {
      const due = router.deadline;
      if (due === undefined || due > at(9)) break;
      ringing.push(due);
      router.on({ kind: "alarm" }, due);
    }
    expect(new Set(ringing).size).toBe(ringing.length);
    expect(router.deadline).toBeGreaterThan(at(9));
  });
});
