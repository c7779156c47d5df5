import { afterAll, expect, it } from "vitest";
import { type ServiceKey, serviceKeyText } from "../../src/forward/service.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, ip } from "./bench.ts";

/** Packets from the client, and after each the state and whether it counts as active: what the kernel's IPVS did. */
const walks = {
  route: [
    "S:SYN_RECV+ A:ESTABLISHED+ PA:ESTABLISHED+ FA:FIN_WAIT- A:FIN_WAIT-",
    "S:SYN_RECV+ F:TIME_WAIT-",
    "S:SYN_RECV+ A:ESTABLISHED+ R:CLOSE-",
    "S:SYN_RECV+ R:SYN_RECV+",
    "S:SYN_RECV+ S:SYN_RECV+ A:ESTABLISHED+ S:ESTABLISHED+",
    "S:SYN_RECV+ A:ESTABLISHED+ F:FIN_WAIT- S:SYN_RECV+",
    "SA:SYN_RECV+",
    "S:SYN_RECV+ A:ESTABLISHED+ RA:CLOSE- S:SYN_RECV+",
  ],
  masquerade: [
    "S:SYN_RECV+ A:ESTABLISHED+ PA:ESTABLISHED+ F:CLOSE_WAIT- A:CLOSE_WAIT-",
    "S:SYN_RECV+ F:TIME_WAIT-",
    "S:SYN_RECV+ A:ESTABLISHED+ R:CLOSE-",
    "S:SYN_RECV+ R:SYN_RECV+",
    "S:SYN_RECV+ A:ESTABLISHED+ F:CLOSE_WAIT- S:SYN_RECV+",
    // `<` is a packet from the real server.
    "S:SYN_RECV+ <SA:SYN_RECV+ A:ESTABLISHED+ <FA:FIN_WAIT- A:FIN_WAIT- FA:TIME_WAIT- <A:TIME_WAIT-",
    "S:SYN_RECV+ <RA:CLOSE-",
    "S:SYN_RECV+ A:ESTABLISHED+ FA:CLOSE_WAIT- <FA:TIME_WAIT-",
  ],
} as const;

describeWith({ title: "the life of a session", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-tcp");
  const bench = new Bench(spaces, "d");
  const real = ip("10.2.0.11");
  let port = 0;
  afterAll(() => {
    bench.remove();
    spaces.remove();
  });

  function service(method: "route" | "masquerade", protocol: "tcp" | "udp" = "tcp"): ServiceKey {
    port += 1;
    const key = bench.addService({ port, protocol });
    bench.addServer(key, { address: real, port, method });
    return key;
  }

  const cases = Object.entries(walks).flatMap(([method, lines]) =>
    lines.map((line) => [method as keyof typeof walks, line] as const),
  );

  it.each(cases)("%s: %s", (method, line) => {
    const key = service(method);
    const walked = line.split(" ").map((step) => {
      const word = step.split(":")[0] ?? "";
      const flags = word.replace("<", "");
      bench.handle(
        word.startsWith("<")
          ? { source: real, sourcePort: port, target: "10.1.0.2", targetPort: 40_000, flags }
          : { targetPort: port, flags },
      );
      const session = [...bench.table.sessions()].find(({ virtualPort }) => virtualPort === port);
      const [active] = bench.counts(serviceKeyText(key))[0] ?? [];
      return `${word}:${session?.state}${active === 1 ? "+" : "-"}`;
    });
    expect(walked.join(" ")).toBe(line);
  });

  it("gives each state its timeout", () => {
    service("route");
    const left = (flags: string) => {
      bench.handle({ targetPort: port, flags });
      return [...bench.table.sessions()].find(({ virtualPort }) => virtualPort === port)?.expiresIn ?? 0;
    };
    expect(Math.ceil(left("S"))).toBeGreaterThanOrEqual(59);
    expect(left("S")).toBeLessThanOrEqual(60);
    expect(left("A")).toBeGreaterThanOrEqual(898);
    expect(left("F")).toBeLessThanOrEqual(120);
    expect(left("R")).toBeLessThanOrEqual(10);
  });

  it("ends a session in the kernel when its time is up, counters and all", async () => {
    const key = service("masquerade");
    const name = serviceKeyText(key);
    bench.setTimeouts({ synReceived: 150, close: 80 });
    try {
      bench.handle({ targetPort: port, sourcePort: 41_000 });
      bench.handle({ targetPort: port, sourcePort: 41_001 });
      expect(bench.counts(name)).toEqual([[2, 0]]);
      await eventually(() => bench.counts(name)[0]?.join() === "0,0", { within: 3_000 });
      expect([...bench.table.sessions()].filter(({ virtualPort }) => virtualPort === port)).toEqual([]);
      const stray = { source: real, sourcePort: port, target: "10.1.0.2", targetPort: 41_000, flags: "A" };
      expect(bench.handle(stray).verdict).toBe("stack");
    } finally {
      bench.setTimeouts({});
    }
  });

  it("ends every one of thousands of sessions, and leaves the others", async () => {
    const key = service("masquerade");
    const name = serviceKeyText(key);
    const total = 4_000;
    bench.setTimeouts({ close: 150 });
    try {
      for (let client = 0; client < total; client++) {
        const packet = { targetPort: port, sourcePort: 2_000 + client };
        for (const flags of client % 4 === 0 ? ["S"] : ["S", "A", "R"]) bench.handle({ ...packet, flags });
      }
      await eventually(() => bench.counts(name)[0]?.join() === `${total / 4},0`, { within: 5_000 });
      const left = [...bench.table.sessions()].filter(({ virtualPort }) => virtualPort === port);
      expect(left.every(({ clientPort }) => (clientPort - 2_000) % 4 === 0)).toBe(true);
      expect(left).toHaveLength(total / 4);
    } finally {
      bench.setTimeouts({});
    }
  });

  it("shortens a session's life when its new state has a shorter timeout", async () => {
    const key = service("masquerade");
    const name = serviceKeyText(key);
    bench.setTimeouts({ close: 80 });
    try {
      for (const flags of ["S", "A"]) bench.handle({ targetPort: port, flags });
      expect(bench.counts(name)).toEqual([[1, 0]]);
      bench.handle({ targetPort: port, flags: "R" });
      await eventually(() => bench.counts(name)[0]?.join() === "0,0", { within: 3_000 });
    } finally {
      bench.setTimeouts({});
    }
  });

  it("keeps a session alive as long as packets come", async () => {
    const key = service("masquerade", "udp");
    bench.setTimeouts({ udp: 250 });
    try {
      const began = performance.now();
      await eventually(
        () => {
          bench.handle({ protocol: "udp", targetPort: port });
          return performance.now() - began > 700;
        },
        { within: 3_000 },
      );
      const traffic = bench.table.counters().get(serviceKeyText(key))?.traffic;
      expect(traffic?.connections).toBe(1n);
      expect(bench.counts(serviceKeyText(key))).toEqual([[0, 1]]); // UDP is never active
    } finally {
      bench.setTimeouts({});
    }
  });

  it("schedules a SYN anew on a session that is closing, but not on a living one", () => {
    const key = service("masquerade");
    bench.addServer(key, { address: ip("10.2.0.12"), port });
    const send = (flags: string) => bench.handle({ targetPort: port, flags }).out.target;
    const first = send("S");
    expect(send("S")).toBe(first);
    send("A");
    send("R");
    expect(send("S")).not.toBe(first);
    expect(
      bench
        .counts(serviceKeyText(key))
        .flat()
        .reduce((sum, count) => sum + count),
    ).toBe(1);
  });
});
