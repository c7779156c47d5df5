import { instance, script } from "../rules/example.ts";
import type { HostFacts, ScriptFinding } from "../source.ts";
import type { LanguagePage } from "./page.ts";

const track = "track_script {\n        check_web\n    }";
const processes = "track_process {\n        web\n    }";
const secure = "global_defs {\n    enable_script_security\n    script_user nobody\n}\n";

/** A machine on which every script is as given. */
function scripts(finding: ScriptFinding): HostFacts {
  return { inspectScript: () => finding };
}

/** Findings about scripts and what is tracked. */
export const scriptPages: readonly LanguagePage[] = [
  {
    code: "value-already-set",
    severity: "error",
    summary: "A tracked file or process is named twice, or has two weights.",
    reason: "Here the first line stays, though elsewhere the last of several lines counts.",
    mend: "keep one of the two lines",
    example: {
      bad: `vrrp_track_process web {\n    process httpd\n    process nginx\n}\n${instance(processes)}`,
      line: 3,
      good: `vrrp_track_process web {\n    process nginx\n}\n${instance(processes)}`,
    },
  },
  {
    code: "quorum-above-most",
    severity: "error",
    summary: "A quorum_max that is below the quorum.",
    reason:
      "No number of processes would be enough and not too many; the later of the two lines is left out.",
    mend: "write a quorum_max that is not below the quorum",
    example: {
      bad: `vrrp_track_process web {\n    process httpd\n    quorum 3\n    quorum_max 2\n}\n${instance(processes)}`,
      line: 4,
      good: `vrrp_track_process web {\n    process httpd\n    quorum 2\n    quorum_max 3\n}\n${instance(processes)}`,
    },
  },
  {
    code: "script-missing",
    severity: "warning",
    summary: "A script does not exist.",
    reason:
      "A tracked script that cannot run is dropped, and a notification that cannot run says nothing. Seen only with --host.",
    mend: "give the full path of an existing file",
    example: {
      bad: secure + script() + instance(track),
      line: 6,
      good: secure + script() + instance(track),
      host: scripts("missing"),
      goodHost: scripts("ok"),
      note: "In the bad example /usr/local/bin/check_web does not exist.",
    },
  },
  {
    code: "script-not-executable",
    severity: "warning",
    summary: "A script is not executable.",
    reason: "It cannot be run, so it is dropped. Seen only with --host.",
    mend: "make it executable: chmod a+x FILE",
    example: {
      bad: secure + script() + instance(track),
      line: 6,
      good: secure + script() + instance(track),
      host: scripts("not-executable"),
      goodHost: scripts("ok"),
      note: "In the bad example /usr/local/bin/check_web has the mode 0644.",
    },
  },
  {
    code: "script-insecure",
    severity: "warning",
    keepalived: false,
    summary: "A script, or a folder above it, can be changed by others than root.",
    reason:
      "Who can change the script decides what the daemon runs. With enable_script_security such a script is not run as root. Seen only with --host.",
    mend: "give file and folders to root and take the write permission of others away",
    example: {
      bad: secure + script() + instance(track),
      line: 6,
      good: secure + script() + instance(track),
      host: scripts("insecure"),
      goodHost: scripts("ok"),
      note: "In the bad example /usr/local/bin/check_web has the mode 0777.",
    },
  },
  {
    code: "script-security-off",
    severity: "warning",
    summary: "Scripts run, and enable_script_security is not set.",
    reason:
      "Nobody checks who may change the scripts that run as root. keepalived ends its test with 6 for this. Seen only with --host.",
    mend: "add enable_script_security and script_user USER to global_defs",
    example: {
      bad: script() + instance(track),
      line: 2,
      good: secure + script() + instance(track),
      host: scripts("ok"),
    },
  },
  {
    code: "script-without-command",
    severity: "error",
    summary: "A vrrp_script names no script.",
    reason: "It is removed, and with it every line that tracks it.",
    mend: 'add a line such as: script "/usr/local/bin/check_web"',
    example: {
      bad: `vrrp_script check_web {\n    interval 2\n    user nobody\n}\n${instance(track)}`,
      line: 4,
      good: script() + instance(track),
      also: ["unknown-script"],
    },
  },
  {
    code: "no-script-user",
    severity: "error",
    summary: "With enable_script_security there is no user for the scripts.",
    reason:
      "Neither script_user nor the user keepalived_script exists, so the scripts are removed. Seen only with --host.",
    mend: "add script_user USER to global_defs, or create the user keepalived_script",
    example: {
      bad: `global_defs {\n    enable_script_security\n}\n${script().replace("    user nobody\n", "")}${instance(track)}`,
      line: 10,
      good: secure + script() + instance(track),
      host: { hasUser: (name) => name === "nobody" },
      also: ["unknown-script", "unused-script"],
      note: "The machine has no user keepalived_script.",
    },
  },
  {
    code: "unknown-user",
    severity: "error",
    summary: "A script is to run as a user that does not exist.",
    reason: "The script cannot run and is removed. Seen only with --host.",
    mend: "create the user, or name one that exists",
    example: {
      bad: script("user webcheck") + instance(track),
      line: 7,
      good: script() + instance(track),
      host: { hasUser: (name) => name === "nobody" },
      also: ["unknown-script"],
      note: "The machine has the user nobody and no user webcheck.",
    },
  },
  {
    code: "unknown-script",
    severity: "error",
    summary: "track_script names a script that does not exist.",
    reason: "The line is dropped, so nothing is checked.",
    mend: "correct the name, or add the vrrp_script block",
    example: {
      bad: script() + instance("track_script {\n        check_www\n    }"),
      line: 17,
      good: script() + instance(track),
      also: ["unused-script"],
    },
  },
  {
    code: "duplicate-track",
    severity: "warning",
    summary: "The same thing is tracked twice.",
    reason: "The second line has no effect, also when its weight is another one.",
    mend: "remove one of the lines",
    example: {
      bad: script() + instance("track_script {\n        check_web\n        check_web weight 5\n    }"),
      line: 18,
      good: script() + instance(track),
    },
  },
  {
    code: "missing-weight",
    severity: "error",
    summary: "The number after weight is missing.",
    reason: "The line is dropped, so nothing is tracked.",
    mend: "write NAME weight N",
    example: {
      bad: script() + instance("track_script {\n        check_web weight\n    }"),
      line: 17,
      good: script() + instance("track_script {\n        check_web weight 10\n    }"),
    },
  },
  {
    code: "weight-out-of-range",
    severity: "error",
    summary: "A weight is no whole number from -253 to 253.",
    reason: "The line is dropped, or the weight counts as 0, which makes a failure a fault.",
    mend: "write a weight from -253 to 253",
    example: {
      bad: script() + instance("track_script {\n        check_web weight 500\n    }"),
      line: 17,
      good: script() + instance("track_script {\n        check_web weight 50\n    }"),
    },
  },
  {
    code: "unknown-track-option",
    severity: "error",
    summary: "A word after a tracked name that means nothing.",
    reason: "The line is dropped, so nothing is tracked.",
    mend: "write NAME, or NAME weight N [reverse]",
    example: {
      bad: script() + instance("track_script {\n        check_web 10\n    }"),
      line: 17,
      good: script() + instance("track_script {\n        check_web weight 10\n    }"),
    },
  },
  {
    code: "weight-on-owner",
    severity: "warning",
    summary: "A script with a weight is tracked by the owner of the address.",
    reason: "Priority 255 never changes, so the script is not tracked at all.",
    mend: "lower the priority to 254 or less, or track the script with weight 0",
    example: {
      bad: script() + instance("priority 255", "track_script {\n        check_web weight -10\n    }"),
      line: 16,
      good: script() + instance("priority 200", "track_script {\n        check_web weight -10\n    }"),
      also: ["owner-priority"],
    },
  },
  {
    code: "tracks-own-interface",
    severity: "hint",
    summary: "An instance tracks its own interface.",
    reason: "It does so anyway, and the line has no effect.",
    mend: "remove the line",
    example: {
      bad: instance("track_interface {\n        eth0\n    }"),
      line: 9,
      good: instance("track_interface {\n        eth1\n    }"),
    },
  },
];
