import net from "node:net";
import tls from "node:tls";
import { type IpAddress, parseIpAddress } from "../../../src/base/ip-address.ts";
import { after, instant, milliseconds } from "../../../src/base/time.ts";
import type { HttpProbeRequest, Observation, ProbeRequest } from "../../../src/check/probe.ts";
import { ProbeRunner, type ProbeRunnerOptions } from "../../../src/linux/probe/probe-runner.ts";

/** The address every test server listens on. */
export const loopback = address("127.0.0.1");

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new TypeError(parsed.error);
  return parsed.value;
}

/** A real TCP (or TLS) server on a free loopback port that does what the test says, and counts its connections. */
export class LoopbackServer implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  connections = 0;

  private constructor(server: net.Server) {
    this.#server = server;
    server.on("connection", (socket: net.Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("tlsClientError", () => undefined);
  }

  static async start(
    behave: (socket: net.Socket) => void,
    options: { readonly tls?: tls.TlsOptions; readonly host?: string } = {},
  ): Promise<LoopbackServer> {
    const harmless = (socket: net.Socket): void => {
      socket.on("error", () => undefined);
      // Reading on is what makes the end of the connection visible here.
      socket.resume();
      behave(socket);
    };
    const server =
      options.tls === undefined ? net.createServer(harmless) : tls.createServer(options.tls, harmless);
    const started = new LoopbackServer(server);
    await new Promise<void>((resolve) => server.listen(0, options.host ?? loopback, resolve));
    return started;
  }

  get port(): number {
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new TypeError("the server is not listening");
    return bound.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A GET of `/` from a loopback port, with what the test changes. */
export function httpRequest(port: number, changes: Partial<HttpProbeRequest> = {}): HttpProbeRequest {
  return {
    kind: "http",
    target: { address: loopback, port },
    tls: false,
    host: `${loopback}:${port}`,
    path: "/",
    digest: false,
    ...changes,
  };
}

/** Runs one probe on a runner of its own to its end. */
export async function observe(
  request: ProbeRequest,
  options: { readonly timeoutMs?: number; readonly bodyLimit?: number } = {},
): Promise<Observation> {
  return new Promise((resolve) => {
    const settings: ProbeRunnerOptions = {
      deliver: ({ observation }) => resolve(observation),
      backstop: milliseconds(0),
      ...(options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit }),
    };
    const now = instant(0);
    const dueBy = after(now, milliseconds(options.timeoutMs ?? 5000));
    new ProbeRunner(settings).start({ id: 1, request, dueBy }, now);
  });
}
