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

  /** Makes namespaces and cables; the second cable is 10.78.0.0/16. */
  connect(): void {
    this.namespaces.add("a");
    this.namespaces.add("b");
    for (const [at, name] of this.#interfaces.entries()) {
      this.namespaces.cable(
        { namespace: "a", interface: name, addresses: [`10.${77 + at}.0.2/16`, "fe80::2/64"] },
        { namespace: "b", interface: name, addresses: [`10.${77 + at}.0.3/16`, "fe80::3/64"] },
      );
    }
  }

  /** Starts a daemon. */
  start(side: Side, options: { program: DaemonProgram; text: string }): VrrpDaemon {
    const daemon = new VrrpDaemon(this.namespaces, { namespace: side, program: options.program });
    daemon.configure(options.text);
    daemon.start();
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Whether the side has the virtual address, or another one. */
  holds(side: Side, address = this.#virtualAddress): boolean {
    return this.namespaces.run(side, ["ip", "address", "show"]).includes(` ${address}/`);
  }

  /** Waits until this side has the address and the other has not. */
  async owner(side: Side): Promise<void> {
    const other = side === "a" ? "b" : "a";
    try {
      await eventually(() => this.holds(side) && !this.holds(other), { within: 15_000 });
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

  /** Ends every daemon and removes what a killed one left: interfaces that are taken down lose their neighbours. */
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
    await this.clear();
    this.namespaces.remove();
  }
}

/**
 * The life of a pair: the worse director is alone, the better one preempts it, says goodbye at a SIGTERM, comes back,
 * crashes, and comes back again. The address must be where it belongs after each.
 */
export async function playThrough(
  pair: InteropPair,
  programs: { readonly better: DaemonProgram; readonly worse: DaemonProgram },
  text: (side: Side, priority: number) => string,
): Promise<readonly VrrpDaemon[]> {
  const worse = pair.start("b", { program: programs.worse, text: text("b", 200) });
  await pair.owner("b");
  const first = pair.start("a", { program: programs.better, text: text("a", 250) });
  await pair.owner("a");
  const code = await first.stop();
  if (code !== 0) throw new Error(`${programs.better} ended with ${code}\n${first.log}`);
  await pair.owner("b");
  const second = pair.start("a", { program: programs.better, text: text("a", 250) });
  await pair.owner("a");
  await second.kill();
  // The dead director's address lives on in its kernel; the other has it too from now on.
  await eventually(() => pair.holds("b"), { within: 15_000 });
  const third = pair.start("a", { program: programs.better, text: text("a", 250) });
  await pair.owner("a");
  return [worse, first, second, third];
}
