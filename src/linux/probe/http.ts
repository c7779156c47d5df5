import { createHash, type Hash } from "node:crypto";
import type net from "node:net";
import tls from "node:tls";
import { Client, type Dispatcher } from "undici";
import type { HttpProbeRequest } from "../../check/probe.ts";
import { type Attempt, closeSocket, connectTo, observationOf, type Settle } from "./attempt.ts";

/** All that is read of the part before a body: status line, fields and informational responses together. */
export const HEADER_LIMIT = 64 * 1024;

/** Informational (1xx) responses that are put up with; RFC 9110 section 15.2 allows any number. */
const MOST_INFORMATIONAL = 16;

/** Room for chunk sizes and trailers beside the body itself. */
const FRAMING_ALLOWANCE = 64 * 1024;

/** What undici is told when an attempt is closed; one for all, since the stack of each would cost more than the check. */
const OVER = new Error("the attempt is over");

/** One context for all checks: making one costs milliseconds, and there is nothing in it that differs. */
let sharedContext: tls.SecureContext | undefined;

/**
 * One GET of `HTTP_GET` or `SSL_GET` on a connection of its own. The body is read to its end, as keepalived does, and
 * hashed as it comes, so that memory does not depend on the server. Certificates are not verified, as in keepalived.
 *
 * Deviation: the request is HTTP/1.1 with `Connection: close`; keepalived sends HTTP/1.0 by default.
 */
export function probeHttp(
  request: HttpProbeRequest,
  options: { readonly bodyLimit: number; readonly settle: Settle },
): Attempt {
  const exchange = new Exchange(request, options);
  exchange.begin();
  return exchange;
}

class Exchange implements Attempt {
  readonly #request: HttpProbeRequest;
  readonly #bodyLimit: number;
  readonly #settle: Settle;
  readonly #client: Client;
  #raw: net.Socket | undefined;
  /** The raw socket, or the encrypted one over it. */
  #socket: net.Socket | undefined;
  #used = false;

  constructor(request: HttpProbeRequest, options: { bodyLimit: number; settle: Settle }) {
    this.#request = request;
    this.#bodyLimit = options.bodyLimit;
    this.#settle = options.settle;
    const { address, port } = request.target;
    const host = address.includes(":") ? `[${address}]` : address;
    this.#client = new Client(`${request.tls ? "https" : "http"}://${host}:${port}`, {
      connect: (_options, done) => this.#connect(done),
      pipelining: 0,
      maxHeaderSize: HEADER_LIMIT,
      maxResponseSize: this.#bodyLimit,
      // The runner's deadline covers the whole attempt; per-step timers would only start anew at each byte.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  begin(): void {
    const { path, host } = this.#request;
    try {
      this.#client.dispatch(
        { method: "GET", path, headers: { host, "user-agent": "KeepAliveClient", accept: "*/*" } },
        this.#handler(),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    if (this.#raw !== undefined) closeSocket(this.#raw, this.#request.target);
    if (!this.#client.destroyed) this.#client.destroy(OVER, () => undefined);
  }

  /** undici asks again when a connection ends before the request was sent; a check has one connection only. */
  #connect(done: (...result: [null, net.Socket] | [Error, null]) => void): void {
    if (this.#used) {
      done(new Error("the server closed the connection before it could be asked"), null);
      return;
    }
    this.#used = true;
    const raw = this.#open();
    if (raw === undefined) {
      done(OVER, null);
      return;
    }
    this.#raw = raw;
    const socket = this.#request.tls ? this.#encrypt(raw) : raw;
    this.#socket = socket;
    let open = false;
    socket.once(this.#request.tls ? "secureConnect" : "connect", () => {
      open = true;
      done(null, socket);
    });
    const failed = (error: Error): void => {
      if (open) return;
      open = true;
      this.#fail(error);
      done(error, null);
    };
    socket.on("error", failed);
    raw.on("error", failed);
    socket.once("close", () => failed(new Error("the server closed the connection")));
  }

  #open(): net.Socket | undefined {
    try {
      return connectTo(this.#request.target);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #encrypt(socket: net.Socket): tls.TLSSocket {
    sharedContext ??= tls.createSecureContext();
    const { serverName } = this.#request;
    return tls.connect({
      socket,
      secureContext: sharedContext,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
  }

  #handler(): Dispatcher.DispatchHandler {
    let status = 0;
    let informational = 0;
    const hash: Hash | undefined = this.#request.digest ? createHash("md5") : undefined;
    return {
      onRequestStart: () => this.#limitTotal(() => status !== 0),
      onResponseStart: (controller, code) => {
        if (code >= 200) status = code;
        else if (++informational > MOST_INFORMATIONAL) {
          controller.abort(new Error(`more than ${MOST_INFORMATIONAL} informational responses`));
        }
      },
      onResponseData: (_controller, chunk) => {
        hash?.update(chunk);
      },
      onResponseEnd: () => {
        const digest = hash?.digest("hex");
        this.#settle({ kind: "answered", status, ...(digest === undefined ? {} : { digest }) });
      },
      onResponseError: (_controller, error) => this.#fail(error),
    };
  }

  /**
   * Counts every byte that arrives, since the parser's own limits do not see all of them (an endless status line,
   * chunk extensions). The listener comes after undici's, so what has arrived has also been parsed.
   */
  #limitTotal(headerDone: () => boolean): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const before = socket.bytesRead;
    const bodyEnd = HEADER_LIMIT + this.#bodyLimit + FRAMING_ALLOWANCE;
    socket.on("readable", () => {
      const read = socket.bytesRead - before;
      if (!headerDone() && read > HEADER_LIMIT) this.#tooLong("header");
      else if (read > bodyEnd) this.#tooLong("body");
    });
  }

  #tooLong(part: "header" | "body"): void {
    const limit = part === "header" ? HEADER_LIMIT : this.#bodyLimit;
    this.#settle({ kind: "too-long", part, limit });
  }

  #fail(error: unknown): void {
    const fault = error instanceof Error ? (error as NodeJS.ErrnoException) : new Error(String(error));
    const code = "code" in fault ? fault.code : undefined;
    if (code === "UND_ERR_HEADERS_OVERFLOW") this.#tooLong("header");
    else if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") this.#tooLong("body");
    else this.#settle(observationOf(fault, this.#request.target));
  }
}
