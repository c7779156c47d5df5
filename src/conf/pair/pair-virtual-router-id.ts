import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** Routers hear each other only under one virtual router id. */
export const pairVirtualRouterId = pairRule({
  code: "pair-virtual-router-id",
  severity: "error",
  summary: "An instance has another virtual_router_id, or another family, on each director.",
  reason:
    "Advertisements are told apart by the virtual router id. With different ones neither router hears the other, and both become master.",
  mend: "write the same virtual_router_id on both directors",
  example: {
    a: instance(),
    b: instance("virtual_router_id 52", "priority 90"),
    side: "b",
    line: 3,
    goodB: instance("priority 90"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      if (a.virtualRouterId === b.virtualRouterId && a.family === b.family) continue;
      const { at, other } = bothPlaces(router, "virtual_router_id");
      tell(at, {
        message:
          a.virtualRouterId === b.virtualRouterId
            ? `${b.name} speaks IPv${b.family} here and IPv${a.family} on the other director, so they do not hear each other`
            : `${b.name} has virtual_router_id ${b.virtualRouterId} here and ${a.virtualRouterId} on the other director, so they do not hear each other`,
        other,
      });
    }
  },
});
