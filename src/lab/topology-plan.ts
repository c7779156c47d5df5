/** A machine's connection to a segment. */
export interface LinkPlan {
  /** Name inside the machine, as its configuration calls it: `eth0`. */
  readonly interface: string;
  readonly segment: string;
  /** With prefix length: `192.0.2.2/24`. */
  readonly addresses: readonly string[];
  /** A fixed hardware address, so that a machine that comes back after a power cut is still the same one. */
  readonly hardwareAddress: string;
}

/** One machine of the lab: a network namespace of its own. */
export interface MachinePlan {
  readonly name: string;
  readonly links: readonly LinkPlan[];
  /** Addresses on `lo` besides 127.0.0.1: the virtual address of a real server in direct routing. */
  readonly loopback?: readonly string[];
  readonly defaultGateway?: string;
  /** Names below /proc/sys with dots, as sysctl(8) takes them, and their values. */
  readonly sysctl?: Readonly<Record<string, string>>;
}

/** A whole lab: segments are switches, machines hang on them. */
export interface TopologyPlan {
  readonly segments: readonly string[];
  readonly machines: readonly MachinePlan[];
}
