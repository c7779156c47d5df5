import { microseconds, seconds } from "../../base/time.ts";
import type {
  ChildProcess,
  Fifo,
  ProcessDefinitions,
  ReceiveBuffer,
  ScriptDefinitions,
} from "../model/process-definitions.ts";
import { placeOf, tell } from "./context.ts";
import {
  bindFields,
  command,
  durationOr,
  type Field,
  type FieldSource,
  isSet,
  number,
  text,
  user,
} from "./fields.ts";

/** Longest title of a process (the kernel's comm). */
const LONGEST_NAME = 15;

const title =
  (...names: readonly string[]): Field<string | undefined> =>
  (source) =>
    text(...names)(source)?.slice(0, LONGEST_NAME);

const buffer = (name: string): Field<ReceiveBuffer> => {
  const fields = { bytes: number(name), force: isSet(`${name}_force`) };
  return (source) => bindFields(source, fields);
};

/** SCHED_RR knows 1 to 99; keepalived takes the nearest and says so. */
const realtimePriority =
  (name: string): Field<number | undefined> =>
  ({ settings, context }) => {
    const setting = settings.last(name);
    if (setting?.value?.kind !== "number") return undefined;
    const { value } = setting.value;
    const clamped = Math.min(99, Math.max(1, value));
    if (clamped === value) return value;
    const [side, edge] =
      value < 1 ? ["less than minimum 1", "minimum"] : ["greater than maximum 99", "maximum"];
    tell(context, placeOf(setting.directive), {
      code: "realtime-priority-clamped",
      severity: "warning",
      message: `${name} is ${value}, but a realtime priority is 1 to 99, so ${clamped} counts`,
      help: `write ${name} ${clamped}`,
      texts: [`${name.split("_")[0]} process real-time priority ${value} ${side} - setting to ${edge}`],
    });
    return clamped;
  };

/** The numbers of `*_cpu_affinity`; a word that is none ends the list, as keepalived stops reading there. */
const cpus =
  (name: string): Field<readonly number[]> =>
  ({ settings, context }) => {
    const numbers: number[] = [];
    for (const word of settings.last(name)?.words ?? []) {
      if (!/^\+?\d+$/.test(word.text)) {
        tell(context, word, {
          code: "not-a-number",
          severity: "error",
          message: `${name} has '${word.text}', which is not the number of a CPU; it and what follows are left out`,
          help: `write the numbers of CPUs, such as ${name} 0 2`,
          texts: [`Invalid ${name.split("_")[0]} cpu_id '${word.text}' specified`],
        });
        break;
      }
      numbers.push(Number(word.text));
    }
    return numbers;
  };

/** The `vrrp_`, `checker_` and `bfd_` keywords are the same; those about netlink say `lvs_` for the checkers. */
function child(prefix: "vrrp" | "checker" | "bfd"): Field<ChildProcess> {
  const netlink = prefix === "checker" ? "lvs" : prefix;
  const old = prefix === "checker" ? ["lvs_process_name"] : [];
  const fields = {
    name: title(`${prefix}_process_name`, ...old),
    priority: number(`${prefix}_priority`),
    realtimePriority: realtimePriority(`${prefix}_rt_priority`),
    noSwap: isSet(`${prefix}_no_swap`),
    cpus: cpus(`${prefix}_cpu_affinity`),
    realtimeLimit: durationOr(microseconds(10_000), `${prefix}_rlimit_rttime`, `${prefix}_rlimit_rtime`),
    commandBuffer: buffer(`${netlink}_netlink_cmd_rcv_bufs`),
    monitorBuffer: buffer(`${netlink}_netlink_monitor_rcv_bufs`),
  };
  return (source) => bindFields(source, fields);
}

const PROCESSES = {
  ownNames: isSet("process_names"),
  parentName: (source: FieldSource) => title("process_name")(source) ?? "keepalived",
  vrrp: child("vrrp"),
  checker: child("checker"),
  bfd: child("bfd"),
  autoPriorityDelay: durationOr(seconds(1), "min_auto_priority_delay"),
  processMonitorBuffer: buffer("process_monitor_rcv_bufs"),
};

/** The keywords of `global_defs` about names, priorities and sockets of the processes. */
export function bindProcesses(source: FieldSource): ProcessDefinitions {
  return bindFields(source, PROCESSES);
}

function fifo(prefix: "" | "vrrp_" | "lvs_"): Field<Fifo> {
  const fields = {
    path: text(`${prefix}notify_fifo`),
    owner: user(1, `${prefix}notify_fifo`),
    reader: command(`${prefix}notify_fifo_script`),
  };
  return (source) => bindFields(source, fields);
}

const SCRIPTS = {
  startup: command("startup_script"),
  startupTimeout: durationOr(seconds(10), "startup_script_timeout"),
  shutdown: command("shutdown_script"),
  shutdownTimeout: durationOr(seconds(10), "shutdown_script_timeout"),
  symlinkPaths: isSet("use_symlink_paths"),
  supplementaryGroups: isSet("set_supplementary_groups"),
  everyFifo: fifo(""),
  vrrpFifo: fifo("vrrp_"),
  lvsFifo: fifo("lvs_"),
  notifyConcurrent: isSet("notify_concurrent"),
  writeStatesOnReload: isSet("fifo_write_vrrp_states_on_reload"),
};

/** The keywords of `global_defs` about scripts and FIFOs of the whole daemon. */
export function bindScripts(source: FieldSource): ScriptDefinitions {
  return bindFields(source, SCRIPTS);
}
