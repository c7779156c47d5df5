import { instance, realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

/** A packet for the virtual address that is sent on to the virtual address comes back. */
export const realServerIsVirtualAddress = rule({
  code: "real-server-is-virtual-address",
  severity: "warning",
  summary: "A real server has the address of a virtual server or instance.",
  reason:
    "What is sent there comes back to the director itself: it goes in circles, or reaches a local service on one router and nobody on the other.",
  mend: "write the real server's own address",
  example: {
    bad: instance() + service(realServer("192.0.2.10 80")),
    line: 14,
    good: instance() + service(realServer("10.0.0.11 80")),
  },
  check: ({ services, instances }, tell) => {
    const virtual = new Map<string, string>();
    for (const { instance } of instances) {
      for (const { address } of [...instance.virtualAddresses, ...instance.excludedAddresses])
        virtual.set(address, `a virtual address of ${instance.name}`);
    }
    for (const { server } of services) {
      if (server.key.kind === "address") virtual.set(server.key.address, "the address of a virtual server");
    }
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      const what = virtual.get(server.address);
      if (what === undefined) continue;
      tell(section.place, { message: `the real server ${server.address} is ${what}` });
    }
  },
});
