import type { VirtualServer } from "../model/virtual-server.ts";
import { finding, lineSpan, type Rule } from "./rule.ts";

/** The table can hold a service once; the second block would replace or be refused by the first. */
export const duplicateVirtualServer: Rule = (config, report) => {
  const seen = new Map<string, VirtualServer>();
  for (const server of config.virtualServers) {
    const { key } = server;
    const text =
      key.kind === "fwmark" ? `firewall mark ${key.mark}` : `${key.protocol} ${key.address} port ${key.port}`;
    const id = `${text} ${key.kind === "fwmark" ? key.family : ""}`;
    const first = seen.get(id);
    if (!first) {
      seen.set(id, server);
      continue;
    }
    report(
      finding(server.at, {
        code: "duplicate-virtual-server",
        severity: "error",
        message: `there are two virtual servers for ${text}; only one service of that name can exist`,
        help: "put all real servers into one block, or correct the address, port or protocol",
        related: [{ message: "the first one", span: lineSpan(first.at) }],
      }),
    );
  }
};
