import type { GlobalDefinitions, ScriptCommand } from "../conf/model/global-definitions.ts";
import type { VrrpNotify } from "../conf/model/vrrp-instance.ts";

/** A state that is told of, in keepalived's words. DELETED: a reload removed the instance. */
export type ToldState = "MASTER" | "BACKUP" | "FAULT" | "STOP" | "DELETED";

/** What is told beside states; only the pipes hear of priorities. */
export type ToldEvent = "MASTER_RX_LOWER_PRI" | "MASTER_PRIORITY" | "BACKUP_PRIORITY";

/** A command to run, and what is appended to its own arguments. */
export interface NotifyCommand {
  readonly command: ScriptCommand;
  readonly arguments: readonly string[];
}

/** A mail about a change; who sends it puts `[router_id] ` before the subject. */
export interface AlertMail {
  readonly subject: string;
  readonly text: string;
}

/** One thing to tell: to commands, then to readers of named pipes, then by mail, which is keepalived's order. */
export interface Notification {
  /** Whom it is about, `instance V1` or `group G`: the commands of one run one after another. */
  readonly about: string;
  /** Told as a state; absent when it only is an event, or a state that is repeated. */
  readonly state?: ToldState;
  /** Tells of another effective priority. */
  readonly ofPriority?: true;
  readonly commands: readonly NotifyCommand[];
  /** `notify_concurrent`: nothing waits for the commands before it. */
  readonly concurrent: boolean;
  /** What the pipes get, the end of the line included, and which beside the one for everything. */
  readonly line?: { readonly pipe: "vrrp" | "lvs"; readonly text: string };
  readonly mail?: AlertMail;
}

/** An instance or a sync group, as far as telling of it goes. */
export interface Subject {
  readonly kind: "instance" | "group";
  readonly name: string;
  readonly notify: VrrpNotify;
  readonly smtpAlert: boolean;
}

/** What `notify_STATE` is called for each state in the model. */
const OWN_COMMAND = {
  MASTER: "master",
  BACKUP: "backup",
  FAULT: "fault",
  STOP: "stop",
  DELETED: "deleted",
} as const satisfies Record<ToldState, keyof VrrpNotify>;

/**
 * Tells of a new state: `notify_STATE` without arguments, `notify` with TYPE NAME STATE PRIORITY, the pipes, a mail. The
 * priority of a group is told as 0. `mailed` is the state of the last mail: keepalived sends none for the same again,
 * and none of FAULT under `no_email_faults`.
 */
export function stateNotification(
  subject: Subject,
  told: {
    readonly state: ToldState;
    readonly priority: number;
    readonly mailed: ToldState | undefined;
    readonly global: GlobalDefinitions;
  },
): Notification {
  const { notify } = subject;
  // keepalived looks for the command before it puts FAULT in the place of DELETED: notify_fault is not run then.
  const own = notify[OWN_COMMAND[told.state]];
  const state = told.state === "DELETED" && notify.deleted === undefined ? "FAULT" : told.state;
  const priority = subject.kind === "group" ? 0 : told.priority;
  const type = subject.kind === "group" ? "GROUP" : "INSTANCE";
  const silent = state === "FAULT" && told.global.noEmailFaults;
  const mailed = subject.smtpAlert && !silent && state !== told.mailed;
  return {
    about: aboutOf(subject),
    state,
    commands: [
      ...(own === undefined || own === "written" ? [] : [{ command: own, arguments: [] }]),
      ...(notify.any === undefined
        ? []
        : [{ command: notify.any, arguments: [type, subject.name, state, String(priority)] }]),
    ],
    concurrent: runsConcurrently(subject, told.global),
    line: { pipe: "vrrp", text: stateLine(subject, { word: state, priority }) },
    ...(mailed ? { mail: alertOf(subject, { state, priority }) } : {}),
  };
}

/** Tells the pipes of a state again, and nobody else. */
export function repeatedState(
  subject: Subject,
  told: { readonly state: ToldState; readonly priority: number },
): Notification {
  return lineOnly(subject, { word: told.state, priority: told.priority });
}

/** Tells that a master heard a router of lower priority: `notify_master_rx_lower_pri` and the pipes. */
export function lowerPriorityNotification(
  subject: Subject,
  told: { readonly priority: number; readonly global: GlobalDefinitions },
): Notification {
  const command = subject.notify.masterHeardLower;
  return {
    ...lineOnly(subject, { word: "MASTER_RX_LOWER_PRI", priority: told.priority }),
    commands: command === undefined ? [] : [{ command, arguments: [] }],
    concurrent: runsConcurrently(subject, told.global),
  };
}

/** Tells the pipes of another effective priority (`notify_priority_changes`); whoever is no master counts as BACKUP. */
export function priorityNotification(
  subject: Subject,
  told: { readonly isMaster: boolean; readonly priority: number },
): Notification {
  const word = told.isMaster ? "MASTER_PRIORITY" : "BACKUP_PRIORITY";
  return { ...lineOnly(subject, { word, priority: told.priority }), ofPriority: true };
}

/** Whether anybody would hear of it: a command, a mail, or a pipe that the configuration names. */
export function isHeard(notification: Notification, { scripts }: GlobalDefinitions): boolean {
  if (notification.commands.length > 0 || notification.mail !== undefined) return true;
  if (notification.line === undefined) return false;
  const own = notification.line.pipe === "vrrp" ? scripts.vrrpFifo : scripts.lvsFifo;
  return scripts.everyFifo.path !== undefined || own.path !== undefined;
}

/**
 * The notifications of a start or a reload in keepalived's order: priorities and what is gone or at fault, then the
 * groups, then the other instances.
 */
export function inStartingOrder(notifications: readonly Notification[]): readonly Notification[] {
  const rank = ({ about, state, ofPriority }: Notification) => {
    if (about.startsWith("group ")) return 1;
    return state === "FAULT" || state === "DELETED" || ofPriority === true ? 0 : 2;
  };
  return notifications.toSorted((a, b) => rank(a) - rank(b));
}

function lineOnly(
  subject: Subject,
  line: { readonly word: ToldState | ToldEvent; readonly priority: number },
): Notification {
  return {
    about: aboutOf(subject),
    commands: [],
    concurrent: false,
    line: { pipe: "vrrp", text: stateLine(subject, line) },
  };
}

function aboutOf({ kind, name }: Subject): string {
  return `${kind} ${name}`;
}

function runsConcurrently({ notify }: Subject, { scripts }: GlobalDefinitions): boolean {
  return notify.concurrent ?? scripts.notifyConcurrent;
}

/** keepalived's line: `INSTANCE "V1" MASTER 150`, `GROUP "G" FAULT 0`. */
function stateLine(
  { kind, name }: Subject,
  { word, priority }: { readonly word: ToldState | ToldEvent; readonly priority: number },
): string {
  return `${kind === "group" ? "GROUP" : "INSTANCE"} "${name}" ${word} ${priority}\n`;
}

/** How keepalived's subjects end. */
const MAIL_SUBJECTS: Readonly<Record<ToldState, string>> = {
  MASTER: "Entering MASTER state",
  BACKUP: "Entering BACKUP state",
  FAULT: "Entering FAULT state",
  STOP: "Stopping",
  DELETED: "Deleted",
};

const INSTANCE_TEXTS: Readonly<Record<ToldState, string>> = {
  MASTER: "Its virtual addresses are here now.",
  BACKUP: "Its virtual addresses are not here.",
  FAULT: "It cannot take part, and its virtual addresses are not here.",
  STOP: "It has given up its virtual addresses.",
  DELETED: "A reload has removed it; it has given up its virtual addresses.",
};

/** Short lines: longer ones would be wrapped by an encoding. */
function alertOf(
  { kind, name }: Subject,
  { state, priority }: { readonly state: ToldState; readonly priority: number },
): AlertMail {
  const what = kind === "group" ? "Group" : "Instance";
  const subject = `VRRP ${what} ${name} - ${MAIL_SUBJECTS[state]}`;
  const text =
    kind === "group"
      ? `VRRP sync group ${name}: ${state}\nAll of its instances are in this state.`
      : `VRRP instance ${name}, priority ${priority}: ${state}\n${INSTANCE_TEXTS[state]}`;
  return { subject, text };
}
