import { fo, ovf } from "./failover.ts";
import { lc, nq, sed, wlc } from "./least-connection.ts";
import { rr } from "./rr.ts";
import { type Scheduler, stateless } from "./scheduler.ts";
import { wrr } from "./wrr.ts";

/** ipvsadm's `-s none`: nothing is ever chosen. */
const none: Scheduler = stateless("none", () => undefined);

/** The schedulers that the forwarder has, by name. */
export const schedulers: ReadonlyMap<string, Scheduler> = new Map(
  [rr, wrr, lc, wlc, sed, nq, fo, ovf, none].map((scheduler) => [scheduler.name, scheduler]),
);

/** Those of the kernel's IPVS that it has not. */
export const missingSchedulers: ReadonlySet<string> = new Set(["lblc", "lblcr", "dh", "sh", "mh", "twos"]);
