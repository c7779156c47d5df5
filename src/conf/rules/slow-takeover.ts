import { inSeconds, seconds } from "../../base/time.ts";
import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** RFC 5798 section 6.1: Master_Down_Interval is 3 intervals and the skew. */
export const slowTakeover = rule({
  code: "slow-takeover",
  severity: "hint",
  summary: "A dead master is noticed only after ten seconds or more.",
  reason:
    "A backup waits for three intervals (down_timer_adverts) before it takes over. For so long nobody answers for the address.",
  mend: "lower advert_int; 1 second is usual",
  example: { bad: instance("advert_int 5"), line: 8, good: instance("advert_int 1") },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const silence = instance.advertisementInterval * instance.downTimerAdvertisements;
      if (silence < seconds(10)) continue;
      tell(section.placeOf("advert_int"), {
        message: `${instance.name} notices a dead master only after ${instance.downTimerAdvertisements} intervals of ${inSeconds(instance.advertisementInterval)} s`,
      });
    }
  },
});
