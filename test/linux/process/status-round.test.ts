import { describe, expect, it } from "vitest";
import { instant } from "../../../src/base/time.ts";
import { Lateness } from "../../../src/linux/process/lateness.ts";
import type { ChildStatus } from "../../../src/linux/process/messages.ts";
import { type AskedChild, StatusRound } from "../../../src/linux/process/status-round.ts";

/** Only its kind matters to a round. */
const answerOf = (kind: ChildStatus["kind"]) => ({ kind }) as ChildStatus;

class Child implements AskedChild {
  readonly kind: ChildStatus["kind"];
  asked = 0;

  constructor(kind: ChildStatus["kind"]) {
    this.kind = kind;
  }

  send(): void {
    this.asked++;
  }
}

describe("a round of questions to the children", () => {
  it("ends with the last answer, and those who ask meanwhile share it", async () => {
    const round = new StatusRound();
    const children = [new Child("vrrp"), new Child("checkers")];
    const answers = [round.ask(children), round.ask(children)];
    round.heard(answerOf("vrrp"));
    round.heard(answerOf("checkers"));
    for (const answer of answers)
      expect((await answer).map(({ kind }) => kind)).toEqual(["vrrp", "checkers"]);
    expect(children.map(({ asked }) => asked)).toEqual([1, 1]);
  });

  it("begins anew afterwards, and does not wait for a child that ended", async () => {
    const round = new StatusRound();
    const children = [new Child("vrrp"), new Child("checkers")];
    const first = round.ask(children);
    round.gone("checkers");
    round.heard(answerOf("vrrp"));
    expect(await first).toHaveLength(1);
    // A late answer of the round before is not taken for one of this.
    round.heard(answerOf("checkers"));
    const second = round.ask([children[0] as Child]);
    round.heard(answerOf("vrrp"));
    expect(await second).toEqual([answerOf("vrrp")]);
    expect(children[0]?.asked).toBe(2);
  });

  it("without children there is nothing to wait for", async () => {
    const round = new StatusRound();
    expect(await round.ask([])).toEqual([]);
    expect(await round.ask([])).toEqual([]);
  });
});

describe("lateness", () => {
  it("tells bounds: half, 99 of 100, and the latest exactly", () => {
    const lateness = new Lateness();
    expect(lateness.figures()).toEqual({ alarms: 0 });
    for (let alarm = 0; alarm < 98; alarm++) lateness.note(instant(1_000), instant(1_003));
    for (const late of [500, 90_000]) lateness.note(instant(0), instant(late));
    lateness.note(undefined, instant(5));
    expect(lateness.figures()).toEqual({ alarms: 100, median: 4, percentile99: 512, latest: 90_000 });
  });

  it("an alarm that is later than every class counts in the last", () => {
    const lateness = new Lateness();
    lateness.note(instant(0), instant(3_600_000_000));
    expect(lateness.figures()).toMatchObject({ alarms: 1, latest: 3_600_000_000 });
  });
});
