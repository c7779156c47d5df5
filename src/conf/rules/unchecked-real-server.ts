import { finding, type Rule } from "./rule.ts";

/** A real server without a check stays in the table when it is dead. */
export const uncheckedRealServer: Rule = (config, report) => {
  for (const virtual of config.virtualServers) {
    if (virtual.realServers.every((server) => server.checkers.length === 0)) continue;
    for (const server of virtual.realServers) {
      if (server.checkers.length > 0) continue;
      report(
        finding(server.at, {
          code: "unchecked-real-server",
          severity: "hint",
          message: `the real server ${server.address} has no check, though others of its service have, so it gets requests even when it is dead`,
          help: "add a TCP_CHECK { } or HTTP_GET { } block",
        }),
      );
    }
  }
};
