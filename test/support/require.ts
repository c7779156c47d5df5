import { describe, it } from "vitest";
import { type Capability, lack } from "./capabilities.ts";
import { skipMark } from "./skip-report.ts";

/** A suite's title and everything it needs of the machine beyond Node. */
export interface Suite {
  readonly title: string;
  readonly needs: readonly Capability[];
}

/**
 * `describe` for a suite that needs something of the machine. Where a capability is missing the suite is one skipped
 * test that names it; with LOCUM_REQUIRE=all (or a list such as `bpf,root` that names it) it is one failing test.
 * The body is not run in either case, so it may look for programs and make namespaces freely.
 */
export function describeWith(suite: Suite, body: () => void): void {
  const missing = suite.needs.filter((need) => lack(need) !== undefined);
  if (missing.length === 0) {
    describe(suite.title, body);
    return;
  }
  const demanded = missing.filter((need) => isRequired(need, process.env.LOCUM_REQUIRE));
  describe(suite.title, () => {
    if (demanded.length === 0) {
      it.skip(`${skipMark}${missing.join(", ")}`, () => undefined);
      return;
    }
    it(`needs ${demanded.join(", ")}`, () => {
      const reasons = demanded.map((need) => `${need}: ${lack(need)}`).join("\n  ");
      throw new Error(
        `LOCUM_REQUIRE=${process.env.LOCUM_REQUIRE} forbids skipping this suite, but\n  ${reasons}`,
      );
    });
  });
}

/**
 * Whether the value of LOCUM_REQUIRE turns the absence of `capability` into a failure. `all` is everything that a
 * machine can be given; the corpus is no part of it, for nobody who clones this can get it.
 */
export function isRequired(capability: Capability, setting: string | undefined): boolean {
  const words = (setting ?? "").split(",").map((word) => word.trim());
  return words.includes(capability) || (words.includes("all") && capability !== "corpus");
}
