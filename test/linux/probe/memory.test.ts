import { createHash } from "node:crypto";
import type net from "node:net";
import v8 from "node:v8";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { httpRequest, LoopbackServer, observe } from "./loopback-server.ts";

const MIB = 1024 * 1024;

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What one connection after another is treated to. */
const treatments: readonly ((socket: net.Socket) => void)[] = [
  (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
  (socket) => void socket.resetAndDestroy(),
  (socket) => socket.once("data", () => socket.end("garbage\r\n\r\n")),
  (socket) => socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`)),
  (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok")),
  (socket) => socket.once("data", () => socket.end("HTTP/1.1 100 Continue\r\n\r\n".repeat(50))),
];

describe("memory", () => {
  it("does not grow with the number of checks of hostile servers (K10)", async () => {
    let turn = 0;
    await using server = await LoopbackServer.start((socket) =>
      treatments[turn++ % treatments.length]?.(socket),
    );
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 20) {
        const batch = Array.from({ length: 20 }, () => observe(httpRequest(server.port, { digest: true })));
        await Promise.all(batch);
      }
    };
    await rounds(600);
    const before = heapUsed();
    await rounds(2400);
    expect(heapUsed() - before).toBeLessThan(MIB);
  });

  it("does not grow with the body, which is hashed as it comes", async () => {
    const piece = Buffer.alloc(64 * 1024, "locum");
    const pieces = 1024;
    // Only what is still held counts. V8 sweeps array buffers lazily: the second collection ends the first one.
    const held = (): number => {
      collectGarbage();
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    const samples: number[] = [];
    await using server = await LoopbackServer.start((socket) => {
      let left = pieces;
      const more = (): void => {
        for (let room = true; left > 0 && room; left--) {
          if (left % 128 === 0) samples.push(held() - before);
          room = socket.write(piece);
        }
        if (left === 0) socket.end();
      };
      socket.on("drain", more);
      socket.once("data", () => {
        socket.write("HTTP/1.0 200 OK\r\n\r\n");
        more();
      });
    });
    const hash = createHash("md5");
    for (let i = 0; i < pieces; i++) hash.update(piece);
    const observation = await observe(httpRequest(server.port, { digest: true }), {
      bodyLimit: 100 * MIB,
      timeoutMs: 15_000,
    });
    expect(observation).toEqual({ kind: "answered", status: 200, digest: hash.digest("hex") });
    expect(samples).toHaveLength(pieces / 128);
    expect(Math.max(...samples)).toBeLessThan(4 * MIB);
  });
});
