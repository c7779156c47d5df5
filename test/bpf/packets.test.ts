import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServiceKey, serviceKeyText } from "../../src/forward/service.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, destination, ip } from "./bench.ts";
import { type Frame, frame } from "./packet.ts";

describeWith({ title: "the data path, packet by packet", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-pkt");
  const bench = new Bench(spaces, "d");
  const real = ip("10.2.0.11");
  let nextPort = 10_000;
  const fresh = (): number => {
    nextPort += 1;
    return nextPort;
  };
  afterAll(() => {
    bench.remove();
    spaces.remove();
  });

  describe.each(["tcp", "udp"] as const)("masquerading %s", (protocol) => {
    let key: ServiceKey;
    beforeAll(() => {
      key = bench.addService({ protocol });
      bench.addServer(key, { address: real, port: 8_080 });
    });

    it("rewrites the client's packet to the real server, TTL and checksums included", () => {
      const sourcePort = fresh();
      const { verdict, out } = bench.handle({ protocol, sourcePort, payload: "abcde" });
      expect(verdict).toBe("send");
      expect(out).toMatchObject({ source: "10.1.0.2", sourcePort, target: real, targetPort: 8_080 });
      expect(out).toMatchObject({ ttl: 63, payload: "abcde", sound: true });
    });

    it("rewrites the real server's reply back to the virtual address", () => {
      const sourcePort = fresh();
      bench.handle({ protocol, sourcePort });
      const { verdict, out } = bench.handle({
        ...{ protocol, source: real, sourcePort: 8_080, target: "10.1.0.2", targetPort: sourcePort },
        ...{ flags: "SA", payload: "odd" },
      });
      expect(verdict).toBe("send");
      expect(out).toMatchObject({ source: "10.1.0.100", sourcePort: 80, target: "10.1.0.2" });
      expect(out).toMatchObject({ targetPort: sourcePort, ttl: 63, payload: "odd", sound: true });
    });

    it("keeps IP options and works behind them", () => {
      const { verdict, out } = bench.handle({ protocol, sourcePort: fresh(), options: 3, payload: "x" });
      expect(verdict).toBe("send");
      expect(out).toMatchObject({ target: real, options: 3, payload: "x", sound: true });
    });

    it("leaves a real server's packet of no session alone", () => {
      const packet = { protocol, source: real, sourcePort: 8_080, targetPort: fresh(), target: "10.1.0.2" };
      const { verdict, out } = bench.handle({ ...packet, flags: "A" });
      expect(verdict).toBe("stack");
      expect(out.source).toBe(real);
    });

    it("rewrites every one of many payload sizes soundly", () => {
      for (let size = 0; size < 40; size++) {
        const packet: Partial<Frame> = { protocol, sourcePort: fresh(), payload: "z".repeat(size) };
        expect(bench.handle(packet).out.sound).toBe(true);
      }
    });

    it("leaves packets for other ports, other addresses and other protocols to the stack", () => {
      expect(bench.handle({ protocol, targetPort: 81 }).verdict).toBe("stack");
      expect(bench.handle({ protocol, target: "10.1.0.1" }).verdict).toBe("stack");
      const icmp = frame({ protocol });
      icmp[14 + 9] = 1;
      expect(bench.raw(icmp).verdict).toBe("stack");
    });

    it("leaves a packet whose time is up to the stack", () => {
      const { verdict, out } = bench.handle({ protocol, sourcePort: fresh(), ttl: 1 });
      expect(verdict).toBe("stack");
      expect(out).toMatchObject({ target: "10.1.0.100", ttl: 1 });
    });

    it("sends later fragments after the first one, both ways", () => {
      const sourcePort = fresh();
      const id = sourcePort;
      const there: Partial<Frame> = { protocol, sourcePort, id };
      const first = bench.handle({ ...there, fragment: 0x2000, payload: "12345678" });
      expect(first.verdict).toBe("send");
      expect(first.out).toMatchObject({ target: real, targetPort: 8_080, fragment: 0x2000, sound: true });
      const later = bench.handle({ ...there, sourcePort: 1, targetPort: 2, fragment: 0x0002 });
      expect(later.verdict).toBe("send");
      expect(later.out).toMatchObject({ target: real, ttl: 63, fragment: 2, headerSound: true });
      expect(later.out).toMatchObject({ sourcePort: 1, targetPort: 2 }); // data, not ports

      const back: Partial<Frame> = { protocol, source: real, target: "10.1.0.2", flags: "A", id };
      const reply = { ...back, sourcePort: 8_080, targetPort: sourcePort, fragment: 0x2000 };
      expect(bench.handle(reply).out).toMatchObject({ source: "10.1.0.100", sound: true });
      const rest = bench.handle({ ...back, sourcePort: 3, targetPort: 4, fragment: 0x0001 });
      expect(rest.verdict).toBe("send");
      expect(rest.out).toMatchObject({ source: "10.1.0.100", ttl: 63, headerSound: true });
    });

    it("leaves a later fragment to the stack when the first one is unknown", () => {
      const { verdict } = bench.handle({ protocol, sourcePort: fresh(), id: 0xabcd, fragment: 0x0010 });
      expect(verdict).toBe("stack");
    });

    it("leaves every truncation to the stack, and is not confused by it", () => {
      const whole = frame({ protocol, sourcePort: fresh() });
      for (let length = 34; length < whole.length; length++) {
        expect(bench.raw(whole.slice(0, length)).verdict).toBe("stack");
      }
    });
  });

  it("keeps a UDP checksum of zero at zero", () => {
    const { verdict, out } = bench.handle({ protocol: "udp", sourcePort: fresh(), unchecked: true });
    expect(verdict).toBe("send");
    expect(out).toMatchObject({ unchecked: true, target: real });
  });

  describe("direct routing", () => {
    const packet: Partial<Frame> = { targetPort: 81 };
    beforeAll(() => {
      const key = bench.addService({ port: 81 });
      bench.addServer(key, { address: real, port: 81, method: "route" });
    });

    it("changes nothing but the TTL", () => {
      const sourcePort = fresh();
      const { verdict, out } = bench.handle({ ...packet, sourcePort, payload: "q" });
      expect(verdict).toBe("send");
      expect(out).toMatchObject({ source: "10.1.0.2", sourcePort, target: "10.1.0.100", targetPort: 81 });
      expect(out).toMatchObject({ ttl: 63, payload: "q", sound: true });
    });

    it("delivers to this host when the real server is this host", () => {
      const key = bench.addService({ port: 82 });
      bench.addServer(key, { address: ip("127.0.0.1"), port: 82, method: "route" });
      const { verdict, out } = bench.handle({ targetPort: 82, sourcePort: fresh() });
      expect(verdict).toBe("stack");
      expect(out).toMatchObject({ target: "10.1.0.100", ttl: 64 });
    });
  });

  describe("what is not scheduled", () => {
    it.each(["A", "F", "R", "FA", "", "PA"])("a TCP packet with flags %j and no session", (flags) => {
      expect(bench.handle({ sourcePort: fresh(), flags }).verdict).toBe("stack");
    });

    it("a packet from port 20", () => {
      expect(bench.handle({ sourcePort: 20 }).verdict).toBe("stack");
    });

    it("a packet for an address that the director does not hold now", () => {
      const key = bench.addService({ port: 83 });
      bench.addServer(key, { address: real });
      spaces.run("d", ["ip", "address", "delete", "10.1.0.100/32", "dev", "c0"]);
      const without = bench.handle({ targetPort: 83, sourcePort: fresh() }).verdict;
      spaces.run("d", ["ip", "address", "add", "10.1.0.100/32", "dev", "c0"]);
      expect([without, bench.handle({ targetPort: 83, sourcePort: fresh() }).verdict]).toEqual([
        "stack",
        "send",
      ]);
    });

    it("a service without a destination: the stack answers", () => {
      bench.addService({ port: 84 });
      expect(bench.handle({ targetPort: 84, sourcePort: fresh() }).verdict).toBe("stack");
    });

    it("a real server that no route leads to: the stack answers", () => {
      const key = bench.addService({ port: 85 });
      bench.addServer(key, { address: ip("203.0.113.1") });
      expect(bench.handle({ targetPort: 85, sourcePort: fresh() }).verdict).toBe("stack");
    });

    it("a real server behind an unreachable route: dropped", () => {
      const key = bench.addService({ port: 86 });
      spaces.run("d", ["ip", "route", "add", "unreachable", "203.0.114.0/24"]);
      bench.addServer(key, { address: ip("203.0.114.1") });
      expect(bench.handle({ targetPort: 86, sourcePort: fresh() }).verdict).toBe("drop");
    });
  });

  describe("changes under running sessions", () => {
    it("keeps a session on a quiesced server and schedules new ones elsewhere", () => {
      const key = bench.addService({ port: 90, scheduler: "wrr" });
      bench.addServer(key, { address: real });
      const sourcePort = fresh();
      bench.handle({ targetPort: 90, sourcePort });
      bench.addServer(key, { address: ip("10.2.0.12") });
      const quiesced = destination({ address: real, weight: 0 });
      bench.must({ kind: "edit-destination", key, destination: quiesced });
      const to = (port: number, flags: string) =>
        bench.handle({ targetPort: 90, sourcePort: port, flags }).out.target;
      expect(to(sourcePort, "A")).toBe(real);
      expect([to(fresh(), "S"), to(fresh(), "S")]).toEqual(["10.2.0.12", "10.2.0.12"]);
    });

    it("drops a deleted server's sessions and takes them up again with the server", () => {
      const key = bench.addService({ port: 91 });
      bench.addServer(key, { address: real });
      const packet: Partial<Frame> = { targetPort: 91, sourcePort: fresh() };
      bench.handle(packet);
      bench.must({ kind: "delete-destination", key, address: real, port: 80 });
      expect(bench.handle({ ...packet, flags: "A" }).verdict).toBe("drop");
      bench.addServer(key, { address: real });
      expect(bench.handle({ ...packet, flags: "A" }).verdict).toBe("send");
      expect(bench.counts(serviceKeyText(key))).toEqual([[1, 0]]);
    });

    it("drops a deleted service's sessions; they are there when it comes back", () => {
      const key = bench.addService({ port: 92 });
      bench.addServer(key, { address: real });
      const packet: Partial<Frame> = { targetPort: 92, sourcePort: fresh() };
      bench.handle(packet);
      bench.must({ kind: "delete-service", key });
      expect(bench.handle({ ...packet, flags: "A" }).verdict).toBe("drop");
      expect(bench.handle({ targetPort: 92, sourcePort: fresh() }).verdict).toBe("stack");
      bench.addService({ port: 92 });
      bench.addServer(key, { address: real });
      expect(bench.handle({ ...packet, flags: "A" }).out.target).toBe(real);
    });

    it("reopens a server at its lower threshold", async () => {
      const key = bench.addService({ port: 93 });
      bench.addServer(key, { address: real, upperThreshold: 3, lowerThreshold: 2 });
      const ports = [fresh(), fresh(), fresh()];
      for (const sourcePort of ports) bench.handle({ targetPort: 93, sourcePort });
      const another = () => bench.handle({ targetPort: 93, sourcePort: fresh() }).verdict;
      expect(another()).toBe("stack");
      await bench.resetSession({ targetPort: 93, sourcePort: ports[0] ?? 0 });
      expect(another()).toBe("stack"); // 2 left: the lower threshold is not undercut yet
      await bench.resetSession({ targetPort: 93, sourcePort: ports[1] ?? 0 });
      expect(another()).toBe("send");
    });
  });
});
