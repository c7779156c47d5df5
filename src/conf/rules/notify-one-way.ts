import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** What notify_master switches on, somebody has to switch off. */
export const notifyOneWay = rule({
  code: "notify-one-way",
  severity: "hint",
  summary: "notify_master is set, but nothing tells when the router is no longer master.",
  reason:
    "What the script starts on the new master goes on running on the old one. A router leaves the state by becoming backup, by a fault, or by a stop, and each has a keyword of its own; notify and notify_stop catch the rest.",
  mend: "add notify_backup and notify_fault (and notify_stop), or use notify, which is called for every state",
  example: {
    bad: instance('notify_master "/usr/local/bin/start_jobs"'),
    line: 8,
    good: instance(
      'notify_master "/usr/local/bin/start_jobs"',
      'notify_backup "/usr/local/bin/stop_jobs"',
      'notify_fault "/usr/local/bin/stop_jobs"',
    ),
  },
  check: ({ root, isMisread }, tell) => {
    for (const section of [...root("vrrp_instance"), ...root("vrrp_sync_group")]) {
      if (!section.has("notify_master") || section.has("notify")) continue;
      const missing = ["notify_backup", "notify_fault"].filter((keyword) => !section.has(keyword));
      if (missing.length === 0 || isMisread(section)) continue;
      tell(section.placeOf("notify_master"), {
        message: `${section.name} runs a command when it becomes master, but ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing, so nothing undoes it`,
      });
    }
  },
});
