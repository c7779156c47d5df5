import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SkipReport } from "./test/support/skip-report.ts";

const alias = { "dgram-extra": fileURLToPath(new URL("./src/dgram-extra/index.ts", import.meta.url)) };

/**
 * Two projects. `fast` needs no privilege and no process of its own: units, properties, goldens, scenarios, simulation.
 * `system` makes network namespaces, loads BPF and runs the peers; its files run one after another because they
 * measure real time on a small machine.
 */
export default defineConfig({
  test: {
    reporters: ["default", new SkipReport()],
    projects: [
      {
        resolve: { alias },
        test: {
          name: "fast",
          include: ["test/**/*.test.ts", "src/dgram-extra/test/**/*.test.ts"],
          exclude: ["test/bpf/**", "test/topology/**", "test/vm/**", "**/*.system.test.ts"],
          pool: "threads",
          // One world for all files: nothing here has global state, and a new one for each file costs four times as much.
          isolate: false,
          maxWorkers: "100%",
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "system",
          include: [
            "test/bpf/**/*.test.ts",
            "test/topology/**/*.test.ts",
            "test/vm/**/*.test.ts",
            "**/*.system.test.ts",
          ],
          exclude: ["node_modules/**", "dist/**"],
          pool: "forks",
          fileParallelism: false,
          // These run real daemons in real time; on a machine with neighbours one of hundreds may be starved. A test that
          // passes only the second time is named as flaky in the report.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
