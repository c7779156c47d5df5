import { inSeconds } from "../../base/time.ts";
import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

const track = "track_script {\n        check_web\n    }";

/** A script that still runs when its next turn comes is not started again. */
export const scriptTimeoutBeyondInterval = rule({
  code: "script-timeout-beyond-interval",
  severity: "hint",
  summary: "A script may run longer than the time between two runs.",
  reason:
    "While it runs it is not started again, so a script that hangs is noticed after its timeout and not after its interval, multiplied by fall.",
  mend: "lower timeout to interval or less",
  example: {
    bad: script("interval 2", "timeout 5") + instance(track),
    line: 4,
    good: script("interval 5", "timeout 5") + instance(track),
  },
  check: ({ scripts }, tell) => {
    for (const { script, section } of scripts) {
      if (script.timeout <= script.interval) continue;
      tell(section.placeOf("timeout"), {
        message: `${script.name} may run for ${inSeconds(script.timeout)} s, longer than its interval of ${inSeconds(script.interval)} s`,
      });
    }
  },
});
