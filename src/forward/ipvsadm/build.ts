import { familyOf, type IpAddress } from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { Destination, ServiceDefinition, ServiceKey, Tunnel } from "../service.ts";
import type { IpvsadmCommand, IpvsadmFailure, ListFormat } from "./command.ts";
import type { Gathered } from "./gathered.ts";
import { parseSchedulerFlags } from "./scheduler-flags.ts";
import { parseNumber, prefixOfMask } from "./values.ts";
import {
  commandNames,
  type OptionName,
  optionNames,
  type Permission,
  permissions,
  tunnelPermissions,
} from "./vocabulary.ts";

type Built = Result<IpvsadmCommand, IpvsadmFailure>;

const tunnelOptions: readonly OptionName[] = ["tunType", "tunPort", "tunNocsum", "tunCsum", "tunRemcsum"];
const maxTimeout = 2_678_400;

/** Turns gathered options into a command when they fit together; the checks and their order are ipvsadm's. */
export function buildCommand(gathered: Gathered): Built {
  const { command, options, rest } = gathered;
  const scheduler = gathered.scheduler ?? "wlc";
  if (command !== "set" && rest.length > 0) return refuse(`unexpected argument ${rest[0]}`);
  const timeouts = command === "set" ? parseTimeouts(rest) : undefined;
  if (timeouts?.ok === false) return timeouts;
  const flags = gathered.flags === undefined ? ok([]) : parseSchedulerFlags(gathered.flags, { scheduler });
  if (!flags.ok) return refuse(flags.error);
  const illegal = checkOptions(options, {
    allowed: permissions[command],
    among: Object.keys(optionNames) as OptionName[],
    where: `'${commandNames[command]}' command`,
    preposition: "with the",
  });
  if (illegal !== undefined) return refuse(illegal);
  switch (command) {
    case "addService":
    case "editService":
      return buildService(gathered, { scheduler, flags: flags.value });
    case "deleteService":
      return change({ kind: "delete-service", key: serviceOf(gathered) });
    case "addServer":
    case "editServer":
    case "deleteServer":
      return buildServer(gathered);
    case "flush":
      return change({ kind: "flush" });
    case "list":
      return buildList(gathered);
    case "zero":
      return ok({ kind: "zero", ...(gathered.service === undefined ? {} : { service: gathered.service }) });
    case "save":
      return ok({ kind: "save", numeric: options.has("numeric") });
    case "restore":
      return ok({ kind: "restore" });
    case "set":
      return timeouts ?? refuse("--set option requires 3 timeout values");
    case "startDaemon":
      return ok({ kind: "start-daemon", role: gathered.role ?? "master" });
    case "stopDaemon":
      return ok({ kind: "stop-daemon", role: gathered.role ?? "master" });
  }
}

function change(op: Extract<IpvsadmCommand, { kind: "change" }>["op"]): Built {
  return ok({ kind: "change", op });
}

interface Table {
  readonly allowed: Readonly<Partial<Record<OptionName, Permission>>>;
  readonly among: readonly OptionName[];
  readonly where: string;
  readonly preposition: string;
}

/** Goes through the columns in order; the first that breaks the table gives the text. */
function checkOptions(options: ReadonlySet<OptionName>, table: Table): string | undefined {
  let chosen: OptionName | undefined;
  for (const option of table.among) {
    const permission = table.allowed[option];
    const name = optionNames[option];
    if (!options.has(option)) {
      if (permission === "required") return `You need to supply the '${name}' option for the ${table.where}`;
      continue;
    }
    if (permission === undefined) return `Illegal '${name}' option ${table.preposition} ${table.where}`;
    if (permission !== "exclusive") continue;
    if (chosen !== undefined) {
      return `The option '${name}' conflicts with the '${optionNames[chosen]}' option in the ${table.where}`;
    }
    chosen = option;
  }
  return undefined;
}

function parseTimeouts(words: readonly string[]): Built {
  const values: number[] = [];
  for (const word of words.slice(0, 3)) {
    const value = parseNumber(word, { min: 0, max: maxTimeout });
    if (value === undefined) return refuse(`invalid timeout value \`${word}' specified`);
    values.push(value);
  }
  const [tcp, tcpFin, udp] = values;
  if (tcp === undefined || tcpFin === undefined || udp === undefined) {
    return refuse("--set option requires 3 timeout values");
  }
  if (words.length > 3) return refuse(`unexpected argument ${words[3]}`);
  return ok({ kind: "set-timeouts", timeouts: { tcp, tcpFin, udp } });
}

function buildService(
  gathered: Gathered,
  { scheduler, flags }: { readonly scheduler: string; readonly flags: readonly string[] },
): Built {
  const key = serviceOf(gathered);
  const onePacket = gathered.options.has("ops");
  if (key.kind === "address") {
    if (key.port === 0 && gathered.persistence === undefined) {
      return refuse("Zero port specified for non-persistent service");
    }
    if (onePacket && key.protocol !== "udp") {
      return refuse("One-Packet Scheduling is only for UDP virtual services");
    }
  }
  const service: ServiceDefinition = {
    key,
    scheduler,
    schedulerFlags: flags,
    onePacket,
    ...(gathered.persistence === undefined ? {} : { persistence: gathered.persistence }),
    ...maskOf(gathered.mask),
    ...(gathered.engine === undefined ? {} : { persistenceEngine: gathered.engine }),
  };
  return change({ kind: gathered.command === "addService" ? "add-service" : "edit-service", service });
}

function maskOf(
  mask: IpAddress | number | undefined,
): Pick<ServiceDefinition, "persistencePrefix" | "persistenceMask"> {
  if (mask === undefined || mask === 128) return {};
  if (typeof mask === "number") return { persistencePrefix: mask };
  const prefix = prefixOfMask(mask);
  if (prefix === 32) return {};
  return prefix === undefined ? { persistenceMask: mask } : { persistencePrefix: prefix };
}

function buildServer(gathered: Gathered): Built {
  const { command, options } = gathered;
  const key = serviceOf(gathered);
  const method = gathered.method ?? "route";
  const real = gathered.real;
  if (real === undefined) return refuse("illegal real server address[:port] specified");
  const family = key.kind === "fwmark" ? key.family : familyOf(key.address);
  if (command !== "deleteServer") {
    if (familyOf(real.address) !== family && method !== "tunnel") {
      return refuse("Different address family is allowed only for tunneling servers");
    }
    const illegal = checkTunnel(gathered, { tunnelled: method === "tunnel" });
    if (illegal !== undefined) return refuse(illegal);
  }
  // Without rewriting, the port cannot change: ipvsadm silently takes the service's.
  const forced = key.kind === "address" && method !== "masquerade" && command !== "deleteServer";
  const port = forced ? key.port : (real.port ?? gathered.portAtReal ?? 0);
  if (command === "deleteServer") {
    return change({ kind: "delete-destination", key, address: real.address, port });
  }
  const destination: Destination = {
    address: real.address,
    port,
    method,
    weight: gathered.weight ?? 1,
    upperThreshold: gathered.upper ?? 0,
    lowerThreshold: gathered.lower ?? 0,
    ...(method === "tunnel" ? { tunnel: tunnelOf(gathered) } : {}),
  };
  return change({
    kind: options.has("server") && command === "addServer" ? "add-destination" : "edit-destination",
    key,
    destination,
  });
}

function checkTunnel(gathered: Gathered, { tunnelled }: { readonly tunnelled: boolean }): string | undefined {
  const { options } = gathered;
  if (!tunnelled) {
    return tunnelOptions.some((option) => options.has(option))
      ? "Tunnel options conflict with forward method"
      : undefined;
  }
  const type = gathered.tunnelType ?? "ipip";
  return checkOptions(options, {
    allowed: tunnelPermissions[type],
    among: tunnelOptions.filter((option) => option !== "tunType"),
    where: `'${type}' tunnel type`,
    preposition: "with the",
  });
}

function tunnelOf({ options, tunnelType = "ipip", tunnelPort = 0 }: Gathered): Tunnel {
  const checksum = options.has("tunCsum") ? "full" : options.has("tunRemcsum") ? "remote" : "none";
  return { type: tunnelType, port: tunnelPort, checksum };
}

function buildList(gathered: Gathered): Built {
  const { options, service } = gathered;
  const has = (...names: OptionName[]): boolean => names.some((name) => options.has(name));
  const about = has("timeout", "daemon");
  if (
    ((has("connection") || about) && has("stats", "rate", "thresholds")) ||
    (about && has("persistentConn"))
  ) {
    return refuse("options conflicts in the list command");
  }
  const numeric = has("numeric");
  if (has("connection")) {
    return ok({ kind: "list-connections", numeric, persistence: has("persistentConn") });
  }
  if (has("timeout")) return ok({ kind: "list-timeouts" });
  if (has("daemon")) return ok({ kind: "list-daemons" });
  return ok({
    kind: "list",
    ...(service === undefined ? {} : { service }),
    format: formatOf(options),
    numeric,
    sorted: !has("nosort"),
    exact: has("exact"),
  });
}

function formatOf(options: ReadonlySet<OptionName>): ListFormat {
  if (options.has("stats")) return "stats";
  if (options.has("rate")) return "rate";
  if (options.has("thresholds")) return "thresholds";
  if (options.has("persistentConn")) return "persistent-conn";
  return options.has("tunInfo") ? "tun-info" : "default";
}

function serviceOf({ service }: Gathered): ServiceKey {
  // The table of permissions demands it of every command that comes here.
  if (service === undefined) throw new TypeError("a command that needs a service came without one");
  return service;
}

function refuse(text: string): Result<never, IpvsadmFailure> {
  return failed({ text: `${text}\n`, code: 2 });
}
