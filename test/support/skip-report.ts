import type { Reporter, TestModule } from "vitest/node";

/** How the name of the test that stands for a skipped suite begins; what follows is the list of capabilities. */
export const skipMark = "skipped, for this machine lacks: ";

/** Prints, after the run, which capability the machine lacked and which suites were skipped for it. */
export class SkipReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const suites = new Map<string, string[]>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        if (!test.name.startsWith(skipMark)) continue;
        const lacking = test.name.slice(skipMark.length);
        suites.set(lacking, [
          ...(suites.get(lacking) ?? []),
          `${module.relativeModuleId}: ${test.parent.type === "suite" ? test.parent.name : ""}`,
        ]);
      }
    }
    for (const [lacking, names] of suites) {
      process.stdout.write(
        `\n Skipped, for this machine lacks ${lacking} (LOCUM_REQUIRE=${lacking.replaceAll(", ", ",")} makes it a failure):\n`,
      );
      for (const name of names) process.stdout.write(`   ${name}\n`);
    }
  }
}
