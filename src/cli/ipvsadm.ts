import { readFileSync } from "node:fs";
import type { IpvsadmCommand } from "../forward/ipvsadm/command.ts";
import { ipvsadmUsage, ipvsadmVersion } from "../forward/ipvsadm/help.ts";
import { parseIpvsadm } from "../forward/ipvsadm/parse.ts";
import {
  numericLabels,
  printListing,
  printSaved,
  printSessions,
  printTimeouts,
} from "../forward/ipvsadm/print.ts";
import { refusalText } from "../forward/ipvsadm/refusal-text.ts";
import { type ServiceKey, serviceKeyText } from "../forward/service.ts";
import type { BpfTable } from "../linux/bpf-table.ts";
import { openForwarder, unloadForwarder } from "../linux/forwarder.ts";
import { systemLabels, systemNames } from "../linux/system-names.ts";

const exitCode = { done: 0, noSuchListing: 1, usage: 2, refused: 255 } as const;

/**
 * `locum ipvsadm`: ipvsadm 1.31 on the built-in forwarder's table, with or without a daemon running.
 * @returns the exit code ipvsadm would give.
 */
export async function run(argv: readonly string[]): Promise<number> {
  return guarded(() => {
    // Ours alone: the way out when the pinned maps belong to another version.
    if (argv.length === 1 && argv[0] === "--unload") {
      unloadForwarder();
      return exitCode.done;
    }
    return runWords(openForwarder(), argv);
  });
}

/** Turns a host that cannot do it into ipvsadm's way of saying so. */
function guarded(action: () => number): number {
  if (process.geteuid?.() !== 0) return cannotStart("Permission denied (you must be root)");
  try {
    return action();
  } catch (error) {
    return cannotStart(error instanceof Error ? error.message : String(error));
  }
}

function cannotStart(reason: string): number {
  process.stderr.write(
    `Can't initialize ipvs: ${reason}\nAre you sure that IP Virtual Server is built in the kernel or as module?\n`,
  );
  return exitCode.usage;
}

function runWords(table: BpfTable, argv: readonly string[]): number {
  const parsed = parseIpvsadm(argv, { names: systemNames });
  if (parsed.ok) return perform(table, parsed.value);
  process.stderr.write(parsed.error.text);
  return parsed.error.code;
}

function perform(table: BpfTable, command: IpvsadmCommand): number {
  switch (command.kind) {
    case "version":
      return print(`${ipvsadmVersion}\n`);
    case "help":
      return print(`${ipvsadmVersion}\n${ipvsadmUsage}`);
    case "change": {
      const outcome = table.apply(command.op);
      return outcome.ok ? exitCode.done : fail(refusalText(outcome.error, command.op.kind), exitCode.refused);
    }
    case "list":
      return list(table, command);
    case "list-connections":
      return print(
        printSessions(table.sessions(), { labels: labelsFor(command), persistence: command.persistence }),
      );
    case "list-timeouts":
      return print(printTimeouts(table.timeouts()));
    case "list-daemons":
      return exitCode.done; // none runs: there is no synchronisation yet
    case "save":
      return print(printSaved([...table.read().values()], labelsFor(command)));
    case "restore":
      return restore(table, readFileSync(0, "utf8"));
    case "set-timeouts":
      table.setTimeouts(command.timeouts);
      return exitCode.done;
    case "zero":
      return zero(table, command.service);
    case "start-daemon":
      return fail(
        "The built-in forwarder cannot synchronise sessions with another director yet",
        exitCode.refused,
      );
    case "stop-daemon":
      return fail("No daemon is running", exitCode.refused);
  }
}

function list(table: BpfTable, command: Extract<IpvsadmCommand, { kind: "list" }>): number {
  if (command.format === "rate") {
    return fail("The built-in forwarder does not measure rates yet; use --stats twice", exitCode.refused);
  }
  const set = table.read();
  const { service } = command;
  const one = service === undefined ? undefined : set.get(serviceKeyText(service));
  if (service !== undefined && one === undefined) return fail("No such service", exitCode.noSuchListing);
  return print(
    printListing({
      ...command,
      services: one === undefined ? [...set.values()] : [one],
      counters: table.counters(),
      labels: labelsFor(command),
      whole: one === undefined,
    }),
  );
}

function zero(table: BpfTable, service: ServiceKey | undefined): number {
  if (table.zero(service)) return exitCode.done;
  return fail("No such service", exitCode.refused);
}

/** Performs the commands of a text, one a line, as `ipvsadm -R` does with its standard input. */
export function restoreFrom(text: string): number {
  return guarded(() => restore(openForwarder(), text));
}

/** Only a usage error ends it before the last line; the last line's exit code is the answer. */
function restore(table: BpfTable, text: string): number {
  let code: number = exitCode.done;
  for (const line of text.split("\n")) {
    const argv = line.split(/[ \t\r]+/).filter((word) => word !== "" && word !== "ipvsadm");
    if (argv.length === 0) continue;
    if (!(argv[0] ?? "").startsWith("-") || ["-R", "--restore"].includes(argv[0] ?? "")) {
      return fail("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", exitCode.refused);
    }
    code = runWords(table, argv);
    if (code === exitCode.usage) return code;
  }
  return code;
}

function labelsFor({ numeric }: { readonly numeric: boolean }): typeof numericLabels {
  return numeric ? numericLabels : systemLabels();
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCode.done;
}

function fail(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
