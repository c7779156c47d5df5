import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, vi } from "vitest";
import { after, instant, milliseconds, seconds } from "../../../src/base/time.ts";
import { type ProbeResult, ProbeRunner } from "../../../src/linux/probe/probe-runner.ts";
import { address, httpRequest, LoopbackServer, loopback, observe } from "./loopback-server.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
/** Self-signed, expired in 2020, for another name. */
const badCertificate = { key: fixture("expired-key.pem"), cert: fixture("expired-cert.pem") };

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

async function closedPort(): Promise<number> {
  await using server = await LoopbackServer.start(() => undefined);
  return server.port;
}

describe("TCP_CHECK on the wire", () => {
  it("connects, sends nothing and closes", async () => {
    let received = 0;
    await using server = await LoopbackServer.start((socket) => {
      socket.on("data", (bytes) => {
        received += bytes.length;
      });
    });
    const request = { kind: "tcp", target: { address: loopback, port: server.port } } as const;
    expect(await observe(request)).toEqual({ kind: "connected" });
    await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
    expect(received).toBe(0);
  });

  it("sees a refused connection", async () => {
    const request = { kind: "tcp", target: { address: loopback, port: await closedPort() } } as const;
    expect(await observe(request)).toEqual({ kind: "refused" });
  });

  it("binds to bindto and bind_port, again and again", async () => {
    const seen: string[] = [];
    await using server = await LoopbackServer.start((socket) => {
      seen.push(`${socket.remoteAddress} ${socket.remotePort}`);
    });
    const bindPort = await closedPort();
    const target = { address: loopback, port: server.port, bindAddress: address("127.0.0.7"), bindPort };
    for (let round = 0; round < 3; round++) {
      expect(await observe({ kind: "tcp", target })).toEqual({ kind: "connected" });
    }
    await vi.waitFor(() => expect(seen).toEqual(new Array(3).fill(`127.0.0.7 ${bindPort}`)), { interval: 5 });
  });

  it("names a bindto that is not ours", async () => {
    const target = { address: loopback, port: 9, bindAddress: address("203.0.113.9") };
    expect(await observe({ kind: "tcp", target })).toEqual({
      kind: "failed",
      reason: "bindto 203.0.113.9 is not an address of this host",
    });
  });
});

describe("HTTP_GET on the wire", () => {
  it("sends one GET as KeepAliveClient with the Host it was given, and asks to close", async () => {
    let request = "";
    await using server = await LoopbackServer.start((socket) => {
      socket.on("data", (bytes) => {
        request += bytes.toString("latin1");
        if (request.endsWith("\r\n\r\n")) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
      });
    });
    const asked = httpRequest(server.port, { host: "www.example", path: "/health?full=1" });
    expect(await observe(asked)).toEqual({ kind: "answered", status: 204 });
    const [line, ...fields] = request.trimEnd().split("\r\n");
    expect(line).toBe("GET /health?full=1 HTTP/1.1");
    expect(fields.map((field) => field.toLowerCase()).sort()).toEqual([
      "accept: */*",
      "connection: close",
      "host: www.example",
      "user-agent: keepaliveclient",
    ]);
  });

  it.each([
    ["with a length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"],
    ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n3\r\nlo\n\r\n0\r\n\r\n"],
    ["up to the end of the connection, as HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello\n"],
    [
      "after an informational response",
      "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n",
    ],
  ])("computes the digest of a body %s", async (_how, response) => {
    await using server = await LoopbackServer.start((socket) => {
      socket.once("data", () => socket.end(response));
    });
    const observation = await observe(httpRequest(server.port, { digest: true }));
    expect(observation).toEqual({ kind: "answered", status: 200, digest: md5("hello\n") });
  });

  it("takes NUL bytes in a body for what they are", async () => {
    await using server = await LoopbackServer.start((socket) => {
      socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\na\0b"));
    });
    const observation = await observe(httpRequest(server.port, { digest: true }));
    expect(observation).toEqual({ kind: "answered", status: 200, digest: md5("a\0b") });
  });

  it("does not follow a redirect to itself", async () => {
    await using server = await LoopbackServer.start((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"));
    });
    expect(await observe(httpRequest(server.port))).toEqual({ kind: "answered", status: 302 });
    expect(server.connections).toBe(1);
  });

  it("connects over IPv6", async () => {
    await using server = await LoopbackServer.start(
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
      { host: "::1" },
    );
    const target = { address: address("::1"), port: server.port };
    expect(await observe(httpRequest(server.port, { target }))).toEqual({ kind: "answered", status: 200 });
  });

  it("binds to bindto", async () => {
    let from: string | undefined;
    await using server = await LoopbackServer.start((socket) => {
      from = socket.remoteAddress;
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    });
    const target = { address: loopback, port: server.port, bindAddress: address("127.0.0.8") };
    await observe(httpRequest(server.port, { target }));
    expect(from).toBe("127.0.0.8");
  });

  it("sees a refused connection", async () => {
    expect(await observe(httpRequest(await closedPort()))).toEqual({ kind: "refused" });
  });

  it("refuses a path that would forge a request", async () => {
    const observation = await observe(httpRequest(await closedPort(), { path: "/a\r\nX: y" }));
    expect(observation.kind).toBe("failed");
  });
});

describe("SSL_GET on the wire", () => {
  const response = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";

  it.each([
    ["the name that was given", { serverName: "www.example" }, "www.example"],
    ["no name when none was given", {}, false],
  ])(
    "accepts an expired certificate of another name, as keepalived does, and sends %s",
    async (_w, changes, sni) => {
      let name: unknown;
      await using server = await LoopbackServer.start(
        (socket) => {
          name = (socket as TLSSocket).servername;
          socket.once("data", () => socket.end(response));
        },
        { tls: badCertificate },
      );
      const request = httpRequest(server.port, {
        tls: true,
        digest: true,
        host: "other.example",
        ...changes,
      });
      expect(await observe(request)).toEqual({ kind: "answered", status: 200, digest: md5("hello\n") });
      expect(name).toBe(sni);
      await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
    },
  );

  it.each([
    ["never begins the handshake", (): void => undefined, "timed-out"],
    [
      "answers in clear text",
      (socket: { end(text: string): unknown }): unknown => socket.end(response),
      "failed",
    ],
    ["closes at once", (socket: { end(): unknown }): unknown => socket.end(), "failed"],
  ])("fails with a server that %s", async (_what, behave, kind) => {
    await using server = await LoopbackServer.start((socket) => void behave(socket));
    const observation = await observe(httpRequest(server.port, { tls: true }), { timeoutMs: 250 });
    expect(observation.kind).toBe(kind);
    await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
  });

  it("fails with a server that ends the handshake and then hangs", async () => {
    await using server = await LoopbackServer.start(() => undefined, { tls: badCertificate });
    const observation = await observe(httpRequest(server.port, { tls: true }), { timeoutMs: 250 });
    expect(observation).toEqual({ kind: "timed-out" });
    await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
  });
});

describe("the probe runner", () => {
  const now = instant(0);
  const dueBy = after(now, seconds(5));

  function collect(): { runner: ProbeRunner; results: ProbeResult[] } {
    const results: ProbeResult[] = [];
    return { runner: new ProbeRunner({ deliver: (result) => results.push(result) }), results };
  }

  it("gives no result for a cancelled probe and closes its socket", async () => {
    await using server = await LoopbackServer.start(() => undefined);
    const { runner, results } = collect();
    runner.start({ id: 1, request: httpRequest(server.port), dueBy }, now);
    await vi.waitFor(() => expect(server.open).toBe(1), { interval: 5 });
    runner.cancel(1);
    expect(runner.running).toBe(0);
    await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
    expect(results).toEqual([]);
  });

  it("never delivers from within start", async () => {
    const { runner, results } = collect();
    runner.start({ id: 1, request: httpRequest(1, { path: "no slash" }), dueBy }, now);
    expect(results).toEqual([]);
    await vi.waitFor(() => expect(results).toHaveLength(1), { interval: 5 });
  });

  it("ends an attempt by itself when nobody calls it off", async () => {
    await using server = await LoopbackServer.start(() => undefined);
    const results: ProbeResult[] = [];
    const runner = new ProbeRunner({ deliver: (result) => results.push(result), backstop: milliseconds(50) });
    runner.start({ id: 7, request: httpRequest(server.port), dueBy: now }, now);
    await vi.waitFor(() => expect(results).toHaveLength(1), { interval: 5 });
    expect(results).toEqual([{ kind: "probe-result", id: 7, observation: { kind: "timed-out" } }]);
  });

  it("answers each of 300 probes at once under its own id, and keeps nothing", async () => {
    await using server = await LoopbackServer.start((socket) => {
      socket.once("data", (bytes) => {
        const path = /GET (\S+)/.exec(bytes.toString())?.[1] ?? "";
        socket.end(`HTTP/1.1 ${path.slice(1)} X\r\nContent-Length: 0\r\n\r\n`);
      });
    });
    const { runner, results } = collect();
    for (let id = 200; id < 500; id++) {
      runner.start({ id, request: httpRequest(server.port, { path: `/${id}` }), dueBy }, now);
    }
    await vi.waitFor(() => expect(results).toHaveLength(300), { interval: 10, timeout: 5000 });
    for (const { id, observation } of results) expect(observation).toEqual({ kind: "answered", status: id });
    expect(runner.running).toBe(0);
    await vi.waitFor(() => expect(server.open).toBe(0), { interval: 5 });
  });
});
