import { expect, it } from "vitest";
import { instant } from "../../../src/base/time.ts";
import { vrrpDirector } from "../../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../../src/director/vrrp-director-state.ts";
import { RoleJournal } from "../../../src/linux/process/role-journal.ts";
import { Succession } from "../../../src/linux/process/succession.ts";
import { configOf, eth0, hostAddress, instanceOf } from "../../director/vrrp-fixtures.ts";

const silent = { log: () => undefined, rename: () => undefined };
const named = (name: string) => configOf(instanceOf({ name }));

/** A VRRP process that has taken these configurations, the first at its start, and then died. */
function die(succession: Succession, configs: readonly ReturnType<typeof named>[]): void {
  const journal = new RoleJournal(succession.memory ?? -1, { writable: true });
  const state = initialVrrpState();
  for (const [at, config] of configs.entries()) {
    const event =
      at === 0
        ? ({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] } as const)
        : ({ kind: "reload", config } as const);
    vrrpDirector.step(state, event, instant(at));
    journal.note(state, instant(at), succession.numberOf(config));
  }
}

it("a process that has nothing to go on from begins with the present configuration", () => {
  const succession = new Succession(silent);
  const config = named("A");
  expect(succession.beginning(config)).toEqual({ config, number: 1 });
  expect(succession.beginning(config)).toEqual({ config, number: 1 });
});

it("a successor begins with the configuration that the dead process had taken, whatever was asked for since", () => {
  const succession = new Succession(silent);
  const [first, second, third] = [named("A"), named("B"), named("C")];
  succession.numberOf(first);
  die(succession, [first, second]);
  // On their way when it died, and after it.
  succession.numberOf(third);
  const latest = named("D");
  const { legacy, ...rest } = succession.beginning(latest);
  expect(rest).toEqual({ config: second, number: 2 });
  expect(legacy?.diedAt).toBe(1);
  expect(succession.numberOf(latest)).toBe(4);
});

it("what was left is not gone on from once it is forgotten", () => {
  const succession = new Succession(silent);
  const [first, second] = [named("A"), named("B")];
  die(succession, [first]);
  succession.forget();
  expect(succession.beginning(second)).toEqual({ config: second, number: 2 });
});
