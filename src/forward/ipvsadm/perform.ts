import { type ServiceKey, serviceKeyText } from "../service.ts";
import type { AdministeredTable } from "../service-table.ts";
import type { IpvsadmCommand, NameResolver } from "./command.ts";
import { ipvsadmUsage, ipvsadmVersion } from "./help.ts";
import { parseIpvsadm } from "./parse.ts";
import {
  type Labels,
  numericLabels,
  printListing,
  printSaved,
  printSessions,
  printTimeouts,
} from "./print.ts";
import { refusalText } from "./refusal-text.ts";

/** What one run of ipvsadm leaves behind. */
export interface IpvsadmResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What ipvsadm works on and with. */
export interface IpvsadmContext {
  readonly table: AdministeredTable;
  readonly names: NameResolver;
  /** How a listing without `-n` shows names. */
  readonly labels: Labels;
  /** Standard input, asked for by `-R` only. */
  readonly input: () => string;
}

const codes = { noSuchListing: 1, usage: 2, refused: 255 } as const;
const tryHelp = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

/** Runs one ipvsadm command line (the words after the program's name). */
export function performIpvsadm(words: readonly string[], context: IpvsadmContext): IpvsadmResult {
  const parsed = parseIpvsadm(words, context);
  if (!parsed.ok) return { stdout: "", stderr: parsed.error.text, code: parsed.error.code };
  return perform(parsed.value, context);
}

/**
 * Runs the commands of a text, one a line, as `ipvsadm -R` does. Only a usage error ends it before the last line; the
 * exit code is that of the last line run.
 */
export function restoreIpvsadm(text: string, context: IpvsadmContext): IpvsadmResult {
  let all: IpvsadmResult = { stdout: "", stderr: "", code: 0 };
  for (const line of text.split("\n")) {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== "" && word !== "ipvsadm");
    const [first] = words;
    if (first === undefined) continue;
    const foreign = !first.startsWith("-") || first === "-R" || first === "--restore";
    const result = foreign ? said(tryHelp, codes.refused) : performIpvsadm(words, context);
    all = {
      stdout: all.stdout + result.stdout,
      stderr: all.stderr + result.stderr,
      code: result.code,
    };
    if (foreign || result.code === codes.usage) return all;
  }
  return all;
}

function perform(command: IpvsadmCommand, context: IpvsadmContext): IpvsadmResult {
  const { table } = context;
  switch (command.kind) {
    case "version":
      return shown(`${ipvsadmVersion}\n`);
    case "help":
      return shown(`${ipvsadmVersion}\n${ipvsadmUsage}`);
    case "change": {
      const outcome = table.apply(command.op);
      return outcome.ok ? shown("") : said(refusalText(outcome.error, command.op.kind), codes.refused);
    }
    case "list":
      return list(command, context);
    case "list-connections": {
      const { persistence } = command;
      return shown(printSessions(table.sessions(), { labels: labelsFor(command, context), persistence }));
    }
    case "list-timeouts":
      return shown(printTimeouts(table.timeouts()));
    case "list-daemons":
      return shown(""); // nothing is printed when none runs, and there is no synchronisation yet
    case "save":
      return shown(printSaved([...table.read().values()], labelsFor(command, context)));
    case "restore":
      return restoreIpvsadm(context.input(), context);
    case "set-timeouts":
      table.setTimeouts(command.timeouts);
      return shown("");
    case "zero":
      return zero(command.service, context);
    case "start-daemon":
      return said(
        "The built-in forwarder cannot synchronise sessions with another director yet",
        codes.refused,
      );
    case "stop-daemon":
      return said("No daemon is running", codes.refused);
  }
}

function list(command: Extract<IpvsadmCommand, { kind: "list" }>, context: IpvsadmContext): IpvsadmResult {
  const { table } = context;
  const { service } = command;
  const set = table.read();
  const one = service === undefined ? undefined : set.get(serviceKeyText(service));
  if (service !== undefined && one === undefined) return said("No such service", codes.noSuchListing);
  if (command.format === "rate") {
    return said(
      "The built-in forwarder does not measure rates yet; compare two runs of --stats",
      codes.refused,
    );
  }
  return shown(
    printListing({
      ...command,
      services: one === undefined ? [...set.values()] : [one],
      counters: table.counters(),
      labels: labelsFor(command, context),
      whole: one === undefined,
    }),
  );
}

function zero(service: ServiceKey | undefined, { table }: IpvsadmContext): IpvsadmResult {
  return table.zero(service) ? shown("") : said("No such service", codes.refused);
}

function labelsFor({ numeric }: { readonly numeric: boolean }, { labels }: IpvsadmContext): Labels {
  return numeric ? numericLabels : labels;
}

function shown(stdout: string): IpvsadmResult {
  return { stdout, stderr: "", code: 0 };
}

function said(text: string, code: number): IpvsadmResult {
  return { stdout: "", stderr: `${text}\n`, code };
}
