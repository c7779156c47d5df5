import { eventually } from "./eventually.ts";
import { Namespaces } from "./namespaces.ts";
import { type DaemonProgram, VrrpDaemon } from "./vrrp-daemon.ts";

/** One of the two directors' namespaces. */
export type Side = "a" | "b";

/** Who plays the better and who the worse director, both ways round. */
export const bothDirections = [
  { better: "locum", worse: "keepalived" },
  { better: "keepalived", worse: "locum" },
] as const;

/**
 * Two namespaces on a cable (or several), a director in each, and questions about who holds the virtual address. The
 * addresses are 10.77.0.2 and .3 of a /16, and fe80::2 and ::3.
 */
export class InteropPair {
  readonly namespaces: Namespaces;
  readonly #virtualAddress: string;
  readonly #interfaces: readonly string[];
  readonly #daemons: VrrpDaemon[] = [];

  /** `prefix` of the namespaces, see Namespaces; `virtualAddress` without its length. */
  constructor(prefix: string, options: { virtualAddress: string; interfaces?: readonly string[] }) {
    this.namespaces = new Namespaces(prefix);
    this.#virtualAddress = options.virtualAddress;
    this.#interfaces = options.interfaces ?? ["eth0"];
  }

  /**
   * Makes namespaces and cables; the second cable is 10.78.0.0/16. With a switch between the ends each has a link of its
   * own, which `setLink` cuts, and the other end notices nothing but silence.
   */
  connect(how: { readonly switched?: boolean } = {}): void {
    for (const name of ["a", "b", ...(how.switched === true ? ["s"] : [])]) {
      this.namespaces.add(name);
      // keepalived sends from the address that the kernel makes up for the interface, which fails for as long as the
      // kernel looks for a duplicate of it.
      this.namespaces.run(name, ["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"]);
    }
    for (const [at, name] of this.#interfaces.entries()) {
      const end = (side: Side) => ({
        namespace: side,
        interface: name,
        addresses: [`10.${77 + at}.0.${side === "a" ? 2 : 3}/16`, `fe80::${side === "a" ? 2 : 3}/64`],
      });
      if (how.switched !== true) {
        this.namespaces.cable(end("a"), end("b"));
        continue;
      }
      const bridge = `br${at}`;
      const switched = ["ip", "link", "add", bridge, "type", "bridge", "mcast_snooping", "0"];
      this.namespaces.run("s", switched);
      this.namespaces.run("s", ["ip", "link", "set", bridge, "up"]);
      for (const side of ["a", "b"] as const) {
        const port = `${side}-${name}`;
        this.namespaces.cable({ namespace: "s", interface: port }, end(side));
        this.namespaces.run("s", ["ip", "link", "set", port, "master", bridge]);
      }
    }
  }

  /** Plugs the cable of one side into its switch, or pulls it. */
  setLink(side: Side, name: string, up: boolean): void {
    this.namespaces.run("s", ["ip", "link", "set", `${side}-${name}`, up ? "up" : "down"]);
  }

  /** Starts a daemon; `before` as in VrrpDaemon. */
  start(
    side: Side,
    options: { program: DaemonProgram; text: string; before?: readonly string[] },
  ): VrrpDaemon {
    const { text, ...rest } = options;
    const daemon = new VrrpDaemon(this.namespaces, { namespace: side, ...rest });
    daemon.configure(text);
    daemon.start();
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Whether the side has the virtual address, or another one. */
  holds(side: Side, address = this.#virtualAddress): boolean {
    return this.namespaces.run(side, ["ip", "address", "show"]).includes(` ${address}/`);
  }

  /** Waits until this side has the address, and the other has not; any others that are named as well. */
  async owner(side: Side, addresses: readonly string[] = [this.#virtualAddress]): Promise<void> {
    const other = side === "a" ? "b" : "a";
    const settled = () =>
      addresses.every((address) => this.holds(side, address) && !this.holds(other, address));
    try {
      await eventually(settled, { within: 30_000 });
    } catch (error) {
      const logs = this.#daemons.map((daemon) => daemon.log.split("\n").slice(-15).join("\n"));
      throw new Error(
        `${side} did not become the only holder of ${this.#virtualAddress}\n${logs.join("\n--\n")}`,
        {
          cause: error,
        },
      );
    }
  }

  /** Ends every daemon and removes the addresses that a killed one left. */
  async clear(): Promise<void> {
    for (const daemon of this.#daemons.splice(0)) await daemon.dispose();
    for (const side of ["a", "b"] as const) {
      for (const name of this.#interfaces) {
        for (const address of this.#leftOvers(side, name)) {
          this.namespaces.run(side, ["ip", "address", "delete", address, "dev", name]);
        }
      }
    }
  }

  #leftOvers(side: Side, name: string): readonly string[] {
    const own = /^(10\.\d+\.0\.[23]\/|fe80::[23]\/|fe80::[0-9a-f]+:[0-9a-f]+ff:fe)/;
    const shown = this.namespaces.run(side, ["ip", "address", "show", "dev", name]);
    return [...shown.matchAll(/inet6? (\S+)/g)]
      .map((match) => match[1] ?? "")
      .filter((text) => !own.test(text));
  }

  /** Ends everything and removes the namespaces. */
  async dispose(): Promise<void> {
    try {
      await this.clear();
    } finally {
      this.namespaces.remove();
    }
  }
}

/**
 * The life of a pair: the worse director is alone, the better one preempts it, says goodbye at a SIGTERM, comes back,
 * crashes, and comes back again. The address must be where it belongs after each.
 */
export async function playThrough(
  pair: InteropPair,
  programs: { readonly better: DaemonProgram; readonly worse: DaemonProgram },
  how: { readonly text: (side: Side, priority: number) => string; readonly crashes?: number },
): Promise<readonly VrrpDaemon[]> {
  const { text } = how;
  const worse = pair.start("b", { program: programs.worse, text: text("b", 200) });
  await pair.owner("b");
  const first = pair.start("a", { program: programs.better, text: text("a", 250) });
  await pair.owner("a");
  const code = await first.stop();
  if (code !== 0) throw new Error(`${programs.better} ended with ${code}\n${first.log}`);
  await pair.owner("b");
  const daemons = [worse, first];
  for (let crash = 0; crash < (how.crashes ?? 1); crash++) {
    const next = pair.start("a", { program: programs.better, text: text("a", 250) });
    daemons.push(next);
    await pair.owner("a");
    await next.kill();
    // The dead director's address lives on in its kernel; the other has it too from now on.
    await eventually(() => pair.holds("b"), { within: 30_000 });
  }
  const last = pair.start("a", { program: programs.better, text: text("a", 250) });
  await pair.owner("a");
  return [...daemons, last];
}
