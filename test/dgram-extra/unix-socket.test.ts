import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { SocketOptions } from "../../src/dgram-extra/configurable-socket.ts";
import { createSocket, type Socket } from "../../src/dgram-extra/socket.ts";

const open: Socket[] = [];
let names = 0;

/** A unix datagram socket needs no privilege, and shares everything but the address with the others. */
function make(options: Partial<SocketOptions> = {}): Socket {
  const socket = createSocket({ type: "unix_dgram", ...options });
  open.push(socket);
  return socket;
}

function freshPath(): string {
  names++;
  return `\0dgram-extra-test-${process.pid}-${names}-${performance.now()}`;
}

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

describe("Socket", () => {
  it("hands over datagrams in order, whole, with their sender", async () => {
    const [here, there] = [freshPath(), freshPath()];
    const receiver = make().bind({ path: here });
    const sender = make().bind({ path: there });
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      receiver.on("message", (data, { address, truncated, receivedAt }) => {
        expect({ address, truncated }).toEqual({ address: there, truncated: false });
        expect(receivedAt).toBeGreaterThan(0);
        seen.push(data.toString());
        if (seen.length === 5) resolve();
      });
    });
    for (let n = 0; n < 5; n++) {
      expect(sender.send(Buffer.from(`message ${n}`), { path: here })).toEqual({ sent: true, bytes: 9 });
    }
    await done;
    expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => `message ${n}`));
  });

  it("hands over what has come at once when it is asked to, a turn's worth or more", () => {
    const path = freshPath();
    const receiver = make({ batchSize: 2, budget: 4 }).bind({ path });
    const sender = make();
    for (let n = 0; n < 9; n++) sender.send(Buffer.from(`${n}`), { path });
    const seen: string[] = [];
    receiver.on("message", (data) => seen.push(data.toString()));
    receiver.receiveNow();
    expect(seen).toEqual(["0", "1", "2", "3"]);
    receiver.receiveNow(100);
    expect(seen).toHaveLength(9);
    receiver.close();
    receiver.receiveNow();
    expect(seen).toHaveLength(9);
  });

  it("says that a datagram was longer than its buffer", async () => {
    const path = freshPath();
    const receiver = make({ messageSize: 4 }).bind({ path });
    make().send(Buffer.from("too long"), { path });
    const [data, info] = await once(receiver, "message");
    expect(data.toString()).toBe("too ");
    expect(info.truncated).toBe(true);
  });

  it("returns why a send is refused", () => {
    const result = make().send(Buffer.from("x"), { path: "/nowhere/at/all" });
    expect(result).toMatchObject({ sent: false, error: { code: "ENOENT", errno: 2 } });
  });

  it("reports a full queue, and room again", async () => {
    const path = freshPath();
    const receiver = make({ batchSize: 1 });
    receiver.setOption(1, { name: 8, value: 4096 });
    const sender = make();
    receiver.bind({ path });
    let sent = 0;
    let result = sender.send(Buffer.alloc(64), { path });
    for (; result.sent && sent < 100_000; sent++) result = sender.send(Buffer.alloc(64), { path });
    expect(result).toMatchObject({ sent: false, error: { code: "EAGAIN" } });
    const [error] = await once(sender, "backpressure");
    expect(error.code).toBe("EAGAIN");
    await once(sender, "drain");
    expect(sender.send(Buffer.alloc(64), { path }).sent).toBe(true);
  });

  it("lets timers and other sockets have their turn during a flood", async () => {
    const path = freshPath();
    const receiver = make({ budget: 4, batchSize: 2 }).bind({ path });
    const sender = make();
    let received = 0;
    let turns = 0;
    const count = (): void => {
      turns++;
      if (received < 40) setImmediate(count);
    };
    const done = new Promise<void>((resolve) => {
      receiver.on("message", () => {
        received++;
        // Every message is answered with another one: the queue never runs empty.
        if (received < 40) sender.send(Buffer.from("x"), { path });
        else resolve();
      });
    });
    for (let n = 0; n < 8; n++) sender.send(Buffer.from("x"), { path });
    setImmediate(count);
    await done;
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  it("hands over nothing after close, which may be called in a listener and twice", async () => {
    const path = freshPath();
    const receiver = make().bind({ path });
    const sender = make();
    let received = 0;
    receiver.on("message", () => {
      received++;
      receiver.close();
      receiver.close();
    });
    for (let n = 0; n < 3; n++) sender.send(Buffer.from("x"), { path });
    await once(receiver, "close");
    expect(received).toBe(1);
    expect(() => receiver.setMark(1)).toThrow(/EBADF/);
    expect(sender.send(Buffer.from("x"), { path })).toMatchObject({
      sent: false,
      error: { code: "ECONNREFUSED" },
    });
  });

  it("tells that it listens, and refuses an address in use", async () => {
    const path = freshPath();
    await once(make().bind({ path }), "listening");
    expect(() => make().bind({ path })).toThrow(/EADDRINUSE/);
  });
});
