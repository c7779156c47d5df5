import { inSeconds, seconds } from "../../base/time.ts";
import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

const track = "track_script {\n        check_web\n    }";

/** fall is 1 when nothing is written. */
export const scriptFailsAtOnce = rule({
  code: "script-fails-at-once",
  severity: "hint",
  summary: "One failed run of a script moves the address.",
  reason:
    "With fall 1, the default, a single failed run counts: one slow answer on a busy machine, and all clients lose their connections. Two runs in a row cost one interval and save that.",
  mend: "add fall 2 (and rise 2) or more",
  example: {
    bad: script("fall 1") + instance(track),
    line: 6,
    good: script("fall 2") + instance(track),
  },
  check: ({ scripts, instances, isMisread }, tell) => {
    const used = new Set(instances.flatMap((each) => each.instance.trackScripts.map(({ name }) => name)));
    for (const { script, section } of scripts) {
      if (script.fall > 1 || script.interval > seconds(5) || !used.has(script.name) || isMisread(section))
        continue;
      tell(section.placeOf("fall"), {
        message: `${script.name} counts as failed after one failed run, ${inSeconds(script.interval)} s apart`,
      });
    }
  },
});
