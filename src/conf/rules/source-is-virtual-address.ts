import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** The source of advertisements must be there before the router is master. */
export const sourceIsVirtualAddress = rule({
  code: "source-is-virtual-address",
  severity: "error",
  summary: "mcast_src_ip or unicast_src_ip is a virtual address.",
  reason:
    "A router must be able to send before it is master, and only a master holds a virtual address. Two routers with the same source cannot tell each other from themselves either.",
  mend: "write an address that is configured on this router for good",
  example: {
    bad: instance("mcast_src_ip 192.0.2.10"),
    line: 8,
    good: instance("mcast_src_ip 192.0.2.1"),
  },
  check: ({ instances }, tell) => {
    const owners = new Map<string, string>();
    for (const { instance } of instances) {
      for (const { address } of [...instance.virtualAddresses, ...instance.excludedAddresses])
        owners.set(address, instance.name);
    }
    for (const { instance, section } of instances) {
      const { sourceAddress: source } = instance;
      const owner = source === undefined ? undefined : owners.get(source);
      if (owner === undefined || instance.priority === 255) continue;
      const keyword = section.has("unicast_src_ip") ? "unicast_src_ip" : "mcast_src_ip";
      tell(section.placeOf(keyword), {
        message: `${instance.name} sends from ${source}, which is a virtual address of ${owner}, so a backup cannot send at all`,
      });
    }
  },
});
