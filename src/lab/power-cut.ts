import type { Instant } from "../base/time.ts";
import { monotonicNow } from "./monotonic-clock.ts";
import { processesIn } from "./network-namespace.ts";
import { pullCables } from "./pull-cables.ts";
import type { Topology } from "./topology.ts";

/**
 * Does to a machine of the lab what a power cut does, and returns when: everything that runs on it is frozen, its
 * cables are cut, and then it is killed. Frozen first, so that no process gets to act on the death of another; cut
 * as well, because the kernel of a namespace goes on answering for the addresses of dead processes.
 */
export function cutPower(topology: Topology, machine: string): Instant {
  const namespace = topology.namespaceOf(machine);
  const found = processesIn(namespace);
  const at = monotonicNow();
  signalAll(found, "SIGSTOP");
  pullCables({ namespace: topology.switchRoom, ports: topology.portsOf(machine) });
  // What was born between the look and the freeze has no cable any more; it is frozen and killed with the rest.
  const rest = processesIn(namespace);
  signalAll(rest, "SIGSTOP");
  signalAll(new Set([...found, ...rest]), "SIGKILL");
  return at;
}

function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself in between.
    }
  }
}
