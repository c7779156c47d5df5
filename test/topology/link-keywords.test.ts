import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";
const PROGRAMS = ["keepalived", "locum"] as const;

interface Parts {
  readonly global?: readonly string[];
  readonly lines?: readonly string[];
  readonly delays?: string;
  /** A command that runs the program otherwise. */
  readonly command?: readonly string[];
}

const text = ({ global = [], lines = [], delays }: Parts) => `global_defs {
  ${global.join("\n  ")}
}
${delays === undefined ? "" : `interface_up_down_delays {\n  eth0 ${delays}\n}`}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  priority 200
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;

const entered = (daemon: VrrpDaemon, state: string) => daemon.log.split(`Entering ${state} STATE`).length - 1;

async function lasting(seconds: number): Promise<void> {
  const since = performance.now();
  await eventually(() => performance.now() - since > seconds * 1_000, { within: seconds * 1_000 + 5_000 });
}

/** Seconds until something is so. */
async function lapse(look: () => boolean, within = 20): Promise<number> {
  const started = performance.now();
  await eventually(look, { within: within * 1_000, every: 5 });
  return (performance.now() - started) / 1_000;
}

const suite = {
  title: "links, source addresses and waits beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  let made = 0;

  /** Plays with one program, in namespaces that are gone afterwards. */
  async function alone(
    program: DaemonProgram,
    play: (begin: Begin, program: DaemonProgram) => Promise<void>,
  ): Promise<void> {
    const pair = new InteropPair(`lt-link${made++}`, { virtualAddress: VIP });
    try {
      await play((parts, before) => begin(pair, { program, parts, before }), program);
    } finally {
      await pair.dispose();
    }
  }

  const both = async (play: (begin: Begin, program: DaemonProgram) => Promise<void>) => {
    await Promise.all(PROGRAMS.map((program) => alone(program, play)));
  };

  it.concurrent("interface_up_down_delays: a short outage is none, and a longer one counts late", async () => {
    await both(async (begin) => {
      const parts = { delays: "1.5 2", lines: ["down_timer_adverts 16"] };
      const { daemon, link, master } = begin(parts);
      await master();
      await link(false);
      await link(true);
      await lasting(2);
      expect(entered(daemon, "FAULT")).toBe(0);
      await link(false);
      expect(await lapse(() => entered(daemon, "FAULT") === 1)).toBeGreaterThan(0.9);
      await link(true);
      expect(await lapse(() => entered(daemon, "BACKUP") === 2)).toBeGreaterThan(1.2);
      await master();
    });
  }, 60_000);

  it.concurrent("interface_up_down_delays: without them a short outage is a fault", async () => {
    await both(async (begin) => {
      const { daemon, link, master } = begin({ lines: ["down_timer_adverts 16"] });
      await master();
      await link(false);
      await link(true);
      await eventually(() => entered(daemon, "FAULT") === 1 && entered(daemon, "BACKUP") === 2, {
        within: 10_000,
      });
    });
  }, 60_000);

  it.concurrent("interface_up_down_delays: none is as long as another router would wait", async () => {
    await both(async (begin) => {
      const { daemon, link, master } = begin({ delays: "30 30" });
      await master();
      // Two intervals, less a little.
      await link(false);
      expect(await lapse(() => entered(daemon, "FAULT") === 1)).toBeLessThan(10);
      await link(true);
      expect(await lapse(() => entered(daemon, "BACKUP") === 2)).toBeLessThan(10);
    });
  }, 60_000);

  // keepalived compares the address with the wrong octets, in 2.2.7 and later, so that the keyword does nothing there.
  it.concurrent.each([
    { lines: ["mcast_src_ip 10.77.0.50"], faults: { keepalived: 0, locum: 0 } },
    { lines: ["mcast_src_ip 10.77.0.50", "track_src_ip"], faults: { keepalived: 0, locum: 1 } },
  ])(
    "$lines: a source address that goes and comes back",
    async ({ lines, faults }) => {
      await both(async (begin, program) => {
        const { daemon, address, master } = begin({ lines }, ["10.77.0.50/16"]);
        await master();
        address("delete", "10.77.0.50/16");
        await lasting(0.5);
        const expected = faults[program];
        expect(entered(daemon, "FAULT")).toBe(expected);
        address("add", "10.77.0.50/16");
        await eventually(() => entered(daemon, "BACKUP") === 1 + expected, { within: 5_000 });
        await master();
      });
    },
    60_000,
  );

  it.concurrent("use_ipvlan: an interface of its own, or a fault that says what the kernel lacks", async () => {
    await both(async (begin, program) => {
      const { daemon, master, makes } = begin({ lines: ["use_ipvlan vi.51 10.77.0.60/16"] });
      if (makes("ipvlan")) {
        await master();
        return;
      }
      await eventually(() => /entering FAULT state/i.test(daemon.log), { within: 10_000 });
      expect(daemon.log).toMatch(
        program === "keepalived"
          ? /Operation not supported[\s\S]*Unable to create ipvlan interface vi\.51/
          : /cannot make vi\.51 on eth0: Operation not supported .* no ipvlan interfaces/,
      );
      // It stays so.
      await lasting(1.2);
      expect(entered(daemon, "MASTER")).toBe(0);
    });
  }, 60_000);

  it.concurrent("track_src_ip: at fault from the start until the address is there", async () => {
    await alone("locum", async (begin) => {
      const { daemon, address, master } = begin({ lines: ["mcast_src_ip 10.77.0.50", "track_src_ip"] });
      await eventually(() => entered(daemon, "FAULT") === 1, { within: 10_000 });
      address("add", "10.77.0.50/16");
      await master();
    });
  }, 60_000);

  it.concurrent.each([
    { global: ["vrrp_down_timer_adverts 20"], lines: [], least: 2.5, most: 15 },
    { global: ["vrrp_down_timer_adverts 20"], lines: ["down_timer_adverts 2"], least: 0, most: 3.5 },
  ])(
    "$global $lines: that many are missed before it takes over",
    async ({ global, lines, least, most }) => {
      await both(async (begin) => {
        const { daemon } = begin({ global, lines });
        await eventually(() => entered(daemon, "BACKUP") > 0, { within: 20_000, every: 5 });
        const waited = await lapse(() => entered(daemon, "MASTER") > 0);
        expect(waited).toBeGreaterThan(least);
        expect(waited).toBeLessThan(most);
      });
    },
    60_000,
  );

  // keepalived knows it from 2.4.0 on.
  it.concurrent("vrrp_delay_after_boot: no election before", async () => {
    await alone("locum", async (begin) => {
      const wanted = uptime() + 6;
      // The keyword knows no more than 4,294 s, and this machine may be up for longer: there it booted 100 s ago.
      const moved = 100 - Math.floor(uptime());
      const { daemon } = begin({
        global: [`vrrp_delay_after_boot ${(wanted + moved).toFixed(3)}`],
        command: [
          "unshare",
          "--fork",
          "--kill-child",
          `--monotonic=${moved}`,
          `--boottime=${moved}`,
          "--time",
        ],
      });
      await eventually(() => entered(daemon, "BACKUP") > 0, { within: 20_000 });
      expect(uptime()).toBeLessThan(wanted);
      await eventually(() => entered(daemon, "MASTER") > 0, { within: 20_000, every: 5 });
      expect(uptime()).toBeGreaterThan(wanted);
    });
  }, 60_000);

  it.concurrent("vrrp_delay_after_boot: nothing when that is over", async () => {
    await alone("locum", async (begin) => {
      const { daemon } = begin({ global: ["vrrp_delay_after_boot 0.5"] });
      await eventually(() => entered(daemon, "BACKUP") > 0, { within: 20_000, every: 5 });
      expect(await lapse(() => entered(daemon, "MASTER") > 0)).toBeLessThan(3);
    });
  }, 60_000);
});

type Begin = (parts: Parts, before?: readonly string[]) => ReturnType<typeof begin>;

/** A director alone at a switch, with addresses that were there before. */
function begin(
  pair: InteropPair,
  how: {
    readonly program: DaemonProgram;
    readonly parts: Parts;
    readonly before: readonly string[] | undefined;
  },
) {
  const { program, parts, before = [] } = how;
  const ip = (...words: readonly string[]) => pair.namespaces.run("a", ["ip", ...words]);
  pair.connect({ switched: true });
  for (const address of before) ip("address", "add", address, "dev", "eth0");
  const { command } = parts;
  const daemon = pair.start("a", {
    program,
    text: text(parts),
    ...(command === undefined ? {} : { before: command }),
  });
  return {
    daemon,
    /** Plugs or pulls its cable; over when the kernel has told of it, which may take it a second. */
    link: async (up: boolean) => {
      pair.setLink("a", "eth0", up);
      const told = () => ip("-o", "link", "show", "dev", "eth0").includes("state UP") === up;
      await eventually(told, { within: 5_000 });
    },
    address: (verb: "add" | "delete", address: string) => ip("address", verb, address, "dev", "eth0"),
    master: () => pair.owner("a"),
    /** Whether this kernel has a kind of interface. */
    makes: (kind: string) => {
      try {
        pair.namespaces.run("b", ["ip", "link", "add", "try0", "link", "eth0", "type", kind]);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}
