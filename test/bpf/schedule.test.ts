import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { serviceKeyText } from "../../src/forward/service.ts";
import { type Chooser, play, recordedRuns, type Step } from "../forward/schedule/recorded-sequences.ts";
import { specifiedChooser } from "../forward/schedule/specified-chooser.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, destination, ip } from "./bench.ts";

describeWith({ title: "the data path's schedulers", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-sched");
  const bench = new Bench(spaces, "d");
  let services = 0;
  afterAll(() => {
    bench.remove();
    spaces.remove();
  });

  /** A service of its own in the data path; each choice is the SYN of another client port. */
  function dataPathChooser(scheduler: string): Chooser {
    services += 1;
    const port = services;
    const key = bench.addService({ port, scheduler });
    let client = 1_024;
    return {
      change(step) {
        const address = ip(`10.2.${port % 256}.${step.name}`);
        if (step.kind === "delete") bench.must({ kind: "delete-destination", key, address, port: 80 });
        else {
          const { weight, upper = 0, lower = 0 } = step;
          const wanted = destination({ address, weight, upperThreshold: upper, lowerThreshold: lower });
          const kind = step.kind === "add" ? "add-destination" : "edit-destination";
          bench.must({ kind, key, destination: wanted });
        }
      },
      choose() {
        client += 1;
        const { verdict, out } = bench.handle({ sourcePort: client, targetPort: port });
        return verdict === "send" ? (out.target.split(".")[3] ?? "") : "-";
      },
    };
  }

  it.each(recordedRuns)("choose as the kernel did: $title", (run) => {
    const { chosen, expected } = play(run, dataPathChooser(run.scheduler));
    expect(chosen).toBe(expected);
  });

  it.each(["rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf"])(
    "%s chooses as the specification through random changes",
    (scheduler) => {
      fc.assert(
        fc.property(fc.array(randomStep, { minLength: 4, maxLength: 14 }), (steps) => {
          const specified = specifiedChooser(scheduler);
          const dataPath = dataPathChooser(scheduler);
          const present = new Set<string>();
          for (const step of steps) {
            for (const change of possible(step, present)) {
              specified.change(change);
              dataPath.change(change);
            }
            const choices = Array.from({ length: 6 }, () => [dataPath.choose(), specified.choose()] as const);
            expect(choices.map(([mine]) => mine)).toEqual(choices.map(([, wanted]) => wanted));
          }
        }),
        { numRuns: 12 },
      );
    },
  );

  it("counts every new session as active", () => {
    const key = bench.addService({ port: 60_000 });
    bench.addServer(key, { address: ip("10.2.0.11") });
    for (let port = 1; port <= 5; port++) bench.handle({ sourcePort: 2_000 + port, targetPort: 60_000 });
    expect(bench.counts(serviceKeyText(key))).toEqual([[5, 0]]);
  });
});

type Change = Exclude<Step, { kind: "choose" }>;

const randomStep = fc.record({
  kind: fc.constantFrom("add" as const, "edit" as const, "delete" as const),
  name: fc.constantFrom("11", "12", "13", "14"),
  weight: fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(100, 1_000)),
});

/** The change, if the table allows it now. A destination is never added again: it would come back with its counters. */
function possible(
  step: { readonly kind: Change["kind"]; readonly name: string; readonly weight: number },
  seen: Set<string>,
): readonly Change[] {
  const gone = `gone ${step.name}`;
  if (step.kind === "add" ? seen.has(step.name) : !seen.has(step.name) || seen.has(gone)) return [];
  if (step.kind === "delete") {
    seen.add(gone);
    return [{ kind: "delete", name: step.name }];
  }
  seen.add(step.name);
  return [step as Change];
}
