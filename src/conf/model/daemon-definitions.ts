import type { Duration } from "../../base/time.ts";

/** The keywords of the top level that are not blocks, and the two lists of interfaces there. */
export interface DaemonDefinitions {
  /** `net_namespace`: name of the network namespace to run in. */
  readonly networkNamespace?: string;
  /** `net_namespace_ipvs`: namespace of the services; "" means the one the daemon was started in. */
  readonly forwardingNamespace?: string;
  /** `namespace_with_ipsets`. */
  readonly namespaceWithIpsets: boolean;
  /** `use_pid_dir`: the PID files stand in a folder of their own. */
  readonly ownPidDirectory: boolean;
  /** `instance`: name of this daemon among several. */
  readonly instance?: string;
  /** `child_wait_time`: how long the children may take to end. */
  readonly childWaitTime: Duration;
  /** `linkbeat_use_polling`: the link of every interface is polled. */
  readonly pollEveryLink: boolean;
  /** `linkbeat_interfaces`. */
  readonly polledInterfaces: readonly PolledInterface[];
  /** `interface_up_down_delays`. */
  readonly linkDelays: readonly LinkDelay[];
}

/** An interface whose link is asked for instead of waited for; `any` tries one method after another. */
export interface PolledInterface {
  readonly name: string;
  readonly method: "any" | "mii" | "ethtool" | "ioctl";
}

/** How long a change of a link must last before it counts. */
export interface LinkDelay {
  readonly interface: string;
  readonly down: Duration;
  readonly up: Duration;
}
