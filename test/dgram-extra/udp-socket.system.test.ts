import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { MessageInfo } from "../../src/dgram-extra/received-batch.ts";
import { createSocket, type Socket } from "../../src/dgram-extra/socket.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

describeWith({ title: "UDP sockets", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-udp");
  const open: Socket[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "v0", addresses: ["10.7.1.1/24", "fd07:1::1/64"] },
      { namespace: "b", interface: "v1", addresses: ["10.7.1.2/24", "fd07:1::2/64"] },
    );
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });
  afterAll(() => namespaces.remove());

  function make(where: string, type: "udp4" | "udp6"): Socket {
    const socket = createSocket({ type, namespace: namespaces.name(where) });
    open.push(socket);
    return socket;
  }

  it.each([
    { type: "udp4", every: "0.0.0.0", from: "10.7.1.1", to: "10.7.1.2" },
    { type: "udp6", every: "::", from: "fd07:1::1", to: "fd07:1::2" },
  ] as const)("$type tells the sender's address and port, the destination and the TTL", async (one) => {
    const { type, every, from, to } = one;
    const receiver = make("b", type).bind({ address: every, port: 4_000 });
    const sender = make("a", type).bind({ address: from, port: 50_001 });
    sender.setTtl(77);
    const heard = once(receiver, "message");
    expect(sender.send(Buffer.from("one"), { address: to, port: 4_000 })).toEqual({ sent: true, bytes: 3 });
    const [data, info] = (await heard) as [Buffer, MessageInfo];
    expect(data.toString()).toBe("one");
    expect(info).toMatchObject({ address: from, port: 50_001, destination: to, ttl: 77 });
  });

  it("both families can have one port, and a port that is taken is refused", () => {
    make("b", "udp6").bind({ address: "::", port: 4_001 });
    make("b", "udp4").bind({ address: "0.0.0.0", port: 4_001 });
    expect(() => make("b", "udp4").bind({ address: "0.0.0.0", port: 4_001 })).toThrow(/EADDRINUSE/);
  });
});
