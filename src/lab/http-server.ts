import { WorkerProcess } from "./worker-process.ts";

/** What a web server of the lab can be told. */
export type HttpServerRequest =
  | { readonly kind: "listen" }
  /** From now on every answer is 500, or is right again. */
  | { readonly kind: "fail"; readonly failing: boolean }
  | { readonly kind: "who-checked" };

/** What it answers: the addresses that asked for the health path so far. */
export type HttpServerReply = readonly string[];

/** The path that health checks ask for. */
export const HEALTH_PATH = "/health";

/** What a healthy server answers to it: the examples carry the MD5 digest of exactly these bytes. */
export const HEALTH_BODY = "healthy\n";

/** Where a web server runs and what it calls itself. */
export interface HttpServerOptions {
  readonly namespace: string;
  /** The body of every answer to another path than the health path. */
  readonly name: string;
  readonly port: number;
}

/** A web server of its own process in a namespace; its answers say which one answered. */
export class HttpServer {
  readonly #worker: WorkerProcess<HttpServerRequest, HttpServerReply>;

  private constructor(worker: WorkerProcess<HttpServerRequest, HttpServerReply>) {
    this.#worker = worker;
  }

  /**
   * Starts a server and waits until it listens.
   * @throws {LabError} when it cannot.
   */
  static async start(options: HttpServerOptions): Promise<HttpServer> {
    const worker = new WorkerProcess<HttpServerRequest, HttpServerReply>({
      namespace: options.namespace,
      module: "http-server-process",
      argv: [options.name, String(options.port)],
    });
    await worker.ask({ kind: "listen" });
    return new HttpServer(worker);
  }

  /** Answers 500 to everything until told otherwise: the program is broken, its port is open. */
  async fail(failing: boolean): Promise<void> {
    await this.#worker.ask({ kind: "fail", failing });
  }

  /** The addresses that have checked this server's health since it was started. */
  healthCheckedBy(): Promise<readonly string[]> {
    return this.#worker.ask({ kind: "who-checked" });
  }

  /** Ends the server at once: its port refuses from now on. */
  kill(): void {
    this.#worker.kill();
  }
}
