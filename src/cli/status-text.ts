import type { Instant } from "../base/time.ts";
import { stateNames } from "../bfd/control-packet.ts";
import type { BfdStatus } from "../director/bfd-status.ts";
import type { RealServerStatus, VirtualServerStatus } from "../director/health-status.ts";
import type { DelayedLink } from "../director/link-delays.ts";
import type { VrrpInstanceStatus, VrrpStatus } from "../director/vrrp-status.ts";
import type { LatenessFigures } from "../linux/process/lateness.ts";
import { printable } from "./code-frame.ts";
import type { StatusAnswer } from "./control-answers.ts";

/** What colours are needed; picocolors has them. */
export interface StatusColors {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

const ROLES = { initialize: "STOP", fault: "FAULT", backup: "BACKUP", master: "MASTER" } as const;

/** A daemon's status as tables for people. */
export function statusText(answer: StatusAnswer, colors: StatusColors): string {
  const { vrrp, checkers, bfd, children } = answer;
  const lines = [
    `${colors.bold("locum")} ${answer.version}, pid ${answer.pid}, configuration ${answer.generation} from ${answer.configurationFile}`,
  ];
  for (const { kind, pid } of children) {
    const answered = answer[kind] !== undefined;
    if (pid === undefined) lines.push(colors.dim(`The ${kind} process does not run: it has nothing to do.`));
    else if (!answered) lines.push(colors.red(`The ${kind} process (pid ${pid}) did not answer within 2 s.`));
  }
  if (vrrp !== undefined) {
    lines.push("", ...instanceTable(vrrp.vrrp.instances, colors));
    lines.push(...missingPaths(vrrp.vrrp, colors));
    const scripts = vrrp.vrrp.scripts.map(({ name, standing }) => `${name} ${standing}`);
    if (scripts.length > 0) lines.push(`Scripts: ${scripts.join(", ")}`);
    const tracked = trackedText(vrrp.vrrp.trackers);
    if (tracked.length > 0) lines.push(`Tracked: ${tracked.join(", ")}`);
    const delayed = (vrrp.vrrp.linkDelays ?? []).map((link) => delayedText(link, vrrp.vrrp.now));
    if (delayed.length > 0) lines.push(`Links with delays: ${delayed.join(", ")}`);
    for (const { interface: name, family } of vrrp.vrrp.floods ?? []) {
      const what = "a flood of bad packets; the kernel drops most of them, so not all are counted";
      lines.push(colors.red(`${name}, IPv${family}: ${what}`));
    }
    lines.push(...latenessText("VRRP", vrrp.lateness, colors));
  }
  if (bfd !== undefined && bfd.bfd.sessions.length > 0) lines.push("", ...sessionTable(bfd.bfd, colors));
  if (checkers !== undefined) {
    for (const server of checkers.health.virtualServers) {
      lines.push("", ...serverTable(server, { now: checkers.now, colors }));
    }
    lines.push(...latenessText("checks", checkers.lateness, colors));
    const refused = checkers.health.refusedOperations;
    if (refused > 0)
      lines.push(colors.red(`${refused} operations refused by the service table, tried again`));
  }
  lines.push(...lossLines(answer.losses).map((line) => colors.red(line)));
  return `${lines.join("\n")}\n`;
}

/** How late the alarms of one machine rang. */
function latenessText(
  machine: string,
  lateness: LatenessFigures | undefined,
  colors: StatusColors,
): readonly string[] {
  const { alarms = 0, median, percentile99, latest } = lateness ?? {};
  if (median === undefined || percentile99 === undefined || latest === undefined) return [];
  const late = `late by ${ms(median)} (median), ${ms(percentile99)} (99 %), ${ms(latest)} (most)`;
  return [colors.dim(`Alarms of ${machine}: ${alarms}, ${late}`)];
}

function trackedText(trackers: VrrpStatus["trackers"]): readonly string[] {
  if (trackers === undefined) return [];
  return [
    ...trackers.files.map(({ name, value }) => `file ${name} ${value}`),
    ...trackers.processes.map(({ name, standing, count }) => `process ${name} ${standing} (${count})`),
    ...trackers.bfdSessions.map(({ name, standing }) => `BFD session ${name} ${standing}`),
  ];
}

/** `eth0 counts as up, is down and counts as that in 0.7 s`. */
function delayedText({ interface: name, up, turnsAt }: DelayedLink, now: Instant): string {
  const word = (isUp: boolean) => (isUp ? "up" : "down");
  if (turnsAt === undefined) return `${name} ${word(up)}`;
  const left = Math.max(0, turnsAt - now) / 1_000_000;
  return `${name} counts as ${word(up)}, is ${word(!up)} and counts as that in ${left.toFixed(1)} s`;
}

function lossLines(losses: StatusAnswer["losses"]): readonly string[] {
  if (losses === undefined) return [];
  const { lines, mails, commands } = losses;
  return [
    ...lines.map((pipe) => `${pipe.lines} lines were dropped, because nobody reads ${pipe.path}`),
    ...(mails === 0 ? [] : [`${mails} mails could not be sent`]),
    ...(commands === 0 ? [] : [`${commands} notify commands were left out behind ones that hang`]),
  ];
}

function instanceTable(instances: readonly VrrpInstanceStatus[], colors: StatusColors): readonly string[] {
  const rows = instances.map((instance) => [
    instance.name,
    `${interfaceOf(instance)}/${instance.virtualRouterId}`,
    ROLES[instance.role.kind],
    instance.priority === instance.basePriority
      ? `${instance.priority}`
      : `${instance.priority} (${instance.basePriority})`,
    masterOf(instance),
    addressesOf(instance),
    `${instance.counters.advertisementsSent}/${instance.counters.advertisementsReceived}`,
    rejectedOf(instance),
  ]);
  const head = ["INSTANCE", "ROUTER", "STATE", "PRIORITY", "MASTER", "ADDRESSES", "SENT/HEARD", "REJECTED"];
  const paint = { MASTER: colors.green, BACKUP: colors.yellow, FAULT: colors.red, STOP: colors.dim };
  const faults = instances.flatMap(({ name, role }) =>
    role.kind === "fault"
      ? [colors.red(`${name} is in FAULT: ${role.reasons.map(reasonText).join(", ")}`)]
      : [],
  );
  return [...table([head, ...rows], { colors, paint }), ...faults];
}

/** How many routes and rules a master has, and which the kernel lacks; static ones likewise. */
function missingPaths({ instances, statics }: VrrpStatus, colors: StatusColors): readonly string[] {
  const holders = [
    ...instances
      .filter(({ role }) => role.kind === "master")
      .map((instance) => ({ name: instance.name, ...pathsOf(instance) })),
    { name: "Static entries", ...pathsOf(statics) },
  ];
  return holders.flatMap(({ name, all, missing }) => {
    if (all === 0) return [];
    const lines = [`${name}: ${all - missing.length} of ${all} routes and rules in the kernel`];
    return [...lines, ...missing.map((text) => colors.red(`  missing: ${text}`))];
  });
}

function pathsOf({ routes, rules }: Pick<VrrpInstanceStatus, "routes" | "rules">): {
  readonly all: number;
  readonly missing: readonly string[];
} {
  const named = [
    ...routes.map((path) => ({ ...path, text: `route ${path.text}` })),
    ...rules.map((path) => ({ ...path, text: `rule ${path.text}` })),
  ];
  return { all: named.length, missing: named.filter(({ present }) => !present).map(({ text }) => text) };
}

function reasonText(reason: {
  readonly kind: string;
  readonly interface?: string;
  readonly name?: string;
}): string {
  const about = reason.interface ?? reason.name;
  return `${reason.kind.replaceAll("-", " ")}${about === undefined ? "" : ` ${about}`}`;
}

/** `vrrp.51@eth0`, as iproute2 writes an interface that stands on another. */
function interfaceOf({ interface: name, ownInterface }: VrrpInstanceStatus): string {
  return ownInterface === undefined ? name : `${ownInterface}@${name}`;
}

function masterOf({ role, master }: VrrpInstanceStatus): string {
  if (role.kind === "master") return "itself";
  return master === undefined ? "unknown" : `${master.address} (${master.priority})`;
}

function addressesOf({ addresses, role }: VrrpInstanceStatus): string {
  const present = addresses.filter((address) => address.present).length;
  const first = addresses[0];
  const some =
    addresses.length > 1 ? `${first?.address} and ${addresses.length - 1} more` : `${first?.address}`;
  if (first === undefined) return "none";
  const wanted = role.kind === "master" ? addresses.length : 0;
  return present === wanted ? some : `${some} (${present} of ${addresses.length} on the interface)`;
}

function rejectedOf({ counters }: VrrpInstanceStatus): string {
  return countsText(counters.rejected);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(counts).filter(([, count]) => count > 0);
  return reasons.length === 0 ? "0" : reasons.map(([reason, count]) => `${reason} ${count}`).join(", ");
}

function sessionTable({ sessions, rejected }: BfdStatus, colors: StatusColors): readonly string[] {
  const rows = sessions.map((session) => [
    session.instance.name,
    session.instance.neighbourAddress,
    stateNames[session.state],
    ago(session.since),
    stateNames[session.remoteState],
    session.transmitInterval === undefined ? "nothing" : `every ${ms(session.transmitInterval)}`,
    session.detectionTime === undefined ? "unknown" : ms(session.detectionTime),
    `${session.counters.sent}/${session.counters.received}`,
    countsText(session.counters.rejected),
  ]);
  const head = ["BFD SESSION", "NEIGHBOUR", "STATE", "SINCE", "REMOTE", "SENDS", "DETECTION"];
  const paint = { Up: colors.green, Down: colors.red, Init: colors.yellow, AdminDown: colors.dim };
  const strange = countsText(rejected);
  return [
    ...table([[...head, "SENT/HEARD", "REJECTED"], ...rows], { colors, paint }),
    ...sessions.flatMap(({ instance, state, up, diagnostic, remoteDiagnostic }) =>
      state === "up"
        ? []
        : [
            `${instance.name}: ${diagnostic}; the neighbour says: ${remoteDiagnostic}${up ? "; its followers still take it for up, for the neighbour was switched off on purpose" : ""}`,
          ],
    ),
    ...(strange === "0" ? [] : [`BFD packets of no session: ${strange}`]),
  ];
}

function serverTable(
  server: VirtualServerStatus,
  { now, colors }: { readonly now: number; readonly colors: StatusColors },
): readonly string[] {
  const quorum = `quorum ${server.quorum}, live weight ${server.liveWeight}`;
  const state = server.quorumUp ? colors.green("up") : colors.red("DOWN");
  const sorry = server.sorryServer?.active === true ? `, sorry server ${server.sorryServer.name} serves` : "";
  const rows = server.realServers.map((real) => realRow(real, now));
  const head = ["  REAL SERVER", "STATE", "WEIGHT", "SINCE", "CHECKS"];
  const paint = { up: colors.green, DOWN: colors.red };
  return [
    `${colors.bold(server.name)} ${state} (${quorum})${sorry}`,
    ...table([head, ...rows], { colors, paint }),
  ];
}

function realRow(real: RealServerStatus, now: number): readonly string[] {
  const checks = real.checkers.map(({ kind, up, lastReason }) =>
    [kind, up ? "up" : "down", ...(lastReason === "" ? [] : [`(${lastReason})`])].join(" "),
  );
  return [
    `  ${real.name}`,
    real.up ? "up" : "DOWN",
    real.weight === undefined ? "not in the table" : `${real.weight}`,
    ago(now - real.since),
    checks.length === 0 ? "none" : checks.join(", "),
  ];
}

function table(
  rows: readonly (readonly string[])[],
  style: {
    readonly colors: StatusColors;
    readonly paint: Readonly<Record<string, (text: string) => string>>;
  },
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  return rows.map((row, index) => {
    const cells = row.map(printable).map((cell, at) => {
      const padded = at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0);
      return style.paint[cell]?.(padded) ?? padded;
    });
    const line = cells.join("  ").trimEnd();
    return index === 0 ? style.colors.dim(line) : line;
  });
}

function ms(microseconds: number): string {
  return `${(microseconds / 1_000).toFixed(microseconds < 10_000 ? 2 : 0)} ms`;
}

function ago(microseconds: number): string {
  const total = Math.max(0, Math.floor(microseconds / 1_000_000));
  const [days, hours, minutes] = [
    Math.floor(total / 86_400),
    Math.floor(total / 3_600) % 24,
    Math.floor(total / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}
