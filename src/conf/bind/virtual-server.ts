import { familyOf } from "../../base/ip-address.ts";
import type {
  ForwardingMethod,
  RealServer,
  SchedulerFlag,
  SchedulerName,
  SorryServer,
  TransportProtocol,
  Tunnel,
  VirtualServer,
  VirtualServerKey,
} from "../model/virtual-server.ts";
import type { GroupVirtualServer } from "../model/virtual-server-group.ts";
import type { Directive, Word } from "../tree.ts";
import { readTiming } from "./check-target.ts";
import { type BindContext, closeOf, placeOf, sourceLine, spanAt, tell } from "./context.ts";
import { readEndpoint, refusedEndpoint } from "./endpoint.ts";
import { bindFields, type FieldSource, flag, text } from "./fields.ts";
import { readForwarding, readTunnel } from "./forwarding.ts";
import { bindPersistencePrefix } from "./persistence-prefix.ts";
import { bindRealServer } from "./real-server.ts";
import { bindCommand } from "./script-command.ts";
import type { Setting } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";
import { DEFAULT_PERSISTENCE, settleVirtualServer } from "./virtual-server-settle.ts";

/** What the words after `virtual_server` say. */
export type Target =
  | {
      readonly kind: "address";
      readonly endpoint: { readonly address: VirtualServerAddress; readonly port: number };
    }
  | { readonly kind: "fwmark"; readonly mark: number }
  | { readonly kind: "group"; readonly name: string };

type VirtualServerAddress = Extract<VirtualServerKey, { kind: "address" }>["address"];

const FLAGS: readonly SchedulerFlag[] = [
  "hashed",
  "flag-1",
  "flag-2",
  "flag-3",
  "sh-port",
  "sh-fallback",
  "mh-port",
  "mh-fallback",
];

const FIELDS = {
  schedulerFlags: ({ settings }: FieldSource) => {
    // What belongs to sh or mh counts with that scheduler only; the others are anybody's.
    const scheduler = settings.lastOf("lb_algo", "lvs_sched")?.words[0]?.text;
    const flags = FLAGS.filter(
      (name) => settings.has(name) && (!/^[sm]h-/.test(name) || name.startsWith(`${scheduler}-`)),
    );
    return flags.length > 0 ? flags : undefined;
  },
  persistenceEngine: text("persistence_engine"),
  persistencePrefix: bindPersistencePrefix,
  suspendWithoutAddress: flag("ha_suspend"),
  smtpAlert: flag("smtp_alert"),
  snmpName: text("snmp_name"),
};

/** Binds one `virtual_server`, of its own or of a group; undefined when it cannot exist. */
export function bindVirtualServer(
  outer: BindContext,
  directive: Directive,
): VirtualServer | GroupVirtualServer | undefined {
  const target = readTarget(outer, directive);
  if (!target) return undefined;
  const settings = readBlock(outer, { block: directive.block, path: "virtual_server" });
  const protocol = readProtocol(settings);
  const key = keyOf(target, settings, protocol);
  const context = { ...outer, owner: virtualServerName(target, protocol) };
  const forwardingSetting = settings.lastOf("lb_kind", "lvs_method");
  const forwarding = forwardingSetting
    ? readForwarding(context, { setting: forwardingSetting, server: "virtual" })
    : undefined;
  const tunnel = readTunnel(forwardingSetting);
  const realServers = bindRealServers(context, settings, {
    forwarding: forwarding ?? "nat",
    target,
    ...(tunnel ? { tunnel } : {}),
  });
  const scheduler = settings.lastOf("lb_algo", "lvs_sched")?.words[0]?.text as SchedulerName | undefined;
  const quorumUp = bindCommand(context, { setting: settings.last("quorum_up"), withUser: true });
  const quorumDown = bindCommand(context, { setting: settings.last("quorum_down"), withUser: true });
  const sorryServer = bindSorryServer(context, settings, forwarding ?? "nat");
  const virtualHost = settings.word("virtualhost");
  const persistence = settings.last("persistence_timeout");
  return settleVirtualServer(context, {
    directive,
    target,
    protocol,
    settings,
    schedulerGiven: scheduler !== undefined,
    forwardingGiven: forwarding !== undefined,
    draft: {
      at: sourceLine(context, placeOf(directive)),
      key,
      scheduler: scheduler ?? "wlc",
      forwarding: forwarding ?? "nat",
      ...(persistence
        ? { persistenceTimeout: settings.number("persistence_timeout") ?? DEFAULT_PERSISTENCE }
        : {}),
      onePacket: settings.has("ops"),
      alpha: settings.flag("alpha") ?? false,
      omega: settings.has("omega"),
      quorum: settings.number("quorum") ?? 1,
      hysteresis: settings.number("hysteresis") ?? 0,
      ...(quorumUp ? { quorumUp } : {}),
      ...(quorumDown ? { quorumDown } : {}),
      ...(sorryServer ? { sorryServer } : {}),
      sorryServerInhibit: settings.has("sorry_server_inhibit"),
      ...(virtualHost === undefined ? {} : { virtualHost }),
      realServers,
      ...(tunnel ? { tunnel } : {}),
      ...bindFields({ settings, context }, FIELDS),
    },
  });
}

/** The name keepalived gives a service in its messages. */
export function virtualServerName(target: Target, protocol: TransportProtocol | undefined): string {
  switch (target.kind) {
    case "address":
      return `[${target.endpoint.address}]:${protocol ?? "none"}:${target.endpoint.port}`;
    case "fwmark":
      return `FWM ${target.mark}`;
    case "group":
      return `[${target.name}]:${protocol ?? "none"}`;
  }
}

function readTarget(context: BindContext, directive: Directive): Target | undefined {
  const [, first, second] = directive.words;
  if (!first) return undefined;
  if (first.text === "group")
    return second ? { kind: "group", name: second.text } : refuse(context, directive, first);
  if (first.text === "fwmark") {
    const mark = Number(second?.text);
    if (second && /^\d+$/.test(second.text) && mark >= 1 && mark <= 0xffffffff)
      return { kind: "fwmark", mark };
    tell(context, second ?? first, {
      code: "bad-virtual-server",
      severity: "error",
      message: `the firewall mark is '${second?.text ?? ""}', but it must be a number from 1 to 4294967295; this virtual server is left out`,
      help: "write virtual_server fwmark N { ... }",
      texts: [`virtual server fwmark '${second?.text ?? ""}' must be in [0, 4294967295] - ignoring`],
    });
    return undefined;
  }
  const endpoint = readEndpoint(directive.words.slice(1, 3));
  if ("message" in endpoint) {
    tell(context, endpoint.word, {
      code: "bad-virtual-server",
      severity: "error",
      message: `${endpoint.message}, so this virtual server is left out`,
      help: "write virtual_server ADDRESS PORT { ... }, virtual_server fwmark N { ... } or virtual_server group NAME { ... }",
      texts: [
        ...endpoint.texts,
        `Invalid virtual server IP address${refusedEndpoint(directive.words.slice(1, 3))} - skipping`,
      ],
    });
    return undefined;
  }
  return { kind: "address", endpoint: { address: endpoint.address, port: endpoint.port ?? 0 } };
}

function refuse(context: BindContext, directive: Directive, word: Word): undefined {
  tell(context, word, {
    code: "missing-value",
    severity: "error",
    message: "virtual_server group needs the name of a virtual_server_group",
    help: "write virtual_server group NAME { ... }",
    fatal: 2,
    texts: [
      `*** Configuration line starting \`${directive.words[0]?.text ?? ""}\` is missing a parameter after keyword \`${word.text}\` at word position 3`,
    ],
    exitCode: 2,
  });
  return undefined;
}

function readProtocol(settings: Settings): TransportProtocol | undefined {
  const word = settings.word("protocol")?.toLowerCase();
  return word === "tcp" || word === "udp" || word === "sctp" ? word : undefined;
}

function keyOf(
  target: Target,
  settings: Settings,
  protocol: TransportProtocol | undefined,
): VirtualServerKey {
  if (target.kind === "address") return { kind: "address", protocol: protocol ?? "udp", ...target.endpoint };
  const family = settings.word("ip_family") === "inet6" ? 6 : 4;
  return { kind: "fwmark", mark: target.kind === "fwmark" ? target.mark : 0, family };
}

function bindRealServers(
  context: BindContext,
  settings: Settings,
  service: { readonly forwarding: ForwardingMethod; readonly target: Target; readonly tunnel?: Tunnel },
): readonly RealServer[] {
  const virtualHost = settings.word("virtualhost");
  const surroundings = {
    forwarding: service.forwarding,
    ...(service.tunnel ? { tunnel: service.tunnel } : {}),
    weight: settings.number("weight") ?? 1,
    inhibitOnFailure: settings.has("inhibit_on_failure"),
    timing: readTiming(settings, {}),
    ...(virtualHost === undefined ? {} : { virtualHost }),
  };
  const servers: RealServer[] = [];
  for (const setting of settings.every("real_server")) {
    const server = bindRealServer(context, { setting, surroundings });
    if (!server || isOfOtherFamily(context, { server, setting, target: service.target })) continue;
    const same = servers.find((each) => each.address === server.address && each.port === server.port);
    if (!same) {
      servers.push(server);
      continue;
    }
    tell(context, placeOf(setting.directive), {
      code: "duplicate-real-server",
      severity: "error",
      message: `the real server ${server.address} port ${server.port} is already on line ${same.at.line}; this one is left out`,
      help: "remove one of the two; to send it more, raise its weight",
      related: [{ message: "first written here", span: { ...same.at, column: 1, endColumn: 1 } }],
      texts: [
        `VS ${context.owner}: real server [${server.address}]:${context.owner.split(":").at(-2) ?? "none"}:${server.port} is duplicated - removing second rs`,
      ],
      stage: "checker-end",
    });
  }
  return servers;
}

/** Only a tunnel leads from one family to the other. */
function isOfOtherFamily(
  context: BindContext,
  from: { readonly server: RealServer; readonly setting: Setting; readonly target: Target },
): boolean {
  const { server, setting, target } = from;
  if (target.kind !== "address" || server.forwarding === "tun") return false;
  const family = familyOf(target.endpoint.address);
  if (familyOf(server.address) === family) return false;
  tell(context, placeOf(setting.directive), {
    code: "mixed-families",
    severity: "error",
    message: `the real server ${server.address} is not IPv${family} as its virtual server is, so it is left out`,
    help: "use real servers of the same family, or lb_kind TUN",
    texts: [
      `Address family of virtual server and real server ${server.address} don't match - skipping real server.`,
    ],
    line: spanAt(context, closeOf(setting.directive)).line,
  });
  return true;
}

function bindSorryServer(
  context: BindContext,
  settings: Settings,
  forwarding: ForwardingMethod,
): SorryServer | undefined {
  const setting = settings.last("sorry_server");
  if (!setting) return undefined;
  const endpoint = readEndpoint(setting.words);
  if ("message" in endpoint) {
    tell(context, endpoint.word, {
      code: "bad-sorry-server",
      severity: "error",
      message: `${endpoint.message}, so there is no sorry server`,
      help: "write sorry_server ADDRESS PORT",
      texts: [
        ...endpoint.texts,
        `Invalid sorry server IP address ${setting.words[0]?.text ?? ""} - skipping`,
      ],
    });
    return undefined;
  }
  const method = settings.last("sorry_server_lvs_method");
  const own = method ? readForwarding(context, { setting: method, server: "sorry" }) : undefined;
  const tunnel = readTunnel(method);
  return {
    address: endpoint.address,
    port: endpoint.port ?? 0,
    forwarding: own ?? forwarding,
    ...(tunnel ? { tunnel } : {}),
  };
}
