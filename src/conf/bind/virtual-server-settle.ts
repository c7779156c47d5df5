import { familyOf } from "../../base/ip-address.ts";
import type {
  ForwardingMethod,
  RealServer,
  SorryServer,
  TransportProtocol,
  VirtualServer,
} from "../model/virtual-server.ts";
import type { GroupVirtualServer } from "../model/virtual-server-group.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, type Finding, type Place, placeOf, tell } from "./context.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./virtual-server.ts";

interface Settling {
  readonly directive: Directive;
  readonly target: Target;
  readonly protocol: TransportProtocol | undefined;
  readonly settings: Settings;
  readonly schedulerGiven: boolean;
  readonly forwardingGiven: boolean;
  readonly draft: VirtualServer;
}

/** `persistence_timeout` without a number, in seconds. */
export const DEFAULT_PERSISTENCE = 360;

type Teller = (keyword: string, finding: Finding & { readonly texts: readonly string[] }) => void;

/**
 * Fits the values of a virtual server to one another as keepalived does after reading. Undefined for a service without
 * any server, which does not come into being. One of a group (not run in this version) stays as written.
 */
export function settleVirtualServer(
  outer: BindContext,
  from: Settling,
): VirtualServer | GroupVirtualServer | undefined {
  const { draft, settings, target } = from;
  const defaulted = target.kind === "address" && from.protocol === undefined;
  const context = defaulted ? { ...outer, owner: outer.owner.replace(":none:", ":udp:") } : outer;
  const name = context.owner;
  const late: Teller = (keyword, finding) => {
    const setting = settings.last(keyword);
    const place: Place = setting ? placeOf(setting.directive) : placeOf(from.directive);
    tell(context, place, { ...finding, stage: "checker-end" });
  };
  if (draft.realServers.length === 0 && !draft.sorryServer) {
    late("real_server", {
      code: "no-real-server",
      severity: "error",
      message: "this virtual server has no real server, so it is left out",
      help: "add real_server ADDRESS PORT { ... }",
      texts: [`Virtual server ${outer.owner} has no real servers - ignoring`],
    });
    return undefined;
  }
  tellMissing(late, from, name);
  if (target.kind === "group") {
    tell(context, placeOf(from.directive), {
      code: "not-yet-supported",
      severity: "warning",
      message: "a virtual_server of a group is accepted but has no effect in this version of locum",
      help: "write one virtual_server block for each address of the group",
    });
    const { key: _key, ...service } = draft;
    return { ...service, group: target.name, protocol: from.protocol ?? "udp" };
  }
  checkHashFlags(context, from);
  const quorum = settleQuorum(late, draft, name);
  const persistence = settlePersistence(late, from, name);
  const { sorryServer: written, ...rest } = draft;
  const sorryServer = written ? settleSorryPort(late, from, written) : undefined;
  return {
    ...rest,
    ...quorum,
    ...persistence,
    onePacket: settleOnePacket(late, from, name),
    realServers: draft.realServers.map((server) => settlePort(context, { server, from })),
    ...(sorryServer ? { sorryServer } : {}),
  };
}

function tellMissing(late: Teller, from: Settling, name: string): void {
  const { target, protocol, schedulerGiven, forwardingGiven } = from;
  if (target.kind === "address" && protocol === undefined) {
    late("protocol", {
      code: "protocol-not-set",
      severity: "warning",
      message: "no protocol is set, so UDP counts",
      help: "add protocol TCP (or UDP, SCTP)",
      texts: [`Virtual server ${name.replace(":udp:", ":none:")}: no protocol set - defaulting to UDP`],
    });
  }
  if (target.kind === "fwmark" && protocol !== undefined) {
    late("protocol", {
      code: "protocol-with-fwmark",
      severity: "warning",
      message: "a service of a firewall mark has no protocol of its own, so the line has no effect",
      help: "remove the protocol line",
      texts: [`Warning: Virtual server ${name}: protocol specified for fwmark - protocol will be ignored`],
    });
  }
  if (!schedulerGiven) {
    late("lb_algo", {
      code: "scheduler-not-set",
      severity: "warning",
      message: "no scheduler is set, so wlc counts",
      help: "add lb_algo wlc, or the scheduler you want",
      texts: [`Virtual server ${name}: no scheduler set, setting default 'wlc'`],
    });
  }
  if (!forwardingGiven) {
    late("lb_kind", {
      code: "forwarding-not-set",
      severity: "warning",
      message: "no forwarding method is set, so NAT counts",
      help: "add lb_kind NAT (or DR, TUN)",
      texts: [`Virtual server ${name}: no forwarding method set, setting default NAT`],
    });
  }
}

/** Flags of the hashing schedulers count only after the scheduler they belong to. */
function checkHashFlags(context: BindContext, from: Settling): void {
  const flags = { sh: ["hashed", "sh-port", "sh-fallback"], mh: ["mh-port", "mh-fallback"] };
  for (const [scheduler, keywords] of Object.entries(flags)) {
    if (from.draft.scheduler === scheduler) continue;
    for (const setting of keywords.flatMap((keyword) => from.settings.every(keyword))) {
      tell(context, placeOf(setting.directive), {
        code: "flag-of-another-scheduler",
        severity: "warning",
        message: `${setting.keyword.name} belongs to the scheduler ${scheduler}, but this service uses ${from.draft.scheduler}, so it has no effect`,
        help: `remove it, or write lb_algo ${scheduler} before it`,
        texts: [`${setting.keyword.name} only applies to ${scheduler} scheduler - ignoring`],
      });
    }
  }
}

/** A service for every port must be persistent, or one client's connections would part; keepalived makes it so. */
function settlePersistence(
  late: Teller,
  from: Settling,
  name: string,
): Pick<VirtualServer, "persistenceTimeout"> {
  const { persistenceTimeout, key } = from.draft;
  if (persistenceTimeout !== undefined) return { persistenceTimeout };
  if (key.kind !== "address" || key.port !== 0) return {};
  late("persistence_timeout", {
    code: "port-zero-without-persistence",
    severity: "warning",
    message: `the virtual server ${key.address} answers for every port but is not persistent; it is made so, for ${DEFAULT_PERSISTENCE} s`,
    help: "write the port, or add persistence_timeout SECONDS",
    texts: [`Virtual server ${name}: zero port only valid for persistent services - setting`],
  });
  return { persistenceTimeout: DEFAULT_PERSISTENCE };
}

function settleOnePacket(late: Teller, from: Settling, name: string): boolean {
  if (!from.draft.onePacket) return false;
  const udp = from.target.kind !== "address" || (from.protocol ?? "udp") === "udp";
  if (udp) return true;
  late("ops", {
    code: "ops-without-udp",
    severity: "warning",
    message: "one-packet scheduling is for UDP only, so ops has no effect",
    help: "remove ops, or write protocol UDP",
    texts: [`Virtual server ${name}: one packet scheduling requires UDP - resetting`],
  });
  return false;
}

/** keepalived lowers a quorum that can never be reached and clears a hysteresis that is not below it. */
function settleQuorum(
  late: Teller,
  draft: VirtualServer,
  name: string,
): Pick<VirtualServer, "quorum" | "hysteresis"> {
  let { quorum, hysteresis } = draft;
  const total = draft.realServers.reduce((sum, server) => sum + server.weight, 0);
  if (quorum > total && draft.realServers.length > 0) {
    late("quorum", {
      code: "quorum-unreachable",
      severity: "warning",
      message: `the quorum is ${quorum}, but all real servers together weigh ${total}, which counts instead`,
      help: `write quorum ${total} or less, or raise the weights`,
      texts: [
        `Warning - quorum ${quorum} for ${name} exceeds total weight of real servers ${total}, reducing quorum to ${total}`,
      ],
    });
    quorum = Math.max(1, total);
  }
  if (hysteresis >= quorum && hysteresis > 0) {
    late("hysteresis", {
      code: "hysteresis-too-large",
      severity: "warning",
      message: `the hysteresis is ${hysteresis}, but it must be less than the quorum ${quorum}; 0 counts instead`,
      help: `write a hysteresis below ${quorum}`,
      texts: [
        `Virtual server ${name}: hysteresis ${hysteresis} >= quorum ${quorum}; setting hysteresis to 0`,
      ],
    });
    hysteresis = 0;
  }
  return { quorum, hysteresis };
}

/** Without a port a real server has that of its service; only NAT can change it. */
function settlePort(
  context: BindContext,
  settling: { readonly server: RealServer; readonly from: Settling },
): RealServer {
  const { server, from } = settling;
  const { target } = from;
  if (target.kind !== "address") return settleFwmarkPort(context, settling);
  const { port } = target.endpoint;
  if (server.port === 0 || server.port === port) return { ...server, port };
  if (port === 0 || server.forwarding === "nat") return server;
  tell(context, placeOf(from.directive), {
    code: "port-mapping-without-nat",
    severity: "warning",
    message: `the real server ${server.address} on line ${server.at.line} has port ${server.port}, but ${server.forwarding.toUpperCase()} cannot change the port ${port}, which counts instead`,
    help: `write port ${port}, or use lb_kind NAT; to check another port, use connect_port in the check`,
    related: [{ message: "the real server", span: { ...server.at, column: 1, endColumn: 1 } }],
    texts: [
      `WARNING - virtual server ${context.owner} and real server [${server.address}]:${protocolOf(context)}:${server.port} ports don't match - resetting`,
    ],
    stage: "checker-end",
  });
  return { ...server, port };
}

function settleFwmarkPort(
  context: BindContext,
  settling: { readonly server: RealServer; readonly from: Settling },
): RealServer {
  const { server, from } = settling;
  if (server.port === 0 || server.forwarding === "nat") return server;
  tell(context, placeOf(from.directive), {
    code: "port-with-fwmark",
    severity: "warning",
    message: `the real server ${server.address} on line ${server.at.line} has port ${server.port}, but a service of a firewall mark keeps the port of each packet`,
    help: "remove the port; to check a port, use connect_port in the check",
    texts: [
      `WARNING - fwmark virtual server ${context.owner}, real server [${server.address}]:none:${server.port} has port specified - clearing`,
    ],
    stage: "checker-end",
  });
  return { ...server, port: 0 };
}

function protocolOf(context: BindContext): string {
  return context.owner.split(":").at(-2) ?? "none";
}

function settleSorryPort(late: Teller, from: Settling, sorry: SorryServer): SorryServer | undefined {
  const { target } = from;
  const method: ForwardingMethod = sorry.forwarding;
  if (target.kind !== "address") return sorry;
  if (familyOf(sorry.address) !== familyOf(target.endpoint.address) && method !== "tun") {
    late("sorry_server", {
      code: "mixed-families",
      severity: "error",
      message: `the sorry server ${sorry.address} is not of the family of its virtual server ${target.endpoint.address}, so there is none`,
      help: "use a sorry server of the same family",
      texts: ["Address family of virtual server and sorry server  don't match - skipping sorry server."],
    });
    return undefined;
  }
  const { port } = target.endpoint;
  if (sorry.port === 0 || sorry.port === port) return { ...sorry, port };
  if (method === "nat" || port === 0) return sorry;
  late("sorry_server", {
    code: "port-mapping-without-nat",
    severity: "warning",
    message: `the sorry server has port ${sorry.port}, but ${method.toUpperCase()} cannot change the port ${port}, which counts instead`,
    help: `write port ${port}, or set sorry_server_lvs_method NAT`,
    texts: [
      `WARNING - virtual server [${target.endpoint.address}]:${from.protocol ?? "udp"}:${port} and sorry server ports don't match - resetting`,
    ],
  });
  return { ...sorry, port };
}
