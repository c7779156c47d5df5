import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Instant, instant, milliseconds } from "../../src/base/time.ts";
import {
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from "../../src/bfd/control-packet.ts";
import type { PacketOrigin } from "../../src/bfd/reception.ts";
import type { BfdInstance } from "../../src/conf/model/tracking.ts";
import { bfdDirector } from "../../src/director/bfd-director.ts";
import { initialBfdState } from "../../src/director/bfd-director-state.ts";
import type { BfdHostEffect, BfdHostEvent } from "../../src/director/bfd-host.ts";
import { NEIGHBOUR, packetOf, sessionConfig } from "../bfd/bfd-support.ts";

function instance(name: string, changes: Partial<BfdInstance> = {}): BfdInstance {
  return {
    name,
    at: { file: "test.conf", line: 1 },
    neighbourAddress: NEIGHBOUR,
    ...sessionConfig(),
    ttl: 255,
    weight: 0,
    reverse: false,
    forVrrp: true,
    forChecker: true,
    ...changes,
  };
}

/** The BFD process without its host. */
class Process {
  readonly state = initialBfdState();
  readonly effects: BfdHostEffect[] = [];
  now: Instant = instant(1_000_000);

  constructor(...bfdInstances: readonly BfdInstance[]) {
    this.take({ kind: "start", config: { bfdInstances }, seed: 42 });
  }

  take(event: BfdHostEvent): readonly BfdHostEffect[] {
    const { effects } = bfdDirector.step(this.state, event, this.now);
    this.effects.push(...effects);
    return effects;
  }

  reload(...bfdInstances: readonly BfdInstance[]): readonly BfdHostEffect[] {
    return this.take({ kind: "reload", config: { bfdInstances } });
  }

  pass(duration: number): readonly BfdHostEffect[] {
    const end = this.now + duration;
    const before = this.effects.length;
    for (let at = bfdDirector.deadline(this.state); at !== undefined && at <= end; ) {
      this.now = at;
      this.take({ kind: "alarm" });
      at = bfdDirector.deadline(this.state);
    }
    this.now = instant(end);
    return this.effects.slice(before);
  }

  hear(changes: Partial<ControlPacket>, from: Partial<PacketOrigin> = {}): readonly BfdHostEffect[] {
    const origin = { source: NEIGHBOUR, ttl: 255, multihop: false, ...from };
    return this.take({ kind: "packet", bytes: encodeControlPacket(packetOf(changes)), origin });
  }

  /** The session of a name. */
  session(name: string) {
    const entry = [...this.state.entries.values()].find((one) => one.instance.name === name && !one.leaving);
    if (entry === undefined) throw new Error(`no session ${name}`);
    return entry.session;
  }

  bringUp(name: string, from: Partial<PacketOrigin> = {}): void {
    const yourDiscriminator = this.session(name).discriminator;
    this.hear({}, from);
    this.hear({ state: "init", yourDiscriminator }, from);
    this.hear({ state: "up", yourDiscriminator, desiredMinTransmit: 20_000, final: true }, from);
  }
}

function packets(effects: readonly BfdHostEffect[]): readonly ControlPacket[] {
  return effects.flatMap((effect) => {
    const decoded = effect.kind === "send-packet" ? decodeControlPacket(effect.bytes) : undefined;
    return decoded?.ok ? [decoded.value] : [];
  });
}

function news(effects: readonly BfdHostEffect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === "session" ? [`${effect.name} ${effect.up}`] : []));
}

function lines(effects: readonly BfdHostEffect[], level?: string): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === "log" && (level === undefined || effect.level === level) ? [effect.message] : [],
  );
}

describe("the BFD process", () => {
  it("B-10: listens on 3784, or on 4784 for neighbours beyond a router, in the families it needs", () => {
    const other = "2001:db8::2" as IpAddress;
    const started = new Process(
      instance("near"),
      instance("far", { multihop: true, neighbourAddress: other }),
      instance("far-too", { multihop: true, neighbourAddress: "2001:db8::3" as IpAddress }),
    );
    const opened = started.effects.filter(({ kind }) => kind === "open-port");
    expect(opened).toEqual([
      { kind: "open-port", port: { family: 4, multihop: false } },
      { kind: "open-port", port: { family: 6, multihop: true } },
    ]);
    expect(started.reload(instance("near")).filter(({ kind }) => kind === "close-port")).toEqual([
      { kind: "close-port", port: { family: 6, multihop: true } },
    ]);
  });

  it("reports every session down at the start, and up and down as it goes, in keepalived's words", () => {
    const started = new Process(instance("peer"));
    expect(news(started.effects)).toEqual(["peer false"]);
    started.bringUp("peer");
    started.pass(60_000);
    expect(news(started.effects)).toEqual(["peer false", "peer true", "peer false"]);
    expect(lines(started.effects, "info")).toContain("(peer) Entering Up state");
    expect(lines(started.effects, "warning")).toEqual([
      "(peer) Expired after 60 ms (0 usec overdue)",
      "(peer) Entering Down state (Local diagnostic - Control Detection Time Expired, Remote diagnostic - No Diagnostic)",
    ]);
  });

  it("B-11: gives every session a discriminator of its own, never 0", () => {
    const many = Array.from({ length: 200 }, (_, at) =>
      instance(`peer${at}`, { neighbourAddress: `198.51.100.${at}` as IpAddress }),
    );
    const started = new Process(...many);
    const discriminators = packets(started.effects).map(({ myDiscriminator }) => myDiscriminator);
    expect(new Set(discriminators).size).toBe(200);
    expect(discriminators).not.toContain(0);
  });

  it("B-11: discriminators are random: another start has others", () => {
    const started = new Process(instance("peer"));
    const again = new Process();
    again.state.random = 43;
    again.reload(instance("peer"));
    expect(again.session("peer").discriminator).not.toBe(started.session("peer").discriminator);
  });
});

describe("which session a packet is for", () => {
  const local = "192.0.2.1" as IpAddress;

  it("B-6: the discriminator alone decides where there is one", () => {
    const started = new Process(instance("peer"));
    const yourDiscriminator = started.session("peer").discriminator;
    started.hear({ yourDiscriminator }, { source: "203.0.113.9" as IpAddress });
    expect(started.session("peer").state).toBe("init");
  });

  it("B-6: one that is nobody's is refused, also from the neighbour's address", () => {
    const started = new Process(instance("peer"));
    const before = started.session("peer");
    const effects = started.hear({ yourDiscriminator: before.discriminator ^ 1 });
    expect(started.session("peer")).toBe(before);
    expect(packets(effects)).toEqual([]);
    expect(started.state.rejected.get("no-session")).toBe(1);
    expect(lines(effects, "warning")[0]).toMatch(/^BFD packet from 192\.0\.2\.2 refused: no session has/);
  });

  it("B-6: without one, the addresses decide: the own one too where it is configured", () => {
    const started = new Process(
      instance("any"),
      instance("own", { sourceAddress: local }),
      instance("far", { multihop: true }),
    );
    started.hear({}, { destination: local });
    expect(["any", "own", "far"].map((name) => started.session(name).state)).toEqual([
      "down",
      "init",
      "down",
    ]);
    started.hear({}, { destination: "192.0.2.99" as IpAddress });
    expect(["any", "own", "far"].map((name) => started.session(name).state)).toEqual([
      "init",
      "init",
      "down",
    ]);
    started.hear({}, { multihop: true });
    expect(started.session("far").state).toBe("init");
  });

  it("B-6: a stranger that names nobody is refused", () => {
    const started = new Process(instance("peer"));
    started.hear({}, { source: "203.0.113.9" as IpAddress });
    expect(started.session("peer").state).toBe("down");
    expect(started.state.rejected.get("no-session")).toBe(1);
  });

  it("what is refused is counted with its session and said once a minute", () => {
    const started = new Process(instance("peer"));
    for (let packet = 0; packet < 100; packet++) started.hear({}, { ttl: 64 });
    expect(lines(started.effects, "warning")).toHaveLength(1);
    const [entry] = started.state.entries.values();
    expect(entry?.counters.rejected.get("ttl")).toBe(100);
    expect(entry?.counters.received).toBe(0);
  });
});

describe("a reload of the BFD process", () => {
  it("keeps a session between the same addresses, under whatever name", () => {
    const started = new Process(instance("peer"));
    started.bringUp("peer");
    const before = started.session("peer");
    expect(news(started.reload(instance("peer")))).toEqual(["peer true"]);
    expect(started.session("peer")).toEqual(before);
    expect(news(started.reload(instance("other")))).toEqual(["other true", "peer undefined"]);
    expect(started.session("other")).toEqual({ ...before, config: instance("other") });
  });

  it("B-25: announces other intervals with a poll, while the session stays up", () => {
    const started = new Process(instance("peer"));
    started.bringUp("peer");
    const yourDiscriminator = started.session("peer").discriminator;
    const changed = instance("peer", { minTransmit: milliseconds(100), multiplier: 3 });
    expect(news(started.reload(changed))).toEqual(["peer true"]);
    expect(packets(started.pass(55_000)).at(-1)).toMatchObject({
      poll: true,
      desiredMinTransmit: 100_000,
      detectMultiplier: 3,
    });
    started.hear({ state: "up", yourDiscriminator, final: true });
    expect(started.session("peer").state).toBe("up");
  });

  it("B-29: a session that is gone from the file says AdminDown and is forgotten", () => {
    const started = new Process(instance("peer"), instance("other", { multihop: true }));
    started.bringUp("peer");
    const effects = started.reload(instance("other", { multihop: true }));
    expect(packets(effects)).toMatchObject([{ state: "admin-down", diagnostic: 7 }]);
    expect(news(effects)).toEqual(["other false", "peer undefined"]);
    started.pass(1_000_000);
    expect(started.state.entries.size).toBe(1);
  });

  it("another neighbour is another session, where keepalived would keep the state of the first", () => {
    const started = new Process(instance("peer"));
    started.bringUp("peer");
    started.reload(instance("peer", { neighbourAddress: "192.0.2.3" as IpAddress }));
    expect(started.session("peer").state).toBe("down");
    expect(news(started.effects).at(-1)).toBe("peer false");
  });

  it("takes another TTL to the socket", () => {
    const started = new Process(instance("peer"));
    expect(started.reload(instance("peer", { ttl: 64, expectedTtl: 64 }))).toContainEqual(
      expect.objectContaining({ kind: "open-session", ttl: 64 }),
    );
  });
});

describe("the BFD process in trouble and at its end", () => {
  it("says once that packets do not go out, and again when it happens again", () => {
    const started = new Process(instance("peer"));
    const [session] = started.state.entries.keys();
    const effect = { kind: "send-packet", session: session ?? 0, bytes: new Uint8Array() } as const;
    const fail = () => started.take({ kind: "effect-failed", effect, reason: "the network is unreachable" });
    expect(lines(fail())).toEqual(["(peer) the network is unreachable"]);
    for (let round = 0; round < 5; round++) {
      started.pass(1_000_000);
      expect(lines(fail())).toEqual([]);
    }
    started.pass(2_000_000);
    expect(lines(fail())).toEqual(["(peer) the network is unreachable"]);
  });

  it("tries again to open a port that it did not get", () => {
    const started = new Process(instance("peer"));
    const effect = { kind: "open-port", port: { family: 4, multihop: false } } as const;
    expect(lines(started.take({ kind: "effect-failed", effect, reason: "in use" }))).toEqual(["in use"]);
    expect(started.pass(10_000_000)).toContainEqual(effect);
  });

  it("B-29: says AdminDown to every neighbour, and then that it is done", () => {
    const started = new Process(instance("peer"), instance("alone", { multihop: true }));
    started.bringUp("peer");
    const effects = [...started.take({ kind: "shutdown" }), ...started.pass(1_000_000)];
    expect(packets(effects).map(({ state }) => state)).toEqual(["admin-down", "admin-down", "admin-down"]);
    expect(effects.filter(({ kind }) => kind === "stopped")).toHaveLength(1);
    expect(effects.at(-1)).toEqual({ kind: "stopped" });
    expect(bfdDirector.deadline(started.state)).toBeUndefined();
    expect(new Process().take({ kind: "shutdown" })).toEqual([{ kind: "stopped" }]);
  });

  it("B-20: what comes after the end is refused", () => {
    const started = new Process(instance("peer"));
    started.bringUp("peer");
    const { discriminator } = started.session("peer");
    started.take({ kind: "shutdown" });
    expect(started.hear({ yourDiscriminator: discriminator, state: "down" })).toMatchObject([
      { kind: "log", level: "warning" },
    ]);
  });
});
