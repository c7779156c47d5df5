import { inMilliseconds, milliseconds } from "../../base/time.ts";
import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** A backup waits for three intervals; a busy machine is silent for longer than that now and then. */
export const hairTriggerInterval = rule({
  code: "hair-trigger-interval",
  severity: "warning",
  summary: "The advertisement interval is so short that a busy moment causes a failover.",
  reason:
    "A backup takes over after about three missed advertisements. Below 50 ms that is less than the pause of a busy CPU, a live migration or a snapshot of a virtual machine, so the address moves without need and both routers are master for a moment.",
  mend: "write advert_int 0.1 or more, or use realtime priority and accept false alarms",
  example: {
    bad: instance("version 3", "advert_int 0.02"),
    line: 9,
    good: instance("version 3", "advert_int 0.2"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.advertisementInterval >= milliseconds(50)) continue;
      tell(section.placeOf("advert_int"), {
        message: `${instance.name} advertises every ${inMilliseconds(instance.advertisementInterval)} ms, so a peer takes over after a silence of about ${inMilliseconds(instance.advertisementInterval) * instance.downTimerAdvertisements} ms`,
      });
    }
  },
});
