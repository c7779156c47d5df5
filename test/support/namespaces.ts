import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

/** One end of a cable: the interface and the addresses (with prefix length) it gets, in the namespace of that short name. */
export interface CableEnd {
  readonly namespace: string;
  readonly interface: string;
  readonly addresses?: readonly string[];
  readonly mac?: string;
}

const folder = "/run/netns";

/**
 * Network namespaces of one test file, with veth cables between them. No interface ever appears in the machine's own
 * namespace. Names are `<prefix>-<pid>-<short name>`, so runs side by side never meet, and what a killed run left
 * behind is swept away by the next one with the same prefix.
 *
 * Commands are entered with `nsenter`, not `ip netns exec`: the latter mounts a fresh /sys that hides /sys/fs/bpf.
 */
export class Namespaces {
  readonly #prefix: string;
  readonly #made: string[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #onExit = (): void => this.remove();

  constructor(prefix: string) {
    this.#prefix = `${prefix}-${process.pid}`;
    sweep(prefix);
    process.once("exit", this.#onExit);
  }

  /** Makes a namespace with its loopback up. Returns its full name, as `ip netns` shows it. */
  add(shortName: string): string {
    const name = this.name(shortName);
    must(["ip", "netns", "add", name]);
    this.#made.push(name);
    this.run(shortName, ["ip", "link", "set", "lo", "up"]);
    return name;
  }

  /** The full name of a namespace made (or to be made) by `add`. */
  name(shortName: string): string {
    return `${this.#prefix}-${shortName}`;
  }

  /** The file that setns(2) takes. */
  path(shortName: string): string {
    return `${folder}/${this.name(shortName)}`;
  }

  /** A veth pair, both ends up with their addresses. IPv6 addresses are usable at once (no duplicate detection). */
  cable(left: CableEnd, right: CableEnd): void {
    must([
      ...["ip", "link", "add", left.interface, "netns", this.name(left.namespace)],
      ...["type", "veth", "peer", "name", right.interface, "netns", this.name(right.namespace)],
    ]);
    for (const end of [left, right]) {
      const device = ["dev", end.interface];
      if (end.mac !== undefined)
        this.run(end.namespace, ["ip", "link", "set", ...device, "address", end.mac]);
      this.run(end.namespace, ["ip", "link", "set", ...device, "up"]);
      for (const address of end.addresses ?? []) {
        const flags = address.includes(":") ? ["nodad"] : [];
        this.run(end.namespace, ["ip", "address", "add", address, ...device, ...flags]);
      }
    }
  }

  /** A namespace of which no cable leads away, with an interface eth0 that is up and has a carrier. */
  addAlone(shortName: string, address: string): void {
    this.add(shortName);
    this.cable(
      { namespace: shortName, interface: "eth0", addresses: [address] },
      { namespace: shortName, interface: "eth0p" },
    );
  }

  /** Runs a command to its end inside a namespace and returns what it printed; throws with its messages if it fails. */
  run(shortName: string, command: readonly string[]): string {
    return must(this.command(shortName, command));
  }

  /** Starts a command inside a namespace. It is killed by `remove` at the latest. */
  spawn(shortName: string, command: readonly string[]): ChildProcess {
    const [program = "", ...rest] = this.command(shortName, command);
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    return child;
  }

  /** The command line that does `command` inside a namespace. nsenter execs, so a child's pid is the command's own. */
  command(shortName: string, command: readonly string[]): string[] {
    return ["nsenter", `--net=${this.path(shortName)}`, "--", ...command];
  }

  /** Kills what `spawn` started and removes every namespace. May be called twice. */
  remove(): void {
    process.removeListener("exit", this.#onExit);
    for (const child of this.#children.splice(0)) child.kill("SIGKILL");
    for (const name of this.#made.splice(0).reverse()) must(["ip", "netns", "delete", name]);
  }
}

function sweep(prefix: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const owner = name.startsWith(`${prefix}-`)
      ? /^(\d+)-/.exec(name.slice(prefix.length + 1))?.[1]
      : undefined;
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) must(["ip", "netns", "delete", name]);
  }
}

function must(command: readonly string[]): string {
  const [program = "", ...rest] = command;
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: "utf8" });
  if (status === 0) return stdout;
  const reason = error?.message ?? (stderr.trim() || `exit code ${status}`);
  throw new Error(`\`${command.join(" ")}\` failed: ${reason}`);
}
