import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** dont_track_primary without another tracked interface leaves a cut cable unnoticed. */
export const linkUntracked = rule({
  code: "link-untracked",
  severity: "warning",
  summary: "dont_track_primary, and no other interface is tracked.",
  reason:
    "A master whose cable is pulled hears nobody and stays master, with its scripts and notifications as master. That is what tracking the instance's own interface prevents. dont_track_primary makes sense when other interfaces decide, for example over a direct cable between the two.",
  mend: "remove dont_track_primary, or add track_interface { NAME } with the interface that serves the clients",
  example: {
    bad: instance("dont_track_primary"),
    line: 8,
    good: instance("dont_track_primary", "track_interface {\n        eth1\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (!instance.dontTrackPrimary || instance.trackInterfaces.length > 0) continue;
      tell(section.placeOf("dont_track_primary"), {
        message: `${instance.name} does not watch ${instance.interface} and no other interface either, so it stays master with its cable pulled`,
      });
    }
  },
});
