import { type AddressFamily, familyOf, type IpAddress } from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { ServiceKey, ServiceProtocol } from "../service.ts";
import { buildCommand } from "./build.ts";
import type { IpvsadmCommand, IpvsadmFailure, NameResolver } from "./command.ts";
import type { Gathered } from "./gathered.ts";
import { type Scanned, scan } from "./scan.ts";
import { maxInt, parseEndpoint, parseIpv4, parseNumber } from "./values.ts";
import {
  type CommandName,
  commandNames,
  type OptionName,
  optionNames,
  type SwitchName,
  type TunnelType,
  tunnelPermissions,
} from "./vocabulary.ts";

type Draft = { -readonly [Key in keyof Gathered]: Gathered[Key] } & { options: Set<OptionName> };

class Refusal extends Error {
  readonly failure: IpvsadmFailure;
  constructor(text: string, code = 2) {
    super(text);
    this.failure = { text: `${text}\n`, code };
  }
}

const tryHelp = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

/**
 * Understands an ipvsadm command line (the words after the program's name) as ipvsadm 1.31 does, with its texts and
 * exit codes. No words at all mean `-L`.
 */
export function parseIpvsadm(
  words: readonly string[],
  { names }: { readonly names: NameResolver },
): Result<IpvsadmCommand, IpvsadmFailure> {
  try {
    const { found, rest } = scan(words.length === 0 ? ["-L"] : words);
    const first = found[0];
    if (first?.kind !== "switch") throw new Refusal(tryHelp, 255);
    if (first.name === "help" || first.name === "version") return ok({ kind: first.name });
    if (!isCommand(first.name)) throw new Refusal(tryHelp, 255);
    const draft: Draft = { command: first.name, options: new Set(), rest };
    if (first.value !== undefined) draft.role = parseRole(first.name, first.value);
    for (const option of found.slice(1)) take(draft, { option, names });
    return buildCommand(draft);
  } catch (error) {
    if (error instanceof Refusal) return failed(error.failure);
    throw error;
  }
}

function isCommand(name: SwitchName): name is CommandName {
  return Object.hasOwn(commandNames, name);
}

function parseRole(command: CommandName, value: string): "master" | "backup" {
  if (value === "master" || value === "backup") return value;
  throw new Refusal(
    command === "startDaemon" ? "illegal start-daemon parameter specified" : "illegal start_daemon specified",
  );
}

/** Marks an option as given; ipvsadm takes each once. */
function once(draft: Draft, option: OptionName): void {
  if (draft.options.has(option)) throw new Refusal(`multiple '${optionNames[option]}' options specified`);
  draft.options.add(option);
}

function take(
  draft: Draft,
  { option, names }: { readonly option: Scanned; readonly names: NameResolver },
): void {
  if (option.kind !== "switch") {
    throw new Refusal(
      `${option.word}: ${option.kind === "unknown" ? "unknown option" : "missing argument"}`,
      255,
    );
  }
  const { name, word, value = "" } = option;
  if (isCommand(name) || name === "help" || name === "version")
    throw new Refusal(`invalid option \`${word}'`);
  switch (name) {
    case "tcp":
    case "udp":
    case "sctp":
      once(draft, "service");
      takeService(draft, { text: value, protocol: name, names });
      return;
    case "fwmark":
      once(draft, "service");
      draft.service = { kind: "fwmark", mark: fwmark(value), family: 4 };
      return;
    case "ipv6":
      takeIpv6(draft);
      return;
    case "realServer":
      once(draft, "server");
      takeReal(draft, { text: value, names });
      return;
    case "gatewaying":
    case "masquerading":
    case "ipip":
      once(draft, "forward");
      draft.method = name === "gatewaying" ? "route" : name === "ipip" ? "tunnel" : "masquerade";
      return;
    case "sort":
      return;
    case "persistent":
      once(draft, "persistent");
      draft.persistence = option.value === undefined ? 360 : seconds(value);
      return;
    default:
      once(draft, name);
      takeValue(draft, { name, value });
  }
}

/** Options whose column has their own name. */
function takeValue(
  draft: Draft,
  { name, value }: { readonly name: OptionName; readonly value: string },
): void {
  const number = (min: number, max: number, text = `illegal ${optionNames[name]} specified`): number =>
    wanted(parseNumber(value, { min, max }), text);
  switch (name) {
    case "scheduler":
      draft.scheduler = value.slice(0, 15);
      return;
    case "netmask":
      draft.mask = netmask(draft, value);
      return;
    case "pe":
      draft.engine = value;
      return;
    case "schedFlags":
      draft.flags = value;
      return;
    case "weight":
      draft.weight = number(0, maxInt);
      return;
    case "upperThreshold":
      draft.upper = number(0, maxInt, "illegal u_threshold specified");
      return;
    case "lowerThreshold":
      draft.lower = number(0, maxInt, "illegal l_threshold specified");
      return;
    case "tunType":
      if (!isTunnelType(value)) throw new Refusal("illegal tunnel type specified");
      draft.tunnelType = value;
      return;
    case "tunPort":
      draft.tunnelPort = number(1, 65_535, "illegal tunnel port specified");
      return;
    case "syncid":
      number(0, 255);
      return;
    case "mcastGroup":
      checkGroup(value);
      return;
    case "mcastPort":
      number(1, 65_535);
      return;
    case "mcastTtl":
      number(1, 255);
      return;
    case "syncMaxlen":
      number(1, 65_507);
      return;
    default:
      return;
  }
}

function takeService(
  draft: Draft,
  from: { readonly text: string; readonly protocol: ServiceProtocol; readonly names: NameResolver },
): void {
  const endpoint = wanted(parseEndpoint(from.text, from), "illegal virtual server address[:port] specified");
  const { address, port = 0 } = endpoint;
  draft.service = { kind: "address", protocol: from.protocol, address, port };
  if (familyOf(address) === 6) draft.mask = undefined;
}

function takeReal(draft: Draft, from: { readonly text: string; readonly names: NameResolver }): void {
  const protocol = draft.service?.kind === "address" ? draft.service.protocol : "tcp";
  draft.real = wanted(
    parseEndpoint(from.text, { protocol, names: from.names }),
    "illegal real server address[:port] specified",
  );
  draft.portAtReal = draft.service?.kind === "address" ? draft.service.port : 0;
}

function takeIpv6(draft: Draft): void {
  if (draft.service?.kind !== "fwmark") throw new Refusal("-6 used before -f\n");
  draft.service = { ...draft.service, family: 6 };
  draft.mask = undefined;
}

function fwmark(text: string): number {
  return wanted(
    parseNumber(text, { min: 1, max: 4_294_967_295 }),
    `invalid fwmark value \`${text}' specified`,
  );
}

function seconds(text: string): number {
  return wanted(parseNumber(text, { min: 1, max: 2_678_400 }), `invalid timeout value \`${text}' specified`);
}

function netmask(draft: Draft, text: string): IpAddress | number {
  if (familyOfService(draft.service) === 4) {
    return wanted(parseIpv4(text), "illegal virtual server persistent mask specified");
  }
  return wanted(parseNumber(text, { min: 1, max: 128 }), "illegal ipv6 netmask specified");
}

function familyOfService(service: ServiceKey | undefined): AddressFamily {
  if (service === undefined) return 4;
  return service.kind === "fwmark" ? service.family : familyOf(service.address);
}

function checkGroup(text: string): void {
  if (text.includes(":")) {
    if (!/^ff/i.test(text)) throw new Refusal(`invalid IPv6 mcast-group \`${text}'`);
    return;
  }
  const first = Number(parseIpv4(text)?.split(".")[0] ?? 0);
  if (first < 224 || first > 239) throw new Refusal(`invalid IPv4 mcast-group \`${text}'`);
}

function isTunnelType(text: string): text is TunnelType {
  return Object.hasOwn(tunnelPermissions, text);
}

function wanted<Value>(value: Value | undefined, text: string): Value {
  if (value === undefined) throw new Refusal(text);
  return value;
}
