import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

/** A script nobody tracks runs for nothing. */
export const unusedScript = rule({
  code: "unused-script",
  severity: "hint",
  summary: "A vrrp_script is tracked by no instance and no group.",
  reason: "It runs all the time and its result changes nothing. Often the track_script line was forgotten.",
  mend: "add track_script { NAME } to an instance, or remove the block",
  example: {
    bad: script() + instance(),
    line: 1,
    good: script() + instance("track_script {\n        check_web\n    }"),
  },
  check: ({ root }, tell) => {
    const trackers = [...root("vrrp_instance"), ...root("vrrp_sync_group")];
    const tracked = new Set(
      trackers.flatMap((each) => each.entries("track_script").map(([word]) => word?.text)),
    );
    for (const section of root("vrrp_script")) {
      if (tracked.has(section.name)) continue;
      tell(section.place, {
        message: `the vrrp_script ${section.name} is tracked by no instance`,
        help: `add track_script { ${section.name} } to an instance, or remove the block`,
      });
    }
  },
});
