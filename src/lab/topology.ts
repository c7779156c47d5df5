import { spawnSync } from "node:child_process";
import { LabError } from "./lab-error.ts";
import { type RemovedNamespace, remainsOf, removeNamespaces } from "./leftovers.ts";
import { inNamespace, ipBatch } from "./network-namespace.ts";
import type { LinkPlan, MachinePlan, TopologyPlan } from "./topology-plan.ts";

/** The namespace that holds the switches. */
const SWITCH_ROOM = "net";

/**
 * Machines and switches made of network namespaces, veth pairs and bridges. Nothing of it touches the interfaces of
 * the machine it runs on: every link has both ends inside a namespace of the lab.
 */
export class Topology {
  readonly plan: TopologyPlan;
  readonly #prefix: string;
  readonly #removed: RemovedNamespace[] = [];

  /**
   * Builds `plan` in namespaces whose names start with `prefix`.
   * @throws {LabError} when the kernel refuses; what was made until then is removed first.
   */
  constructor(plan: TopologyPlan, prefix: string) {
    this.plan = plan;
    this.#prefix = prefix;
    try {
      this.#build();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** The namespace of a machine. */
  namespaceOf(machine: string): string {
    return `${this.#prefix}${machine}`;
  }

  /** The namespace in which the switches are: the place to capture from and to pull cables in. */
  get switchRoom(): string {
    return `${this.#prefix}${SWITCH_ROOM}`;
  }

  /** The switch-side interface of every link of a machine. */
  portsOf(machine: string): readonly string[] {
    return this.#machine(machine).links.map((link) => portName(machine, link));
  }

  /**
   * Puts a machine in the state of one that was just switched on: a new namespace with the addresses of its plan.
   * A namespace that goes on living after its processes died would keep the virtual addresses and answer for them.
   */
  rebuild(name: string): void {
    const machine = this.#machine(name);
    ipBatch(
      machine.links.map((link) => `link del ${portName(name, link)}`),
      this.switchRoom,
    );
    this.#removed.push(...removeNamespaces([this.namespaceOf(name)]));
    ipBatch([`netns add ${this.namespaceOf(name)}`]);
    this.#connect([machine]);
    this.#configure(machine);
  }

  /** Ends every process of the lab and removes all that was made; does nothing the second time. */
  remove(): void {
    const names = [...this.plan.machines.map(({ name }) => this.namespaceOf(name)), this.switchRoom];
    this.#removed.push(...removeNamespaces(names));
  }

  /** What is still there of all that was removed, in words: it should be nothing. */
  remains(): readonly string[] {
    // A machine that was rebuilt has a namespace of the same name again, until that is removed as well.
    return [...new Set(remainsOf(this.#removed))];
  }

  #build(): void {
    const { machines, segments } = this.plan;
    ipBatch([
      `netns add ${this.switchRoom}`,
      ...machines.map(({ name }) => `netns add ${this.namespaceOf(name)}`),
    ]);
    ipBatch(
      segments.flatMap((segment) => [
        // Without snooping the switch floods multicast, as a plain one does; with it, it would first have to learn.
        `link add ${segment} type bridge forward_delay 0 mcast_snooping 0`,
        `link set ${segment} up`,
      ]),
      this.switchRoom,
    );
    this.#connect(machines);
    for (const machine of machines) this.#configure(machine);
  }

  #connect(machines: readonly MachinePlan[]): void {
    const lines = machines.flatMap((machine) =>
      machine.links.flatMap((link) => {
        const port = portName(machine.name, link);
        const peer = `name ${link.interface} address ${link.hardwareAddress}`;
        return [
          `link add ${port} type veth peer ${peer} netns ${this.namespaceOf(machine.name)}`,
          `link set ${port} master ${link.segment} up`,
        ];
      }),
    );
    ipBatch(lines, this.switchRoom);
  }

  #configure(machine: MachinePlan): void {
    this.#applySysctl(machine);
    const gateway = machine.defaultGateway;
    ipBatch(
      [
        "link set lo up",
        ...(machine.loopback ?? []).map((address) => `addr add ${address} dev lo`),
        ...machine.links.flatMap((link) => [
          ...link.addresses.map((address) => `addr add ${address} dev ${link.interface}`),
          `link set ${link.interface} up`,
        ]),
        ...(gateway === undefined ? [] : [`route add default via ${gateway}`]),
      ],
      this.namespaceOf(machine.name),
    );
  }

  /** Before the links go up, so that no answer leaves under the old setting. */
  #applySysctl(machine: MachinePlan): void {
    // IPv6 is of no use here and its start (duplicate address detection, router solicitation) clutters the wire.
    const settings = { "net.ipv6.conf.all.disable_ipv6": "1", ...machine.sysctl };
    const script = Object.entries(settings)
      .map(([name, value]) => `echo ${value} > /proc/sys/${name.replaceAll(".", "/")}`)
      .join(" && ");
    const [program, ...words] = inNamespace(this.namespaceOf(machine.name), ["/bin/sh", "-c", script]);
    const done = spawnSync(program, words, { encoding: "utf8" });
    if (done.status !== 0) {
      const reason = done.error?.message ?? done.stderr.trim();
      throw new LabError(`Cannot set ${Object.keys(settings).join(", ")} on ${machine.name}: ${reason}`);
    }
  }

  #machine(name: string): MachinePlan {
    const machine = this.plan.machines.find((candidate) => candidate.name === name);
    if (machine === undefined) throw new LabError(`There is no machine "${name}" in this lab`);
    return machine;
  }
}

function portName(machine: string, link: LinkPlan): string {
  return `${machine}-${link.interface}`;
}
