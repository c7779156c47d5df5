import { describe, expect, it } from "vitest";
import type { RouterEvent } from "../../src/vrrp/router-state.ts";
import { advert, at, bench, config, ip, LOWER, OWN } from "./router-support.ts";

const DOWN = { kind: "interface-down", interface: "eth0" } as const;
const OTHER = { kind: "script", name: "web" } as const;
const START: RouterEvent = { kind: "startup", source: OWN, priority: 100, faults: [] };
const other = config({ virtualAddresses: [{ address: ip("192.0.2.2"), prefixLength: 32 }] });

type Row = readonly [
  RouterEvent,
  { readonly [role in "initialize" | "backup" | "master" | "fault"]: string },
];

/** Role after the event, then what the world was asked to do. Routers have priority 100, half a second in their role. */
const TABLE: readonly (readonly [string, ...Row])[] = [
  [
    "startup",
    START,
    {
      initialize: "backup: remove-addresses, initialize -> backup",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "startup without an address",
    { ...START, source: undefined },
    {
      initialize: "fault: remove-addresses, initialize -> fault",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "its sync group became master",
    { kind: "follow-group", to: "master" },
    {
      initialize: "initialize",
      backup: "master: advert 100, add-addresses, announce x5, backup -> master",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "its sync group gave mastership up",
    { kind: "follow-group", to: "backup" },
    {
      initialize: "initialize",
      backup: "backup",
      master: "backup: advert 100, advert 100, advert 100, remove-addresses, master -> backup",
      fault: "fault",
    },
  ],
  [
    "shutdown",
    { kind: "shutdown" },
    {
      initialize: "initialize",
      backup: "initialize: backup -> initialize",
      master: "initialize: advert 0, remove-addresses, master -> initialize",
      fault: "initialize: fault -> initialize",
    },
  ],
  [
    "alarm",
    { kind: "alarm" },
    { initialize: "initialize", backup: "backup", master: "master", fault: "fault" },
  ],
  [
    "a higher priority",
    advert(150),
    {
      initialize: "initialize",
      backup: "backup",
      master: "backup: advert 100, advert 100, advert 100, remove-addresses, master -> backup",
      fault: "fault",
    },
  ],
  [
    "an equal priority from a higher address",
    advert(100),
    {
      initialize: "initialize",
      backup: "backup",
      master: "backup: advert 100, advert 100, advert 100, remove-addresses, master -> backup",
      fault: "fault",
    },
  ],
  [
    "an equal priority from a lower address",
    advert(100, { source: LOWER }),
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log, advert 100, announce x5, lower-priority-heard",
      fault: "fault",
    },
  ],
  [
    "an equal priority from our own address",
    advert(100, { source: OWN }),
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log",
      fault: "fault",
    },
  ],
  [
    "a lower priority",
    advert(50),
    {
      initialize: "initialize",
      backup: "backup: log",
      master: "master: log, advert 100, announce x5, lower-priority-heard",
      fault: "fault",
    },
  ],
  [
    "priority 0",
    advert(0),
    { initialize: "initialize", backup: "backup", master: "master: advert 100", fault: "fault" },
  ],
  [
    "another effective priority",
    { kind: "priority-changed", priority: 90 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "the same effective priority",
    { kind: "priority-changed", priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "a fault",
    { kind: "fault-raised", reason: OTHER },
    {
      initialize: "initialize",
      backup: "fault: backup -> fault",
      master: "fault: advert 0, remove-addresses, master -> fault",
      fault: "fault",
    },
  ],
  [
    "the end of the only fault",
    { kind: "fault-cleared", reason: DOWN },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "backup: fault -> backup",
    },
  ],
  [
    "the end of a fault it did not have",
    { kind: "fault-cleared", reason: OTHER },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "another source address",
    { kind: "source-address-changed", source: LOWER },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "the source address gone",
    { kind: "source-address-changed", source: undefined },
    {
      initialize: "initialize",
      backup: "fault: backup -> fault",
      master: "fault: advert 0, remove-addresses, master -> fault",
      fault: "fault",
    },
  ],
  [
    "another configuration",
    { kind: "reconfigure", config: other, priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: advert 100, add-addresses, announce x5, remove-addresses",
      fault: "fault",
    },
  ],
  [
    "the same configuration",
    { kind: "reconfigure", config: config(), priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: advert 100",
      fault: "fault",
    },
  ],
  [
    "our address taken away",
    { kind: "addresses-lost", addresses: [ip("192.0.2.1")] },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log, add-addresses, announce x5",
      fault: "fault",
    },
  ],
  [
    "an address taken away that is not ours",
    { kind: "addresses-lost", addresses: [ip("192.0.2.99")] },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "a failed effect",
    { kind: "effect-failed", effect: "send-advertisement", reason: "ENETDOWN" },
    {
      initialize: "initialize: log",
      backup: "backup: log",
      master: "master: log",
      fault: "fault: log",
    },
  ],
];
describe("every role, every event", () => {
  for (const [name, event, rows] of TABLE) {
    for (const role of ["initialize", "backup", "master", "fault"] as const) {
      it(`${role}, ${name}`, () => {
        const router = bench(role).on(event, at(0.5));
        expect([router.role, router.told.join(", ")].filter((part) => part !== "").join(": ")).toBe(
          rows[role],
        );
      });
    }
  }
});

describe("effective priority", () => {
  it.each([
    [-20, 1],
    [0, 1],
    [300, 254],
    [255, 254],
  ])("%i is held within 1..254: %i", (asked, used) => {
    expect(bench("backup").on({ kind: "priority-changed", priority: asked }, at(1)).state.priority).toBe(
      used,
    );
  });
});
