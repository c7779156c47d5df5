import { describe, expect, it } from "vitest";
import { type Instant, instant, seconds } from "../../src/base/time.ts";
import { Recording } from "../../src/drill/recording.ts";
import { SITUATIONS, situationNamed } from "../../src/drill/situation.ts";
import type { TimelineLane } from "../../src/drill/timeline.ts";

const [situation] = SITUATIONS;

function seen(recording: Recording) {
  const at = (second: number): Instant => instant(recording.from + second * 1e6);
  const heard = (source: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      at: at(from + index),
      source,
      priority: 100,
      interval: seconds(1),
    }));
  return { at, heard };
}

/** Spans as `look from..to` in seconds since the start. */
function told(lane: TimelineLane | undefined, recording: Recording): readonly string[] {
  const second = (at: Instant): string => String(Math.round((at - recording.from) / 1e5) / 10);
  return (lane?.spans ?? []).map(({ look, from, to }) => `${look} ${second(from)}..${second(to)}`);
}

describe("the recording of a drill", () => {
  it("becomes a timeline: who was master, whether the address answered, what was served", () => {
    if (situation === undefined) throw new Error("there is no situation");
    const recording = new Recording(situation);
    const { at, heard } = seen(recording);
    recording.begin("a", "backup", at(0));
    recording.begin("b", "backup", at(0));
    recording.begin("web1", "up", at(0));
    recording.begin("web1", "down", at(2));
    recording.begin("web1", "up", at(3));
    recording.begin("a", "off", at(4.5));
    recording.batch({ from: at(2.5), to: at(2.6), sent: 100, share: { web2: 100 }, failures: [], failed: 0 });
    recording.batch({ from: at(9), to: at(9.5), sent: 10, share: { web1: 9 }, failures: ["x"], failed: 1 });
    const { lanes } = recording.timeline({
      advertisements: [...heard(situation.directors.a, 1, 4), ...heard(situation.directors.b, 8, 10)],
      outages: [{ from: at(4.5), to: at(8), lost: 1_750 }],
      answersFrom: at(1),
    });
    const lane = (label: string) => lanes.find((candidate) => candidate.label === label);

    expect(lanes.map(({ label }) => label)).toEqual([
      "director A",
      "director B",
      "192.0.2.10",
      "web1",
      "web2",
      "requests",
    ]);
    expect(told(lane("director A"), recording)).toEqual(["backup 0..4.5", "off 4.5..0", "master 1..4.5"]);
    expect(told(lane("director B"), recording)).toEqual(["backup 0..0", "master 8..11"]);
    expect(told(lane("web1"), recording)).toEqual(["up 0..2", "down 2..3", "up 3..0"]);
    expect(lane("192.0.2.10")?.note).toBe("gone for 3.50 s");
    expect(lane("requests")).toMatchObject({
      note: "110 sent, 1 failed",
      spans: [
        { look: "served", text: "100" },
        { look: "refused", text: "9 of 10" },
      ],
    });
    expect(recording.requests).toEqual({ sent: 110, failed: 1 });
  });

  it("says so when the address never answered", () => {
    if (situation === undefined) throw new Error("there is no situation");
    const { lanes } = new Recording(situation).timeline({
      advertisements: [],
      outages: [],
      answersFrom: undefined,
    });
    expect(lanes.find(({ label }) => label === "192.0.2.10")).toMatchObject({
      spans: [],
      note: "never answered",
    });
  });
});

describe("the situations", () => {
  it("name their directors and web servers as the topology does", () => {
    for (const { topology, webServers, directors } of SITUATIONS) {
      const addresses = topology.machines.flatMap(({ links }) => links.flatMap((link) => link.addresses));
      for (const address of Object.values(directors)) expect(addresses).toContain(`${address}/24`);
      for (const { address } of webServers) expect(addresses).toContain(`${address.replace(":80", "")}/24`);
    }
    expect(situationNamed("lvs-tun")).toBeUndefined();
  });
});
