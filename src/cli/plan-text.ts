import { inSeconds } from "../base/time.ts";
import { stateNames } from "../bfd/control-packet.ts";
import type { Diagnostic } from "../conf/diagnostic.ts";
import type { AddressChange, VrrpOperation } from "../director/reload-addresses.ts";
import type { BfdSessionChange } from "../director/reload-bfd.ts";
import type { RealServerChange, VirtualServerChange } from "../director/reload-health.ts";
import type { ReloadPlan } from "../director/reload-plan.ts";
import type { SettingChange } from "../director/reload-settings.ts";
import type { InstanceChange, InterfaceChange, ScriptChange } from "../director/reload-vrrp.ts";
import { printable } from "./code-frame.ts";
import type { PlanReport } from "./plan.ts";

/** What colours are needed; picocolors has them. */
export interface PlanColors {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

const ROLES = { initialize: "STOP", fault: "FAULT", backup: "BACKUP", master: "MASTER" } as const;

type Mark = "+" | "-" | "~" | "!" | "↻";

/** A plan for people: a line for each change, in the order of the reload, and the verdict last. */
export function planText(report: PlanReport, colors: PlanColors): string {
  const lines = [
    `${colors.bold("Reload to")} ${printable(`${report.file}, compared with ${report.against}`)}`,
    ...report.assumptions.map((assumption) => colors.dim(`Assumed: ${assumption}`)),
  ];
  if (report.refusal !== undefined) {
    const { message, findings } = report.refusal;
    const told = message.replace(", see above", ", see below");
    lines.push("", colors.red(`Refused: ${told}.`), ...findings.map(findingLine));
  } else if (report.plan !== undefined) {
    lines.push(...sections(report.plan, colors), "", verdict(report.plan, colors));
  }
  return `${lines.join("\n")}\n`;
}

function findingLine({ span, message, help, code }: Diagnostic): string {
  const where = span.line === 0 ? span.file : `${span.file}:${span.line}`;
  return printable(`  ${where}: ${message}${help === undefined ? "" : `; ${help}`} [${code}]`);
}

function sections(plan: ReloadPlan, colors: PlanColors): readonly string[] {
  const painter = new Painter(colors);
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ["Global definitions", plan.global.map((setting) => painter.line("~", settingText(setting)))],
    ["Other blocks", plan.blocks.map((setting) => painter.line("~", settingText(setting)))],
    [
      "Virtual servers",
      plan.checkers?.virtualServers.flatMap((server) => serverLines(server, painter)) ?? [],
    ],
    ["VRRP instances", plan.vrrp?.instances.flatMap((instance) => instanceLines(instance, painter)) ?? []],
    ["Interfaces", plan.vrrp?.interfaces.map((change) => interfaceLine(change, painter)) ?? []],
    ["Addresses", plan.vrrp?.addresses.map((address) => addressLine(address, painter)) ?? []],
    ["Routes and rules", plan.vrrp?.operations.flatMap((operation) => pathLine(operation, painter)) ?? []],
    ["BFD sessions", plan.bfd?.sessions.flatMap((session) => sessionLines(session, painter)) ?? []],
    ["Scripts", plan.vrrp?.scripts.flatMap((script) => scriptLines(script, painter)) ?? []],
  ];
  return groups.flatMap(([title, lines]) => (lines.length === 0 ? [] : ["", colors.bold(title), ...lines]));
}

/** Indented lines with a coloured mark. */
class Painter {
  readonly #colors: PlanColors;

  constructor(colors: PlanColors) {
    this.#colors = colors;
  }

  line(mark: Mark, text: string, depth = 1): string {
    const { green, red, yellow } = this.#colors;
    const paint = { "+": green, "-": red, "!": red, "~": yellow, "↻": yellow }[mark];
    return `${"  ".repeat(depth)}${paint(mark)} ${printable(text)}`;
  }

  note(text: string): string {
    return `      ${this.#colors.dim(printable(text))}`;
  }
}

function settingText({ name, from, to }: SettingChange): string {
  return `${name}: ${from ?? "not set"} -> ${to ?? "not set"}`;
}

function interfaceLine({ kind, name, base, hardwareAddress }: InterfaceChange, painter: Painter): string {
  const address = hardwareAddress === undefined ? "" : ` with the hardware address ${hardwareAddress}`;
  return kind === "make"
    ? painter.line("+", `${name} is made on ${base}${address}`)
    : painter.line("-", `${name} on ${base} is removed`);
}

function sessionLines(session: BfdSessionChange, painter: Painter): readonly string[] {
  const { kind, name, neighbour, state, settings, poll } = session;
  const mark = ({ add: "+", edit: "~", remove: "-" } as const)[kind];
  const stands = state === undefined ? "" : ` (${stateNames[state]})`;
  const asked = poll ? ", the neighbour is asked to confirm the intervals" : "";
  const told = {
    add: ": begins Down; who tracks it waits for it to come up",
    edit: `: goes on as it is${asked}`,
    remove: ": the neighbour is told AdminDown, and it ends",
  }[kind];
  return [
    painter.line(mark, `${name} with ${neighbour}${stands}${told}`),
    ...settings.map((setting) => painter.line("~", settingText(setting), 3)),
  ];
}

function serverLines(server: VirtualServerChange, painter: Painter): readonly string[] {
  const mark = ({ add: "+", edit: "~", remove: "-" } as const)[server.kind];
  const told = { add: "", edit: "", remove: ": its sessions end" }[server.kind];
  const quorum = server.quorum === undefined ? "" : `: its quorum is ${server.quorum}`;
  return [
    painter.line(mark, `${server.service}${told}${quorum}`),
    ...server.settings.map((setting) => painter.line("~", settingText(setting), 3)),
    ...server.realServers.flatMap((real) => realLines(real, { painter, alone: server.kind === "remove" })),
  ];
}

function realLines(
  real: RealServerChange,
  { painter, alone }: { readonly painter: Painter; readonly alone: boolean },
): readonly string[] {
  const { from, to } = real.weight;
  const weight =
    from === to
      ? from === undefined
        ? "not in the table"
        : `weight ${from}`
      : from === undefined
        ? `into the table with weight ${to}`
        : to === undefined
          ? `out of the table (weight was ${from})`
          : `weight ${from} -> ${to}`;
  const words = [weight, ...(alone ? [] : sessionWords(real)), ...checkWords(real)];
  const mark = ({ add: "+", edit: "~", table: "~", remove: "-" } as const)[real.kind];
  return [
    painter.line(mark, `${real.server}: ${words.join("; ")}`, 3),
    ...real.settings
      .filter(({ name }) => name !== "weight")
      .map((setting) => painter.line("~", settingText(setting), 4)),
  ];
}

function sessionWords({ sessions }: RealServerChange): readonly string[] {
  if (sessions === "cut") return ["its sessions are cut off"];
  return sessions === "drained" ? ["its sessions go on, new ones go elsewhere"] : [];
}

function checkWords({ checksStarted, checksStopped }: RealServerChange): readonly string[] {
  const checks = (count: number, verb: string) =>
    count === 1 ? [`1 check ${verb}s`] : [`${count} checks ${verb}`];
  if (checksStarted > 0) {
    const anew = checksStopped > 0 ? " anew" : "";
    return checks(checksStarted, "begin").map((words) => `${words}${anew}`);
  }
  return checksStopped > 0 ? checks(checksStopped, "end") : [];
}

function instanceLines(instance: InstanceChange, painter: Painter): readonly string[] {
  const { kind, name, role, router, settings, listensFor, cautions, reason } = instance;
  const who = role === undefined ? name : `${name} (${ROLES[role]})`;
  const listens =
    listensFor === undefined ? "" : `; listens for ${secondsText(listensFor)} before it may be MASTER`;
  const resigns = role === "master" ? "; it resigns (priority 0)" : "";
  const [mark, text] = {
    stop: ["-", `${who} stops${resigns}`] as const,
    restart: ["↻", `${who} restarts, for it is another virtual router${resigns}${listens}`] as const,
    edit: ["~", `${who} goes on with other settings`] as const,
    start: ["+", `${who} starts on ${router}${listens}`] as const,
    unsupported: [
      "!",
      `${who} ${role === undefined ? "does not start" : `stops${resigns}`}: ${reason}`,
    ] as const,
  }[kind];
  return [
    painter.line(mark, text),
    ...settings.map((setting) => painter.line("~", settingText(setting), 3)),
    ...cautions.map((caution) => painter.note(`Mind: ${caution}`)),
  ];
}

function addressLine(change: AddressChange, painter: Painter): string {
  const { address, fate, from, to } = change;
  const place = (holder: AddressChange["from"]) => `${holder?.instance} on ${holder?.interface}`;
  const hands = from?.instance === to?.instance ? place(to) : `${place(from)} -> ${place(to)}`;
  switch (fate) {
    case "appears":
      return painter.line("+", `${address} is taken by ${place(to)}`);
    case "removed":
      return painter.line(
        "!",
        `${address} goes away: ${place(from)} has it now, and nobody has it in the new file`,
      );
    case "interrupted":
      return painter.line("!", `${address} is gone for a moment (removed and added in one step): ${hands}`);
    case "dropped":
      return painter.line("!", `${address} DROPS: ${hands}; ${absenceText(change)}`);
    case "moved":
      return painter.line("~", `${address} changes hands: ${hands}`);
    case "listed":
      return painter.line("+", `${address} is listed by ${place(to)}, which does not hold it now`);
    case "unlisted":
      return painter.line(
        "-",
        `${address} is no longer listed by ${place(from)}, which does not hold it now`,
      );
    case "changed":
      return painter.line("~", `${address} is written otherwise: ${from?.text} -> ${to?.text}`);
  }
}

function pathLine(operation: VrrpOperation, painter: Painter): readonly string[] {
  switch (operation.kind) {
    case "add-route":
    case "add-rule":
      return [painter.line("+", `${operation.kind.slice(4)} ${operation.text}`)];
    case "replace-route":
      return [painter.line("~", `route ${operation.text}, in the place of the one to the same destination`)];
    case "remove-route":
    case "remove-rule":
      return [painter.line("-", `${operation.kind.slice(7)} ${operation.text}`)];
    default:
      return [];
  }
}

function absenceText({ backWithin, peerWithin, obstacles, to }: AddressChange): string {
  const here =
    backWithin === undefined
      ? `it stays away from this director while ${to?.instance} cannot be MASTER (${obstacles?.join(", ") ?? ""})`
      : `it is back on this director after ${secondsText(backWithin)}, when no other director is MASTER then`;
  return peerWithin === undefined
    ? here
    : `${here}; a BACKUP of the old virtual router takes it within ${secondsText(peerWithin)}`;
}

function scriptLines({ kind, name, settings }: ScriptChange, painter: Painter): readonly string[] {
  const [mark, text] = {
    stop: ["-", `${name} is no longer run`] as const,
    restart: ["↻", `${name} is run at once with its new command; until then it stands as before`] as const,
    edit: ["~", `${name} goes on with other settings`] as const,
    start: ["+", `${name} is run at once, and from now on`] as const,
  }[kind];
  return [painter.line(mark, text), ...settings.map((setting) => painter.line("~", settingText(setting), 3))];
}

function verdict(plan: ReloadPlan, colors: PlanColors): string {
  if (plan.outcome === "unchanged") return colors.green("Nothing changes.");
  const services = plan.checkers?.operations.length ?? 0;
  const table = `${services} operation${services === 1 ? "" : "s"} on the service table`;
  if (plan.outcome === "changed") return colors.green(`No address held now goes away; ${table}.`);
  const having = (fate: AddressChange["fate"]) =>
    plan.vrrp?.addresses.filter((change) => change.fate === fate).map(({ address }) => address) ?? [];
  const lost = (
    [
      ["would DROP", having("dropped")],
      ["would go away for good", having("removed")],
      ["would be gone for a moment", having("interrupted")],
    ] as const
  ).flatMap(([what, addresses]) => (addresses.length === 0 ? [] : [`${addresses.join(", ")} ${what}`]));
  return colors.red(`${[...lost, table].join("; ")}.`);
}

function secondsText(duration: Parameters<typeof inSeconds>[0]): string {
  return `${inSeconds(duration).toFixed(2)} s`;
}
