import type net from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Observation } from "../../../src/check/probe.ts";
import { HEADER_LIMIT } from "../../../src/linux/probe/http.ts";
import { httpRequest, LoopbackServer, observe } from "./loopback-server.ts";

/** Short for servers that never end, which must be waited out; long where the probe has to end by itself. */
const SHORT_MS = 250;
const LONG_MS = 15_000;
const BODY_LIMIT = 1024 * 1024;

const timedOut = { kind: "timed-out" };
const anything = expect.anything();
const failed = expect.objectContaining({ kind: "failed" });
const headerTooLong = { kind: "too-long", part: "header", limit: HEADER_LIMIT };
const bodyTooLong = { kind: "too-long", part: "body", limit: BODY_LIMIT };

/** What may be seen of a server that does not end. */
const mayHang: ReadonlySet<unknown> = new Set([timedOut, anything]);

const OK_CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Answers once a request has arrived. */
function answer(text: string, then: "end" | "keep" = "end"): (socket: net.Socket) => void {
  return (socket) =>
    socket.once("data", () => {
      socket.write(text);
      if (then === "end") socket.end();
    });
}

/** Writes `piece` for as long as the other side takes it. */
function flood(first: string, piece: string): (socket: net.Socket) => void {
  return (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more);
    socket.once("data", () => {
      socket.write(first);
      more();
    });
  };
}

/** Writes one byte of `text` each few milliseconds, then blanks for ever. */
function drip(text: string): (socket: net.Socket) => void {
  return (socket) => {
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed) clearInterval(timer);
      else socket.write(text[at++] ?? " ");
    }, 10);
    socket.on("close", () => clearInterval(timer));
  };
}

const big = "x".repeat(16 * 1024);

const behaviours: Record<string, [behave: (socket: net.Socket) => void, expected: unknown]> = {
  "accepts and never answers": [() => undefined, timedOut],
  "sends its header a byte at a time (slowloris)": [
    drip(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(1000)}`),
    timedOut,
  ],
  "sends its body a byte at a time": [drip("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), timedOut],
  "sends a header and then nothing": [
    answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "keep"),
    timedOut,
  ],
  "sends an endless body": [flood("HTTP/1.1 200 OK\r\n\r\n", big), bodyTooLong],
  "sends an endless chunked body": [flood(OK_CHUNKED, `4000\r\n${big}\r\n`), bodyTooLong],
  "announces an endless body by its length": [
    flood("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", big),
    bodyTooLong,
  ],
  "sends endless header fields": [
    flood("HTTP/1.1 200 OK\r\n", `X-A: ${"a".repeat(1000)}\r\n`),
    headerTooLong,
  ],
  "sends one endless header field": [flood("HTTP/1.1 200 OK\r\nX: ", big), headerTooLong],
  "sends an endless status line": [flood("HTTP/1.1 200 ", big), headerTooLong],
  "sends endless chunk extensions": [flood(`${OK_CHUNKED}1;`, big), bodyTooLong],
  "sends endless trailers": [flood(`${OK_CHUNKED}0\r\n`, `X-A: ${"a".repeat(1000)}\r\n`), headerTooLong],
  "sends chunks of one byte without end": [flood(OK_CHUNKED, "1\r\nx\r\n".repeat(1000)), bodyTooLong],
  "claims a chunk of the largest size": [answer(`${OK_CHUNKED}FFFFFFFFFFFFFFFF\r\nxx`, "keep"), anything],
  "overflows the chunk size": [answer(`${OK_CHUNKED}FFFFFFFFFFFFFFFFFF\r\nxx`, "keep"), failed],
  "sends 100 Continue without end": [flood("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100)), failed],
  "sends 103 Early Hints without end": [flood("", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)), failed],
  "switches protocols unasked": [
    answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "keep"),
    failed,
  ],
  "sends random bytes": [flood("", "\x00\xff\x17\r\n\n\n".repeat(1000)), failed],
  "sends a status of five digits": [answer("HTTP/1.1 99999 X\r\n\r\n"), failed],
  "sends a negative status": [answer("HTTP/1.1 -200 X\r\n\r\n"), failed],
  "sends no status": [answer("HTTP/1.1 \r\n\r\n"), failed],
  "ends its lines with LF alone": [answer("HTTP/1.1 200 OK\nContent-Length: 0\n\n"), failed],
  "answers with HTTP/0.9": [answer("<html>hello</html>"), failed],
  "sends a length that is no number": [answer("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), failed],
  "sends two lengths": [
    answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    failed,
  ],
  "closes in the middle of its header": [answer("HTTP/1.1 200 OK\r\nX-A"), failed],
  "closes before the announced length": [
    answer("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
    failed,
  ],
  "closes in the middle of a chunk": [answer(`${OK_CHUNKED}50\r\nhello`), failed],
  "closes when asked": [(socket) => socket.once("data", () => socket.end()), failed],
  "closes as soon as it accepts": [(socket) => void socket.end(), failed],
  "resets as soon as it accepts": [(socket) => void socket.resetAndDestroy(), failed],
  "resets when asked": [(socket) => socket.once("data", () => socket.resetAndDestroy()), failed],
  "answers before it is asked": [(socket) => void socket.end("HTTP/1.1 200 OK\r\n\r\n"), anything],
  "sends a second response after the first": [
    answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"),
    { kind: "answered", status: 200 },
  ],
  "sends bytes after its body": [
    answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\x00\xff\xff"),
    { kind: "answered", status: 200 },
  ],
};

describe("a hostile real server ends each probe with one result and no open socket", () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  afterEach(() => expect(unhandled).not.toHaveBeenCalled());

  it.each(Object.entries(behaviours))("when it %s", async (_what, [behave, expected]) => {
    await using server = await LoopbackServer.start(behave);
    const observation = await observe(httpRequest(server.port), {
      timeoutMs: mayHang.has(expected) ? SHORT_MS : LONG_MS,
      bodyLimit: BODY_LIMIT,
    });
    expect(observation).toEqual(expected);
    await vi.waitFor(() => expect(server.open).toBe(0), { timeout: 2000, interval: 5 });
    expect(server.connections).toBe(1);
  });

  it("when it resets at each byte of a response in turn", async () => {
    const response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let cut = 0;
    await using server = await LoopbackServer.start((socket) => {
      socket.once("data", () => {
        const text = response.slice(0, cut);
        if (text === "") socket.resetAndDestroy();
        else socket.write(text, () => setImmediate(() => socket.resetAndDestroy()));
      });
    });
    const seen: Observation[] = [];
    for (cut = 0; cut < response.length; cut++) {
      seen.push(await observe(httpRequest(server.port), { timeoutMs: LONG_MS }));
    }
    expect(seen.map(({ kind }) => kind)).toEqual(new Array(response.length).fill("failed"));
    await vi.waitFor(() => expect(server.open).toBe(0), { timeout: 2000, interval: 5 });
  });
});
