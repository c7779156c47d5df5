import { finding, type Rule } from "./rule.ts";

/** A service for all ports needs persistence: without it one client's connections land on different servers (ipvsadm demands it). */
export const portZeroWithoutPersistence: Rule = (config, report) => {
  for (const { at, key, persistenceTimeout } of config.virtualServers) {
    if (key.kind !== "address" || key.port !== 0 || persistenceTimeout !== undefined) continue;
    report(
      finding(at, {
        code: "port-zero-without-persistence",
        severity: "warning",
        message: `the virtual server ${key.address} answers for every port but is not persistent`,
        help: "write the port, or add persistence_timeout SECONDS",
      }),
    );
  }
};
