import { readFileSync } from "node:fs";
import { type IpvsadmContext, type IpvsadmResult, performIpvsadm } from "../forward/ipvsadm/perform.ts";
import { openForwarder, unloadForwarder } from "../linux/forwarder.ts";
import { systemLabels, systemNames } from "../linux/system-names.ts";

/**
 * `locum ipvsadm`: ipvsadm 1.31 on the built-in forwarder's table, with or without a daemon running.
 * @returns the exit code ipvsadm would give.
 */
export async function run(argv: readonly string[]): Promise<number> {
  return onForwarder((context) => {
    // Ours alone: the way out when the forwarder in the kernel belongs to another version.
    if (argv.length === 1 && argv[0] === "--unload") {
      unloadForwarder();
      return { stdout: "", stderr: "", code: 0 };
    }
    return performIpvsadm(argv, context());
  });
}

/** Does something with the forwarder's table, writes what it says, and turns a host that cannot into ipvsadm's way of saying so. */
export function onForwarder(action: (context: () => IpvsadmContext) => IpvsadmResult): number {
  if (process.geteuid?.() !== 0) return cannotStart("Permission denied (you must be root)");
  try {
    const { stdout, stderr, code } = action(() => ({
      table: openForwarder(),
      names: systemNames,
      labels: systemLabels(),
      input: () => readFileSync(0, "utf8"),
    }));
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    return code;
  } catch (error) {
    return cannotStart(error instanceof Error ? error.message : String(error));
  }
}

function cannotStart(reason: string): number {
  process.stderr.write(
    `Can't initialize ipvs: ${reason}\nAre you sure that IP Virtual Server is built in the kernel or as module?\n`,
  );
  return 2;
}
