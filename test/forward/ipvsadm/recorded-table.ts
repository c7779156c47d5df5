import { parseIpAddress } from "../../../src/base/ip-address.ts";
import { failed, ok } from "../../../src/base/result.ts";
import { applyServiceOp } from "../../../src/forward/apply.ts";
import type { IpvsadmContext } from "../../../src/forward/ipvsadm/perform.ts";
import type { Outcome, ServiceOp, ServiceRefusal, ServiceSet } from "../../../src/forward/service.ts";
import { serviceKeyText } from "../../../src/forward/service.ts";
import type { AdministeredTable, SessionTimeouts } from "../../../src/forward/service-table.ts";

const schedulers = "none rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos".split(" ");
/** Addresses that the recorded kernel took for broadcast or unreachable link-local ones. */
const notUnicast = /^(0\.0\.0\.0|22[4-9]\.|23\d\.|255\.255\.255\.255|10\.9\.255\.255|ff|fe80)/;

/** A table with the kernel's rules and nothing behind it: what the recorded ipvsadm sessions ran on. */
export function recordedTable(): AdministeredTable {
  let set: ServiceSet = new Map();
  let timeouts: SessionTimeouts = { tcp: 900, tcpFin: 120, udp: 300 };
  return {
    read: () => set,
    apply(op) {
      const early = refusal(op);
      if (early?.errno === "ERANGE") return failed(early);
      const next = applyServiceOp(set, op);
      if (!next.ok) return next;
      if (early !== undefined) return failed(early);
      set = next.value;
      return ok(undefined);
    },
    sessions: () => [],
    counters: () => new Map(),
    timeouts: () => timeouts,
    setTimeouts(wanted) {
      timeouts = {
        tcp: wanted.tcp || timeouts.tcp,
        tcpFin: wanted.tcpFin || timeouts.tcpFin,
        udp: wanted.udp || timeouts.udp,
      };
    },
    zero: (key) => key === undefined || set.has(serviceKeyText(key)),
  };
}

function refusal(op: ServiceOp): ServiceRefusal | undefined {
  if (op.kind === "add-service" || op.kind === "edit-service") {
    const { scheduler, persistenceEngine } = op.service;
    const known = schedulers.includes(scheduler) && [undefined, "sip"].includes(persistenceEngine);
    return known ? undefined : { errno: "ENOENT", message: "" };
  }
  if (op.kind !== "add-destination" && op.kind !== "edit-destination") return undefined;
  const { address, lowerThreshold, upperThreshold } = op.destination;
  if (lowerThreshold > upperThreshold) return { errno: "ERANGE", message: "" };
  return notUnicast.test(address) ? { errno: "EINVAL", message: "" } : undefined;
}

const ports = new Map([
  ["http", 80],
  ["http-alt", 8080],
]);

/** ipvsadm's surroundings on the recorded machine. */
export function recordedContext(table: AdministeredTable): IpvsadmContext {
  return {
    table,
    names: {
      host: (name) => {
        const address = parseIpAddress("127.0.0.1");
        return name === "localhost" && address.ok ? address.value : undefined;
      },
      port: (name) => ports.get(name),
    },
    labels: {
      host: (address) => (address === "127.0.0.1" ? "localhost" : address),
      port: (port) => [...ports].find(([, number]) => number === port)?.[0] ?? String(port),
    },
    input: () => "",
  };
}

/** Refuses everything with one answer. */
export function refusingTable(outcome: Outcome): AdministeredTable {
  return { ...recordedTable(), apply: () => outcome };
}
