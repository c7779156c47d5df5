import { instance, service } from "./example.ts";
import { rule } from "./rule.ts";

/** A service on an address that no instance moves does not fail over. */
export const serviceAddressNotMoved = rule({
  code: "service-address-not-moved",
  severity: "hint",
  summary: "A virtual server's address is moved by no VRRP instance.",
  reason:
    "When the router fails, the virtual addresses move to its peer, but this one stays behind, and so does the service. Mostly a digit differs between virtual_ipaddress and virtual_server.",
  mend: "add the address to virtual_ipaddress of an instance, or correct it",
  example: {
    bad: instance("virtual_ipaddress {\n        192.0.2.11/24\n    }") + service(),
    line: 9,
    good: instance() + service(),
  },
  check: ({ services, instances, root }, tell) => {
    if (instances.length === 0 || root("static_ipaddress").length > 0) return;
    const moved = new Set(
      instances.flatMap(({ instance }) =>
        [...instance.virtualAddresses, ...instance.excludedAddresses].map(({ address }) => address),
      ),
    );
    for (const { server, section } of services) {
      if (server.key.kind !== "address" || moved.has(server.key.address)) continue;
      tell(section.place, {
        message: `no vrrp_instance moves ${server.key.address}, so this service stays behind when the router fails`,
      });
    }
  },
});
