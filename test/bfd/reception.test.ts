import { describe, expect, it } from "vitest";
import { acceptPacket, describeRejection, leastTtl, type PacketOrigin } from "../../src/bfd/reception.ts";
import type { SessionConfig } from "../../src/bfd/session-state.ts";
import { Bench, NEIGHBOUR, packetOf, sessionConfig } from "./bfd-support.ts";

const origin: PacketOrigin = { source: NEIGHBOUR, ttl: 255, multihop: false };

function verdict(
  changes: Parameters<typeof packetOf>[0],
  { from = {}, config = {} }: { from?: Partial<PacketOrigin>; config?: Partial<SessionConfig> } = {},
): string {
  const { session } = new Bench(config);
  const accepted = acceptPacket(packetOf(changes), { session, origin: { ...origin, ...from } });
  return accepted.ok ? "taken" : accepted.error.kind;
}

describe("a packet for a session", () => {
  it("B-7: is taken without authentication, which no session has", () => {
    expect(verdict({})).toBe("taken");
  });

  it("B-7: is refused with authentication", () => {
    expect(verdict({ authenticated: true })).toBe("authentication");
  });

  it("B-8: may poll or answer a poll", () => {
    expect(verdict({ poll: true })).toBe("taken");
    expect(verdict({ final: true })).toBe("taken");
  });

  it("B-8: that polls and answers at once is refused", () => {
    expect(verdict({ poll: true, final: true })).toBe("poll-and-final");
  });

  it("B-9: with TTL 255 is taken", () => {
    expect(verdict({})).toBe("taken");
  });

  it("B-9: that crossed a router is refused", () => {
    expect(verdict({}, { from: { ttl: 254 } })).toBe("ttl");
    expect(verdict({}, { from: { ttl: 1 } })).toBe("ttl");
  });

  it("B-9: is refused when the kernel gave no TTL, where keepalived lets it pass", () => {
    const { session } = new Bench();
    const accepted = acceptPacket(packetOf(), { session, origin: { source: NEIGHBOUR, multihop: false } });
    expect(accepted).toEqual({ ok: false, error: { kind: "ttl", received: undefined, least: 255 } });
  });

  it("B-9: may have come by max_hops routers, as keepalived counts them, or by any number when that is -1", () => {
    expect(verdict({}, { config: { maxHops: 2 }, from: { ttl: 253 } })).toBe("taken");
    expect(verdict({}, { config: { maxHops: 2 }, from: { ttl: 252 } })).toBe("ttl");
    expect(verdict({}, { config: { maxHops: -1 }, from: { ttl: 1 } })).toBe("taken");
    expect(verdict({}, { config: { maxHops: 255 }, from: { ttl: 1 } })).toBe("taken");
    expect(leastTtl(sessionConfig({ expectedTtl: 64, maxHops: 64 }))).toBe(0);
    expect(leastTtl(sessionConfig({ expectedTtl: 64 }))).toBe(64);
  });

  it("B-10: to the port of the other kind of neighbour is refused", () => {
    expect(verdict({}, { from: { multihop: true } })).toBe("port");
    expect(verdict({}, { config: { multihop: true } })).toBe("port");
  });

  it("B-10: comes to 3784 from a neighbour on the link and to 4784 from one beyond a router", () => {
    expect(verdict({}, { from: { multihop: false } })).toBe("taken");
    expect(verdict({}, { config: { multihop: true }, from: { multihop: true } })).toBe("taken");
  });

  it("B-12: cannot end a session that is up without a discriminator known to it", () => {
    const { session } = new Bench().bringUp();
    const judged = (changes: Parameters<typeof packetOf>[0]) =>
      acceptPacket(packetOf(changes), { session, origin });
    expect(judged({ myDiscriminator: 78 })).toMatchObject({
      ok: false,
      error: { kind: "stranger", known: 77 },
    });
    expect(judged({ myDiscriminator: 77 }).ok).toBe(true);
    expect(judged({ myDiscriminator: 78, yourDiscriminator: 9 }).ok).toBe(true);
  });

  it("B-12: is taken from whoever a session that is not up has as its neighbour", () => {
    expect(verdict({ myDiscriminator: 78 })).toBe("taken");
  });

  it("B-20: is refused by a session that is administratively down", () => {
    const bench = new Bench().bringUp();
    bench.take({ kind: "shutdown" });
    expect(acceptPacket(packetOf(), { session: bench.session, origin })).toEqual({
      ok: false,
      error: { kind: "administratively-down" },
    });
  });

  it("is judged in the order of RFC 5880: authentication before Poll and Final, these before the TTL", () => {
    const from = { ttl: 1, multihop: true };
    expect(verdict({ authenticated: true, poll: true, final: true }, { from })).toBe("authentication");
    expect(verdict({ poll: true, final: true }, { from })).toBe("poll-and-final");
    expect(verdict({}, { from })).toBe("ttl");
  });

  it("is refused in words that say what was wanted", () => {
    expect(describeRejection({ kind: "ttl", received: 254, least: 255 }, "192.0.2.9")).toBe(
      "packet from 192.0.2.9 refused: it has TTL 254, wanted at least 255; a neighbour further away needs max_hops",
    );
    expect(describeRejection({ kind: "no-session", yourDiscriminator: 0 }, "192.0.2.9")).toMatch(
      /neighbor_ip/,
    );
    expect(describeRejection({ kind: "your-discriminator", state: "up" }, "::1")).toMatch(/state Up/);
  });
});
