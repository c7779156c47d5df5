import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

const track = "track_script {\n        check_web\n    }";
const bare =
  'vrrp_script check_web {\n    script "/usr/local/bin/check_web"\n    interval 2\n    rise 2\n    fall 2\n}\n';

/** keepalived falls back to the user keepalived_script and, when there is none, to its own, which is root. */
export const scriptUserNotSet = rule({
  code: "script-user-not-set",
  severity: "hint",
  summary: "A script has no user, so it runs as root on most machines.",
  reason:
    "Without script_user or user, scripts run as keepalived_script when the system has such a user, and otherwise as root. A check needs no such power, and a mistake in it is a mistake as root.",
  mend: "add script_user USER to global_defs, or user USER to the script",
  example: { bad: bare + instance(track), line: 1, good: script("user nobody") + instance(track) },
  check: ({ scripts, config, environment, isMisread }, tell) => {
    if (config.global.scriptUser || environment.hasUser?.("keepalived_script") === true) return;
    for (const { script, section } of scripts) {
      if (script.command.user || (script.command.argv[0] ?? "").startsWith("<") || isMisread(section))
        continue;
      tell(section.place, {
        message: `${script.name} has no user, so it runs as keepalived_script or, where that does not exist, as root`,
      });
    }
  },
});
