import { finding, lineSpan, type Rule } from "./rule.ts";

/** A sorry server that is also a real server dies together with it. */
export const sorryServerIsRealServer: Rule = (config, report) => {
  for (const server of config.virtualServers) {
    const { sorryServer } = server;
    const same = server.realServers.find(
      (each) => each.address === sorryServer?.address && each.port === sorryServer.port,
    );
    if (!same) continue;
    report(
      finding(server.at, {
        code: "sorry-server-is-real-server",
        severity: "warning",
        message: `the sorry server ${same.address} port ${same.port} is also a real server, so it is down when it is needed`,
        help: "give the sorry server a host of its own",
        related: [{ message: "the real server", span: lineSpan(same.at) }],
      }),
    );
  }
};
