import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./capabilities.ts";
import { eventually } from "./eventually.ts";
import type { Namespaces } from "./namespaces.ts";

/** What FRR is to do for one virtual router on eth0. */
export interface FrrRouterOptions {
  readonly version: 2 | 3;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly intervalMs: number;
  /** At most one of each family. */
  readonly virtualAddresses: readonly string[];
}

/**
 * FRR's vrrpd with its zebra in a namespace. FRR wants a macvlan with the virtual router's MAC for each family, made before
 * it starts, on which the virtual address stands all the time: while it is Backup it keeps that interface down.
 */
export class FrrRouter {
  readonly #namespaces: Namespaces;
  readonly #namespace: string;
  readonly #options: FrrRouterOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "locum-frr-"));
  #zebra: ChildProcess | undefined;
  #vrrpd: ChildProcess | undefined;

  constructor(namespaces: Namespaces, namespace: string, options: FrrRouterOptions) {
    this.#namespaces = namespaces;
    this.#namespace = namespace;
    this.#options = options;
    const { virtualAddresses, virtualRouterId: id, version, priority, intervalMs } = options;
    for (const address of virtualAddresses) this.#makeInterface(address);
    this.#write("zebra.conf", "hostname test\n");
    this.#write(
      "vrrpd.conf",
      `interface eth0
 vrrp ${id} version ${version}
 vrrp ${id} priority ${priority}
 vrrp ${id} advertisement-interval ${intervalMs}
${virtualAddresses.map((address) => ` vrrp ${id} ${isSix(address) ? "ipv6" : "ip"} ${address}\n`).join("")}`,
    );
    spawnSync("chown", ["-R", "frr:frr", this.#folder]);
  }

  /** Starts zebra, and vrrpd once zebra listens. */
  async start(): Promise<void> {
    if (this.#zebra === undefined) {
      this.#zebra = this.#spawn("zebra");
      await eventually(() => this.#ask("zebra", "show version").includes("FRR"), { within: 30_000 });
    }
    this.#vrrpd = this.#spawn("vrrpd");
  }

  /** Whether it is master of all its families, by its own word. */
  get isMaster(): boolean {
    const said = this.#ask("vrrpd", "show vrrp");
    return this.#options.virtualAddresses.every((address) =>
      new RegExp(`Status \\(${isSix(address) ? "v6" : "v4"}\\) +Master`).test(said),
    );
  }

  /** Ends vrrpd with a signal, and waits for it. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#vrrpd;
    child?.kill(signal);
    const gone = () => child === undefined || child.exitCode !== null || child.signalCode !== null;
    await eventually(gone, { within: 30_000 });
  }

  /** Ends everything; the namespace's end takes the macvlan along. */
  dispose(): void {
    for (const child of [this.#vrrpd, this.#zebra]) child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #makeInterface(address: string): void {
    const six = isSix(address);
    const device = six ? "vrrp6" : "vrrp4";
    const run = (...words: readonly string[]) => this.#namespaces.run(this.#namespace, ["ip", ...words]);
    run("link", "add", device, "link", "eth0", "type", "macvlan", "mode", "bridge");
    const octet = this.#options.virtualRouterId.toString(16).padStart(2, "0");
    run("link", "set", device, "address", `00:00:5e:00:0${six ? 2 : 1}:${octet}`);
    run("address", "add", `${address}/${six ? 64 : 16}`, "dev", device, ...(six ? ["nodad"] : []));
    run("link", "set", device, "up");
  }

  #spawn(program: "zebra" | "vrrpd"): ChildProcess {
    const file = (name: string) => join(this.#folder, name);
    return this.#namespaces.spawn(this.#namespace, [
      findProgram(program) ?? program,
      ...["-f", file(`${program}.conf`), "-i", file(`${program}.pid`), "-z", file("zserv.api")],
      ...["--vty_socket", this.#folder, "-P", "0", "--log", `file:${file(`${program}.log`)}`],
    ]);
  }

  #ask(daemon: "zebra" | "vrrpd", command: string): string {
    const words = ["--vty_socket", this.#folder, "-d", daemon, "-c", command];
    return spawnSync(findProgram("vtysh") ?? "vtysh", words, { encoding: "utf8" }).stdout ?? "";
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text, { mode: 0o644 });
  }
}

function isSix(address: string): boolean {
  return address.includes(":");
}
