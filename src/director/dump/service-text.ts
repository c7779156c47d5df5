import type { Config } from "../../conf/model/config.ts";
import type { RealServer, VirtualServer } from "../../conf/model/virtual-server.ts";
import type { HealthStatus, RealServerStatus } from "../health-status.ts";
import { scriptEntryText } from "./entry-text.ts";

/** The sections of `keepalived_check.data` about services, in keepalived's words. */
export function serviceText({ virtualServers }: Config, status: HealthStatus | undefined): string {
  if (virtualServers.length === 0) return "";
  const lines = virtualServers.flatMap((server, at) => {
    const told = status?.virtualServers[at];
    return [
      ...virtualServerText(server, told?.quorumUp),
      ...server.realServers.flatMap((real, place) => realServerText(real, told?.realServers[place])),
    ];
  });
  return `${["------< LVS Topology >------", ...lines].join("\n")}\n`;
}

function virtualServerText(server: VirtualServer, quorumUp: boolean | undefined): readonly string[] {
  const { key } = server;
  const onOff = (on: boolean) => (on ? "ON" : "OFF");
  return [
    key.kind === "fwmark"
      ? ` VS FWMARK = ${key.mark}`
      : ` ------< Virtual server >------\n   VIP = ${key.address}, VPORT = ${key.port}`,
    `   lb_algo = ${server.scheduler}`,
    ...(key.kind === "fwmark" ? [] : [`   protocol = ${key.protocol.toUpperCase()}`]),
    ...(server.persistenceTimeout === undefined
      ? []
      : [`   persistence timeout = ${server.persistenceTimeout}`]),
    `   alpha is ${onOff(server.alpha)}, omega is ${onOff(server.omega)}`,
    `   quorum = ${server.quorum}, hysteresis = ${server.hysteresis}`,
    ...(quorumUp === undefined ? [] : [`   quorum state = ${quorumUp ? "UP" : "DOWN"}`]),
    ...commandText("Notify script UP", server.quorumUp),
    ...commandText("Notify script DOWN", server.quorumDown),
    `   default forwarding method = ${server.forwarding.toUpperCase()}`,
    ...(server.sorryServer === undefined
      ? []
      : [`   sorry server = [${server.sorryServer.address}]:${server.sorryServer.port}`]),
  ];
}

function realServerText(real: RealServer, told: RealServerStatus | undefined): readonly string[] {
  return [
    "   ------< Real server >------",
    `   RIP = ${real.address}, RPORT = ${real.port}, WEIGHT = ${real.weight}`,
    `    forwarding method = ${real.forwarding.toUpperCase()}`,
    `   Inhibit on failure is ${real.inhibitOnFailure ? "ON" : "OFF"}`,
    ...(told === undefined ? [] : [`   Alive = ${told.up ? "yes" : "no"}`]),
    ...commandText("  Notify script UP", real.notifyUp),
    ...commandText("  Notify script DOWN", real.notifyDown),
    ...(told?.checkers ?? []).map(
      ({ kind, up, lastReason }) =>
        `     checker ${kind} ${up ? "up" : "down"}${lastReason === "" ? "" : `: ${lastReason}`}`,
    ),
  ];
}

function commandText(
  name: string,
  command: Parameters<typeof scriptEntryText>[0] | undefined,
): readonly string[] {
  return command === undefined ? [] : [`   -> ${name} = ${scriptEntryText(command)}`];
}
