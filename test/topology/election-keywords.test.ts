import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";
import type { VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";

const suite = {
  title: "keywords of elections beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const pair = new InteropPair("lt-elect", { virtualAddress: VIP });
  beforeAll(() => pair.connect({ switched: true }));
  afterEach(async () => {
    pair.setLink("a", "eth0", true);
    await pair.clear();
  });
  afterAll(() => pair.dispose());

  const text = (priority: number, ...lines: readonly string[]) => `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority ${priority}
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;

  const entered = (daemon: VrrpDaemon, state: string) =>
    daemon.log.split(`Entering ${state} STATE`).length - 1;

  /** Seconds from one state to another, at most as long as it was; a look at the log may come a little late. */
  async function lapse(daemon: VrrpDaemon, from: string, to: string): Promise<number> {
    await eventually(() => entered(daemon, from) > 0, { within: 20_000, every: 5 });
    const started = performance.now();
    await eventually(() => entered(daemon, to) > 0, { within: 30_000, every: 5 });
    return (performance.now() - started) / 1_000;
  }

  it.each(["keepalived", "locum"] as const)(
    "preempt_delay: %s leaves a lower master in peace for as long",
    async (program) => {
      pair.start("b", { program: "locum", text: text(100) });
      await pair.owner("b");
      const daemon = pair.start("a", { program, text: text(200, "preempt_delay 4") });
      expect(await lapse(daemon, "BACKUP", "MASTER")).toBeGreaterThan(3.8);
      await pair.owner("a");
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "preempt_delay: %s takes over at once from a master that is gone",
    async (program) => {
      const other = pair.start("b", { program: "locum", text: text(100) });
      await pair.owner("b");
      const daemon = pair.start("a", { program, text: text(200, "preempt_delay 600") });
      await eventually(() => entered(daemon, "BACKUP") === 1, { within: 20_000 });
      await other.kill();
      await eventually(() => pair.holds("a"), { within: 10_000 });
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "nopreempt: %s leaves a lower master for good, until it resigns",
    async (program) => {
      const other = pair.start("b", { program: "locum", text: text(100) });
      await pair.owner("b");
      const daemon = pair.start("a", { program, text: text(200, "state BACKUP", "nopreempt") });
      await eventually(() => entered(daemon, "BACKUP") === 1, { within: 20_000 });
      const since = Date.now();
      // Several of its down intervals.
      await eventually(() => Date.now() - since > 4_000, { within: 6_000, every: 100 });
      expect(entered(daemon, "MASTER")).toBe(0);
      await pair.owner("b");
      await other.stop();
      await pair.owner("a");
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "down_timer_adverts: %s misses as many before it takes over",
    async (program) => {
      const daemon = pair.start("a", { program, text: text(200, "down_timer_adverts 15") });
      expect(await lapse(daemon, "BACKUP", "MASTER")).toBeGreaterThan(2.8);
    },
    40_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "dont_track_primary: %s stays master without a carrier, and is at fault without the keyword",
    async (program) => {
      for (const [line, faults] of [
        ["dont_track_primary", 0],
        ["", 1],
      ] as const) {
        const daemon = pair.start("a", { program, text: text(200, line, "garp_master_delay 1") });
        await pair.owner("a");
        pair.setLink("a", "eth0", false);
        const since = Date.now();
        await eventually(() => Date.now() - since > 1_500, { within: 4_000, every: 100 });
        expect([entered(daemon, "FAULT"), pair.holds("a")]).toEqual([faults, faults === 0]);
        pair.setLink("a", "eth0", true);
        await pair.owner("a");
        await pair.clear();
      }
    },
    60_000,
  );
});
