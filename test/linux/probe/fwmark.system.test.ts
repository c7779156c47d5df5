import { levels, socketOptions, systemCall } from "dgram-extra";
import { expect, it } from "vitest";
import { connectTo } from "../../../src/linux/probe/attempt.ts";
import { describeWith } from "../../support/require.ts";
import { address, httpRequest, LoopbackServer, loopback, observe } from "./loopback-server.ts";

/** The mark of a connected socket, as the kernel has it. */
function markOf(socket: object): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  const value = new Uint32Array(1);
  const length = new Uint8Array(Uint32Array.of(4).buffer);
  const bytes = new Uint8Array(value.buffer);
  const result = systemCall(
    "getsockopt",
    Number(fd),
    levels.socket,
    socketOptions.socket.mark,
    bytes,
    length,
  );
  if (result < 0) throw new Error(`getsockopt failed: ${result}`);
  return value[0] ?? -1;
}

describeWith({ title: "fwmark of a check", needs: ["root"] }, () => {
  it("is on the socket before it connects", async () => {
    await using server = await LoopbackServer.start(() => undefined);
    const socket = connectTo({ address: loopback, port: server.port, fwmark: 0x2a });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    expect(markOf(socket)).toBe(0x2a);
    socket.destroy();
  });

  it.each([
    ["over IPv4", "127.0.0.1"],
    ["over IPv6", "::1"],
  ])("goes with both kinds of check %s", async (_how, host) => {
    await using server = await LoopbackServer.start(
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
      { host },
    );
    const target = { address: address(host), port: server.port, fwmark: 7, bindAddress: address(host) };
    expect(await observe({ kind: "tcp", target })).toEqual({ kind: "connected" });
    expect(await observe(httpRequest(server.port, { target }))).toEqual({ kind: "answered", status: 200 });
  });

  it("sees a refused connection", async () => {
    const port = await LoopbackServer.start(() => undefined).then(async (server) => {
      const { port: used } = server;
      await server[Symbol.asyncDispose]();
      return used;
    });
    expect(await observe({ kind: "tcp", target: { address: loopback, port, fwmark: 7 } })).toEqual({
      kind: "refused",
    });
  });

  it("leaves no descriptor behind", async () => {
    const { readdirSync } = await import("node:fs");
    await using server = await LoopbackServer.start((socket) => void socket.end());
    const count = (): number => readdirSync("/proc/self/fd").length;
    const target = { address: loopback, port: server.port, fwmark: 7 };
    await observe({ kind: "tcp", target });
    const before = count();
    for (let round = 0; round < 50; round++) await observe({ kind: "tcp", target });
    await expect.poll(count, { timeout: 2000 }).toBeLessThanOrEqual(before + 2);
  });
});
