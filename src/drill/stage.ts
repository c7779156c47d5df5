import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds } from "../base/time.ts";
import { DirectorProcess, type LogLine } from "../lab/director-process.ts";
import { type BatchOutcome, HttpClient } from "../lab/http-client.ts";
import { HttpServer } from "../lab/http-server.ts";
import { labPrefix } from "../lab/leftovers.ts";
import { cutPower } from "../lab/power-cut.ts";
import { Prober } from "../lab/prober.ts";
import { runCommand } from "../lab/run-command.ts";
import { Topology } from "../lab/topology.ts";
import { Wire } from "../lab/wire.ts";
import { Recording, webServerLabel } from "./recording.ts";
import { type ListedService, parseServiceListing } from "./service-listing.ts";
import type { DirectorName, Situation } from "./situation.ts";
import { StepFailure } from "./step-failure.ts";

/** The programs under test and where their configuration lies. */
export interface Programs {
  /** The daemon; `{conf}` and `{run}` are filled in. */
  readonly daemon: readonly string[];
  /** The command that lists the virtual server table of the namespace it runs in. */
  readonly listServices: readonly string[];
  /** The folder with one folder for each situation. */
  readonly examples: string;
}

/** What makes a stage. */
export interface StageOptions {
  readonly situation: Situation;
  readonly programs: Programs;
  readonly onLogLine?: (director: DirectorName, line: LogLine) => void;
}

/** How long one request of the client may take. */
const REQUEST_TIMEOUT_MS = 2_000;
/** An answer to a probe that takes longer counts as none: several times what a busy machine adds. */
const ECHO_PATIENCE = milliseconds(250);
const HTTP_PATIENCE = milliseconds(1_000);
/** How long a daemon may take to stop. */
const STOP_PATIENCE_MS = 3_000;

/** The lab of one drill, set up: machines, directors, web servers, the client, and everything that watches. */
export class Stage {
  readonly situation: Situation;
  readonly topology: Topology;
  readonly recording: Recording;
  readonly wire: Wire;
  readonly #options: StageOptions;
  readonly #folder: string;
  readonly #client: HttpClient;
  readonly #directors = new Map<DirectorName, DirectorProcess>();
  readonly #webServers = new Map<string, HttpServer>();
  #prober: Prober | undefined;

  /** @throws {LabError} when the lab cannot be built; nothing is left of it then. */
  constructor(options: StageOptions) {
    this.#options = options;
    this.situation = options.situation;
    this.#folder = mkdtempSync(join(tmpdir(), labPrefix(process.pid)));
    let topology: Topology | undefined;
    try {
      topology = new Topology(options.situation.topology, labPrefix(process.pid));
      this.topology = topology;
      this.wire = new Wire({ namespace: topology.switchRoom, segments: topology.plan.segments });
    } catch (error) {
      topology?.remove();
      rmSync(this.#folder, { recursive: true, force: true });
      throw error;
    }
    this.recording = new Recording(options.situation);
    this.#client = new HttpClient(this.topology.namespaceOf("client"));
  }

  /** Starts the web server of a machine, or starts it anew. */
  async startWebServer(machine: string): Promise<void> {
    const namespace = this.topology.namespaceOf(machine);
    this.#webServers.set(machine, await HttpServer.start({ namespace, name: machine, port: 80 }));
    this.recording.begin(webServerLabel(this.situation, machine), "up");
  }

  /** The running web server of a machine. */
  webServer(machine: string): HttpServer {
    const server = this.#webServers.get(machine);
    if (server === undefined) throw new StepFailure(`a web server on ${machine}`, "none was started");
    return server;
  }

  /** Kills the web server of a machine: its port refuses from now on. */
  killWebServer(machine: string): void {
    this.webServer(machine).kill();
    this.recording.begin(webServerLabel(this.situation, machine), "down");
  }

  /** Starts the daemon of a director with its configuration of the example. */
  startDirector(name: DirectorName): void {
    const { programs, situation, onLogLine } = this.#options;
    const folder = join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    const director = new DirectorProcess({
      namespace: this.topology.namespaceOf(name),
      command: programs.daemon,
      configuration: join(programs.examples, situation.name, `${name}.conf`),
      folder,
      onLine: (line) => onLogLine?.(name, line),
    });
    this.#directors.set(name, director);
    this.recording.begin(name, "backup");
  }

  /** The last lines of a director's log; empty when it was never started. */
  lastLines(name: DirectorName, count: number): readonly LogLine[] {
    return this.#directors.get(name)?.lastLines(count) ?? [];
  }

  /**
   * Looks whether the daemon of a director still runs.
   * @throws {StepFailure} when it has ended: what it was to do next will never come.
   */
  assertRunning(name: DirectorName): void {
    const ending = this.#directors.get(name)?.ending;
    if (ending !== undefined)
      throw new StepFailure(`the daemon of ${name.toUpperCase()} to run`, `it ${ending}`);
  }

  /** Cuts a director's power; see `cutPower`. */
  cutPower(name: DirectorName): void {
    const at = cutPower(this.topology, name);
    this.#directors.delete(name);
    this.recording.begin(name, "off", at);
    this.recording.mark(`power cut on ${name.toUpperCase()}: all its processes killed, its cables dead`, at);
  }

  /** Switches a machine on again after a power cut; its daemon is started by `startDirector`. */
  restorePower(name: DirectorName): void {
    this.topology.rebuild(name);
    this.recording.mark(`${name.toUpperCase()} is switched on again`);
  }

  /** Probes the service address from the client from now on, and records from when it answers. */
  startProbing(): void {
    const [address] = this.situation.virtualAddresses;
    const balancing = this.situation.kind === "balancing";
    this.#prober = new Prober({
      namespace: this.topology.namespaceOf("client"),
      target: balancing
        ? { kind: "echo", address, everyMs: 2 }
        : { kind: "http", address, port: 80, everyMs: 20 },
      patience: balancing ? ECHO_PATIENCE : HTTP_PATIENCE,
    });
  }

  /** What the prober saw so far; see `Prober.report`. */
  async probed(): ReturnType<Prober["report"]> {
    return this.#prober === undefined ? { probes: [], outages: [], longestStall: 0 } : this.#prober.report();
  }

  /** Sends requests from the client to the service address. */
  async request(count: number): Promise<BatchOutcome> {
    const [host] = this.situation.virtualAddresses;
    const outcome = await this.#client.send({ host, port: 80, count, timeoutMs: REQUEST_TIMEOUT_MS });
    this.recording.batch(outcome);
    return outcome;
  }

  /**
   * The virtual server table of a director, as the command prints it and as data.
   * @throws {StepFailure} when the command fails.
   */
  async services(name: DirectorName): Promise<{ text: string; services: readonly ListedService[] }> {
    const { listServices } = this.#options.programs;
    const outcome = await runCommand(this.topology.namespaceOf(name), listServices);
    if (outcome.code !== 0) {
      const said = (outcome.complaints + outcome.output).trim();
      throw new StepFailure(
        `"${listServices.slice(-2).join(" ")}" to succeed on ${name.toUpperCase()}`,
        `exit code ${outcome.code ?? "none"}: ${said}`,
      );
    }
    return { text: outcome.output, services: parseServiceListing(outcome.output) };
  }

  /** Stops the daemons as an operator would, so that they take back what they did; then removes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#directors.values()].map((director) => director.stop(STOP_PATIENCE_MS)));
    this.remove();
  }

  /** Removes everything at once; also fit for an `exit` handler. Does nothing the second time. */
  remove(): void {
    if (!existsSync(this.#folder)) return;
    this.#prober?.stop();
    this.wire.close();
    this.topology.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What is left after `remove`, in words: it should be nothing. */
  remains(): readonly string[] {
    return [...this.topology.remains(), ...(existsSync(this.#folder) ? [this.#folder] : [])];
  }
}
