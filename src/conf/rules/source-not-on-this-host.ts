import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Needs the addresses of the machine (`locum lint --host`). */
export const sourceNotOnThisHost = rule({
  code: "source-not-on-this-host",
  severity: "warning",
  summary: "mcast_src_ip or unicast_src_ip is not an address of this machine.",
  reason:
    "The kernel refuses to send from an address it does not have, so no advertisement leaves, and the peer becomes master as well. Seen only with --host, which looks at the machine.",
  mend: "write an address of this machine's interface, or add the address first",
  example: {
    bad: instance("mcast_src_ip 192.0.2.7"),
    line: 8,
    good: instance("mcast_src_ip 192.0.2.1"),
    host: { addresses: ["127.0.0.1", "192.0.2.1"] },
    note: "The machine has the addresses 127.0.0.1 and 192.0.2.1.",
  },
  check: ({ instances, environment }, tell) => {
    const { addresses } = environment;
    if (!addresses) return;
    const present = new Set(addresses);
    for (const { instance, section } of instances) {
      const { sourceAddress: source } = instance;
      if (source === undefined || present.has(source)) continue;
      const keyword = section.has("unicast_src_ip") ? "unicast_src_ip" : "mcast_src_ip";
      tell(section.placeOf(keyword), {
        message: `${instance.name} sends from ${source}, but this machine has ${addresses.filter((each) => !/^(127\.|::1$)/.test(each)).join(", ") || "no address"}`,
      });
    }
  },
});
