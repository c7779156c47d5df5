import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const VIP = "10.77.0.100";
/** Of priority 100 at 0.2 s: three intervals and the skew. */
const DOWN_INTERVAL = 0.7;

const suite = {
  title: "vrrp_startup_delay beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const pair = new InteropPair("lt-delay", { virtualAddress: VIP });
  let folder = "";
  beforeAll(() => pair.connect());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  });
  afterEach(async () => {
    await pair.clear();
    rmSync(folder, { recursive: true });
  });
  afterAll(() => pair.dispose());

  const text = (delay: number, more = "") => `global_defs {
  ${delay > 0 ? `vrrp_startup_delay ${delay}` : ""}
  vrrp_notify_fifo ${join(folder, "pipe")}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority 100
  virtual_ipaddress {
    ${VIP}/16
  }
  ${more}
}
`;

  /** The states that the pipe tells, and when each was seen here, in seconds. */
  function states(): { readonly seen: { state: string; at: number }[]; close(): void } {
    const seen: { state: string; at: number }[] = [];
    const descriptor = openSync(join(folder, "pipe"), constants.O_RDWR | constants.O_NONBLOCK);
    const look = setInterval(() => {
      const buffer = Buffer.alloc(4_096);
      try {
        const told = buffer.toString("latin1", 0, readSync(descriptor, buffer));
        for (const [, state = ""] of told.matchAll(/^INSTANCE "V" (\w+)/gm)) {
          seen.push({ state, at: performance.now() / 1_000 });
        }
      } catch {
        // Nothing yet.
      }
    }, 10);
    const close = () => {
      clearInterval(look);
      closeSync(descriptor);
    };
    return { seen, close };
  }

  /** From one state to another that came later. */
  function lapse(seen: readonly { state: string; at: number }[], from: string, to: string): number {
    const at = (state: string) => seen.find((each) => each.state === state)?.at ?? Number.NaN;
    return at(to) - at(from);
  }

  it.each(["keepalived", "locum"] as const)(
    "%s: backup at once, rid of an old address, and master a down interval after the delay",
    async (program) => {
      pair.namespaces.run("a", ["ip", "address", "add", `${VIP}/16`, "dev", "eth0"]);
      const daemon = pair.start("a", { program, text: text(2) });
      const told = await eventually(states, { within: 10_000 });
      await eventually(() => told.seen.length === 1 && !pair.holds("a"), { within: 10_000 });
      await eventually(() => told.seen.length === 2 && pair.holds("a"), { within: 15_000 });
      told.close();
      expect(told.seen.map(({ state }) => state)).toEqual(["BACKUP", "MASTER"]);
      // No sooner; how much later is the machine's affair.
      expect(lapse(told.seen, "BACKUP", "MASTER")).toBeGreaterThan(2 + DOWN_INTERVAL - 0.1);
      const order = [
        /Delaying startup for 2 seconds/,
        /Entering BACKUP STATE \(init\)/,
        /Entering MASTER STATE/,
      ];
      const places = order.map((line) => daemon.log.search(line));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    },
    40_000,
  );

  it("what is heard during the delay does not count, as with keepalived from 2.2.8 on", async () => {
    pair.start("a", { program: "locum", text: text(6) });
    const told = await eventually(states, { within: 10_000 });
    await eventually(() => told.seen.length === 1, { within: 10_000 });
    // Whoever hears this one waits three of its intervals, half a minute, when it is gone; keepalived 2.2.7 does.
    const long = text(0, "state MASTER").replace("0.2", "10").replace("priority 100", "priority 255");
    const owner = pair.start("b", { program: "locum", text: long.replace("pipe", "other") });
    await eventually(() => pair.holds("b"), { within: 5_000 });
    await owner.kill();
    await eventually(() => pair.holds("a") && told.seen.length === 2, { within: 20_000 });
    told.close();
    expect(lapse(told.seen, "BACKUP", "MASTER")).toBeGreaterThan(6 + DOWN_INTERVAL - 0.1);
  }, 60_000);

  it.each(["keepalived", "locum"] as const)(
    "%s: a master that is there when the delay is over stays master",
    async (program) => {
      pair.start("b", {
        program: "locum",
        text: text(0).replace("priority 100", "priority 200").replace("pipe", "other"),
      });
      await pair.owner("b");
      const daemon = pair.start("a", { program, text: text(1) });
      await eventually(() => daemon.log.includes("Entering BACKUP STATE"), { within: 10_000 });
      const started = Date.now();
      await eventually(() => Date.now() - started > 4_000, { within: 6_000 });
      expect(daemon.log).not.toMatch(/MASTER STATE/);
      await pair.owner("b");
    },
    40_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "%s: a link that goes and comes meanwhile is a fault at once, and shortens nothing",
    async (program) => {
      pair.start("a", { program, text: text(5) });
      const told = await eventually(states, { within: 10_000 });
      await eventually(() => told.seen.length === 1, { within: 10_000 });
      pair.namespaces.run("b", ["ip", "link", "set", "eth0", "down"]);
      await eventually(() => told.seen.length === 2, { within: 3_000 });
      pair.namespaces.run("b", ["ip", "link", "set", "eth0", "up"]);
      await eventually(() => told.seen.length === 4, { within: 20_000 });
      told.close();
      expect(told.seen.map(({ state }) => state)).toEqual(["BACKUP", "FAULT", "BACKUP", "MASTER"]);
      expect(lapse(told.seen, "BACKUP", "MASTER")).toBeGreaterThan(5 + DOWN_INTERVAL - 0.1);
    },
    40_000,
  );
});
