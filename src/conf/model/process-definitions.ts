import type { Duration } from "../../base/time.ts";
import type { ScriptCommand, ScriptUser } from "./global-definitions.ts";

/** How the processes are called and scheduled. */
export interface ProcessDefinitions {
  /** `process_names`: each child gets a title of its own. */
  readonly ownNames: boolean;
  /** `process_name`: title of the parent, at most 15 characters. */
  readonly parentName: string;
  readonly vrrp: ChildProcess;
  readonly checker: ChildProcess;
  readonly bfd: ChildProcess;
  /** `min_auto_priority_delay`: lateness at which a process raises its own priority. */
  readonly autoPriorityDelay: Duration;
  /** `process_monitor_rcv_bufs`, `process_monitor_rcv_bufs_force`: socket of process events. */
  readonly processMonitorBuffer: ReceiveBuffer;
}

/** One child: the keywords that begin with `vrrp_`, `checker_` (some `lvs_`) or `bfd_`. */
export interface ChildProcess {
  /** `*_process_name`, at most 15 characters; the parent's title when absent. */
  readonly name?: string;
  /** `*_priority`: nice value. */
  readonly priority?: number;
  /** `*_rt_priority`: SCHED_RR priority, 1..99. */
  readonly realtimePriority?: number;
  /** `*_no_swap`: the process is locked into memory. */
  readonly noSwap: boolean;
  /** `*_cpu_affinity`: numbers of the CPUs it may run on; all when empty. */
  readonly cpus: readonly number[];
  /** `*_rlimit_rttime`: processor time without a pause before the kernel intervenes. */
  readonly realtimeLimit: Duration;
  /** `*_netlink_cmd_rcv_bufs`, `*_netlink_monitor_rcv_bufs` and their `_force`. */
  readonly commandBuffer: ReceiveBuffer;
  readonly monitorBuffer: ReceiveBuffer;
}

/** Size of a socket's receive buffer. */
export interface ReceiveBuffer {
  /** In bytes; the kernel's default when absent. */
  readonly bytes?: number;
  /** Beyond the system's limit if need be. */
  readonly force: boolean;
}

/** Scripts and FIFOs of the whole daemon. */
export interface ScriptDefinitions {
  /** `startup_script`, `startup_script_timeout`: run before the children start. */
  readonly startup?: ScriptCommand;
  readonly startupTimeout: Duration;
  /** `shutdown_script`, `shutdown_script_timeout`: run after they ended. */
  readonly shutdown?: ScriptCommand;
  readonly shutdownTimeout: Duration;
  /** `use_symlink_paths`: paths of scripts stay as written. */
  readonly symlinkPaths: boolean;
  /** `set_supplementary_groups`. */
  readonly supplementaryGroups: boolean;
  /** `notify_fifo`, `notify_fifo_script`: events of VRRP and of services. */
  readonly everyFifo: Fifo;
  /** `vrrp_notify_fifo`, `vrrp_notify_fifo_script`. */
  readonly vrrpFifo: Fifo;
  /** `lvs_notify_fifo`, `lvs_notify_fifo_script`. */
  readonly lvsFifo: Fifo;
  /** `notify_concurrent`, locum's own: notify commands do not wait for earlier ones. */
  readonly notifyConcurrent: boolean;
  /** `fifo_write_vrrp_states_on_reload`. */
  readonly writeStatesOnReload: boolean;
}

/** A named pipe that gets a line for each event. */
export interface Fifo {
  readonly path?: string;
  readonly owner?: ScriptUser;
  /** Started once; reads the pipe, whose path is its last argument. */
  readonly reader?: ScriptCommand;
}
