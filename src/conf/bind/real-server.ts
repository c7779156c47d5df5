import type { OtherChecker } from "../model/other-checkers.ts";
import type { Checker, ForwardingMethod, RealServer, Tunnel } from "../model/virtual-server.ts";
import { readTiming, type TimingDefaults } from "./check-target.ts";
import { bindChecker } from "./checker.ts";
import { type BindContext, placeOf, sourceLine, tell } from "./context.ts";
import { readEndpoint } from "./endpoint.ts";
import { bindFields, flag, text } from "./fields.ts";
import { readForwarding, readTunnel } from "./forwarding.ts";
import { bindCommand } from "./script-command.ts";
import type { Setting } from "./setting.ts";
import { readBlock } from "./settings.ts";

/** What a real server inherits from its virtual server. */
export interface RealServerSurroundings {
  readonly forwarding: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly weight: number;
  readonly inhibitOnFailure: boolean;
  readonly timing: TimingDefaults;
  readonly virtualHost?: string;
}

/** Binds one `real_server IP [PORT] { }`; undefined when its address cannot be read. The port is 0 when none is written. */
export function bindRealServer(
  context: BindContext,
  from: { readonly setting: Setting; readonly surroundings: RealServerSurroundings },
): RealServer | undefined {
  const { setting, surroundings } = from;
  const endpoint = readEndpoint(setting.words);
  if ("message" in endpoint) {
    tell(context, endpoint.word, {
      code: "bad-real-server",
      severity: "error",
      message: `${endpoint.message}, so this real server is left out`,
      help: "write real_server ADDRESS PORT { ... }",
      texts: [
        ...endpoint.texts,
        `Invalid real server ip address/port ${setting.words
          .map((word) => word.text)
          .slice(0, 2)
          .join("/")} - skipping`,
      ],
    });
    return undefined;
  }
  const settings = readBlock(context, { block: setting.directive.block, path: "virtual_server/real_server" });
  const timing = readTiming(settings, surroundings.timing);
  const virtualHost = settings.word("virtualhost") ?? surroundings.virtualHost;
  const method = settings.last("lvs_method");
  const notifyUp = bindCommand(context, { setting: settings.last("notify_up"), withUser: true });
  const notifyDown = bindCommand(context, { setting: settings.last("notify_down"), withUser: true });
  const checks = CHECKS.flatMap((name) => settings.every(name)).sort(
    (a, b) => placeOf(a.directive).start - placeOf(b.directive).start,
  );
  const inner = {
    endpoint,
    timing,
    followed: new Set<string>(),
    ...(virtualHost === undefined ? {} : { virtualHost }),
  };
  const bound = checks
    .map((check) => bindChecker(context, { setting: check, surroundings: inner }))
    .filter((checker) => checker !== undefined);
  const others = bound.filter((checker) => !runs(checker));
  const tunnel = readTunnel(method) ?? surroundings.tunnel;
  return {
    at: sourceLine(context, placeOf(setting.directive)),
    address: endpoint.address,
    port: endpoint.port ?? 0,
    forwarding:
      (method ? readForwarding(context, { setting: method, server: "real" }) : undefined) ??
      surroundings.forwarding,
    weight: settings.number("weight") ?? surroundings.weight,
    upperThreshold: settings.number("uthreshold") ?? 0,
    lowerThreshold: settings.number("lthreshold") ?? 0,
    inhibitOnFailure: settings.flag("inhibit_on_failure") ?? surroundings.inhibitOnFailure,
    ...(notifyUp ? { notifyUp } : {}),
    ...(notifyDown ? { notifyDown } : {}),
    checkers: bound.filter(runs),
    ...(others.length > 0 ? { otherCheckers: others } : {}),
    ...(tunnel ? { tunnel } : {}),
    ...bindFields({ settings, context }, FIELDS),
  };
}

const FIELDS = { smtpAlert: flag("smtp_alert"), snmpName: text("snmp_name") };

/** Whether this version runs a check. */
function runs(checker: Checker | OtherChecker): checker is Checker {
  return checker.kind === "tcp" || checker.kind === "http" || checker.kind === "bfd";
}

const CHECKS = [
  "TCP_CHECK",
  "HTTP_GET",
  "SSL_GET",
  "MISC_CHECK",
  "SMTP_CHECK",
  "DNS_CHECK",
  "PING_CHECK",
  "UDP_CHECK",
  "FILE_CHECK",
  "BFD_CHECK",
];
