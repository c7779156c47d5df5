import { familyOf, type IpAddress } from "../../base/ip-address.ts";
import type { Destination, DestinationMethod, Service, ServiceKey, ServiceProtocol } from "../service.ts";
import { serviceKeyText } from "../service.ts";
import {
  type Counters,
  type DestinationCounters,
  noTraffic,
  type Session,
  type SessionTimeouts,
  type Traffic,
} from "../service-table.ts";
import type { ListFormat } from "./command.ts";
import { bigCounter, exactCounter } from "./counter-text.ts";
import { compareDestinations, compareServices } from "./sort.ts";
import { maskOfPrefix } from "./values.ts";

/** How addresses and ports are shown: as numbers or, without `-n`, by name. */
export interface Labels {
  host(address: IpAddress): string;
  port(port: number, protocol: ServiceProtocol): string;
}

/** What `-n` shows. */
export const numericLabels: Labels = { host: (address) => address, port: (port) => String(port) };

/** A listing: what to show and how. */
export interface Listing {
  readonly services: readonly Service[];
  readonly counters: Counters;
  readonly format: ListFormat;
  readonly sorted: boolean;
  readonly exact: boolean;
  readonly labels: Labels;
  /** The whole table, and then the version line comes first. */
  readonly whole: boolean;
}

const versionLine = "IP Virtual Server version 1.2.1 (size=4096)";
const methodNames: Readonly<Record<DestinationMethod, string>> = {
  masquerade: "Masq",
  route: "Route",
  tunnel: "Tunnel",
};
const methodOptions: Readonly<Record<DestinationMethod, string>> = {
  masquerade: "-m",
  route: "-g",
  tunnel: "-i",
};

/** `ipvsadm -L`, to the byte, with the blanks at line ends that scripts may count on. */
export function printListing(listing: Listing): string {
  const lines = [...(listing.whole ? [versionLine] : []), ...titles(listing.format)];
  const services = listing.sorted ? [...listing.services].sort(compareServices) : listing.services;
  for (const service of services) {
    lines.push(serviceRow(service, listing));
    for (const destination of inOrder(service, listing.sorted)) {
      lines.push(destinationRow(destination, { service, listing }));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `ipvsadm -S`: commands that make the same table. Thresholds are not saved, as in ipvsadm. */
export function printSaved(services: readonly Service[], labels: Labels): string {
  let text = "";
  for (const service of [...services].sort(compareServices)) {
    const name = savedKey(service.key, labels);
    text += `-A ${name} -s ${service.scheduler}${savedOptions(service)}\n`;
    for (const destination of inOrder(service, true)) {
      const real = endpoint(destination, { protocol: protocolOf(service.key), labels });
      const tunnel = savedTunnel(destination);
      text += `-a ${name} -r ${real} ${methodOptions[destination.method]} -w ${destination.weight}${tunnel}\n`;
    }
  }
  return text;
}

/** `ipvsadm -L -c`. With `persistence` the title has the columns of persistence engines. */
export function printSessions(
  sessions: Iterable<Session>,
  { labels, persistence }: { readonly labels: Labels; readonly persistence: boolean },
): string {
  const title = persistence
    ? `pro expire ${pad("state", 11)} ${pad("source", 18)} ${pad("virtual", 18)} ${pad("destination", 18)} ${pad("pe name", 16)} pe_data`
    : `pro expire ${pad("state", 11)} ${pad("source", 18)} ${pad("virtual", 18)} destination`;
  const lines = ["IPVS connection entries", title];
  for (const session of sessions) {
    const at = (address: IpAddress, port: number): string =>
      endpoint({ address, port }, { protocol: session.protocol, labels });
    const clock = `${twoDigits(Math.floor(session.expiresIn / 60))}:${twoDigits(session.expiresIn % 60)}`;
    const from = at(session.client, session.clientPort);
    const to = at(session.virtual, session.virtualPort);
    const real = at(session.real, session.realPort);
    const protocol = session.protocol.toUpperCase();
    lines.push(
      `${pad(protocol, 3)} ${pad(clock, 6)} ${pad(session.state, 11)} ${pad(from, 18)} ${pad(to, 18)} ${real}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** `ipvsadm -L --timeout`. */
export function printTimeouts({ tcp, tcpFin, udp }: SessionTimeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
}

function titles(format: ListFormat): readonly string[] {
  const wide = (names: readonly string[]): string[] => [
    pad("Prot LocalAddress:Port", 33) + names.map((name) => ` ${name.padStart(8)}`).join(""),
    "  -> RemoteAddress:Port",
  ];
  switch (format) {
    case "stats":
      return wide(["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"]);
    case "rate":
      return wide(["CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"]);
    case "thresholds":
      return columns([33, 10, 10, 10, 10], ["Uthreshold", "Lthreshold", "ActiveConn", "InActConn"]);
    case "persistent-conn":
      return columns([33, 9, 11, 10, 10], ["Weight", "PersistConn", "ActiveConn", "InActConn"]);
    case "tun-info":
      return [
        "Prot LocalAddress:Port Scheduler Flags",
        "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn",
      ];
    case "default":
      return [
        "Prot LocalAddress:Port Scheduler Flags",
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
      ];
  }
}

function columns(widths: readonly number[], names: readonly string[]): readonly string[] {
  const cells = ["Prot LocalAddress:Port", ...names].map((name, at) => pad(name, widths[at] ?? 0));
  return [cells.join(" "), "  -> RemoteAddress:Port"];
}

function serviceRow(service: Service, listing: Listing): string {
  const name = serviceName(service.key, listing.labels);
  if (listing.format !== "stats" && listing.format !== "rate") {
    return `${name} ${service.scheduler}${serviceFlags(service)}`;
  }
  const traffic = listing.counters.get(serviceKeyText(service.key))?.traffic ?? noTraffic;
  return pad(name, 33) + trafficCells(traffic, listing);
}

function destinationRow(
  destination: Destination,
  { service, listing }: { readonly service: Service; readonly listing: Listing },
): string {
  const { format, labels } = listing;
  const known = listing.counters.get(serviceKeyText(service.key))?.destinations;
  const counters = known?.find((at) => at.port === destination.port && at.address === destination.address);
  const full = endpoint(destination, { protocol: protocolOf(service.key), labels });
  const name = `  -> ${pad(familyOf(destination.address) === 4 ? full.slice(0, 28) : full, 28)}`;
  const cells = destinationCells(destination, { counters, format });
  if (cells !== undefined) return `${name} ${cells}`;
  return name + trafficCells(counters?.traffic ?? noTraffic, listing);
}

/** The columns after the name; undefined for the formats that show traffic. */
function destinationCells(
  destination: Destination,
  { counters, format }: { readonly counters: DestinationCounters | undefined; readonly format: ListFormat },
): string | undefined {
  const { method, weight, upperThreshold, lowerThreshold } = destination;
  const connections = `${pad(counters?.active ?? 0, 10)} ${pad(counters?.inactive ?? 0, 10)}`;
  switch (format) {
    case "default":
      return `${pad(methodNames[method], 7)} ${pad(weight, 6)} ${connections}`;
    case "tun-info":
      return `${pad(methodNames[method], 7)} ${pad(tunnelText(destination), 13)} ${pad(weight, 6)} ${connections}`;
    case "thresholds":
      return `${pad(upperThreshold, 10)} ${pad(lowerThreshold, 10)} ${connections}`;
    case "persistent-conn":
      return `${pad(weight, 9)} ${pad(counters?.persistent ?? 0, 11)} ${connections}`;
    default:
      return undefined;
  }
}

function trafficCells(traffic: Traffic, { exact }: Listing): string {
  const { connections, inPackets, outPackets, inBytes, outBytes } = traffic;
  return [connections, inPackets, outPackets, inBytes, outBytes]
    .map(exact ? exactCounter : bigCounter)
    .join("");
}

function tunnelText({ method, tunnel }: Destination): string {
  if (method !== "tunnel") return "n/a";
  const flag = { none: "-c", full: "+c", remote: "r+c" }[tunnel?.checksum ?? "none"];
  if (tunnel === undefined || tunnel.type === "ipip") return "ipip";
  return tunnel.type === "gue" ? `gue:${tunnel.port}:${flag}` : `gre:${flag}`;
}

function serviceName(key: ServiceKey, labels: Labels): string {
  // ipvsadm prints the unsigned mark as a signed number.
  if (key.kind === "fwmark") return `FWM  ${key.mark | 0}${key.family === 6 ? " IPv6" : ""}`;
  const name = `${pad(key.protocol.toUpperCase(), 4)} ${endpoint(key, { protocol: key.protocol, labels })}`;
  return familyOf(key.address) === 4 ? name.slice(0, 33) : name;
}

function serviceFlags(service: Service): string {
  const { schedulerFlags, persistence, onePacket, persistenceEngine } = service;
  const flags = schedulerFlags.length > 0 ? ` (${schedulerFlags.join(",")})` : "";
  const mask = maskText(service);
  const persistent =
    persistence === undefined
      ? ""
      : ` persistent ${persistence}${mask === undefined ? "" : ` mask ${mask}`}${persistenceEngine === undefined ? "" : ` pe ${persistenceEngine}`}`;
  return `${flags}${persistent}${onePacket ? " ops" : ""}`;
}

/** The mask when it is not that of a single host. */
function maskText({ key, persistencePrefix, persistenceMask }: Service): string | undefined {
  if (persistenceMask !== undefined) return persistenceMask;
  if (persistencePrefix === undefined) return undefined;
  const family = key.kind === "fwmark" ? key.family : familyOf(key.address);
  return family === 6 ? String(persistencePrefix) : maskOfPrefix(persistencePrefix);
}

function savedKey(key: ServiceKey, labels: Labels): string {
  if (key.kind === "fwmark") return `-f ${key.mark | 0}${key.family === 6 ? " -6" : ""}`;
  const option = { tcp: "-t", udp: "-u", sctp: "--sctp-service" }[key.protocol];
  return `${option} ${endpoint(key, { protocol: key.protocol, labels })}`;
}

function savedOptions(service: Service): string {
  const { persistence, persistenceEngine, onePacket, schedulerFlags } = service;
  const mask = persistence === undefined ? undefined : maskText(service);
  return [
    persistence === undefined ? "" : ` -p ${persistence}`,
    mask === undefined ? "" : ` -M ${mask}`,
    persistenceEngine === undefined ? "" : ` --pe ${persistenceEngine}`,
    onePacket ? " -o" : "",
    schedulerFlags.length > 0 ? ` -b ${schedulerFlags.join(",")}` : "",
  ].join("");
}

function savedTunnel({ method, tunnel }: Destination): string {
  if (method !== "tunnel") return "";
  const type = tunnel?.type ?? "ipip";
  const port = type === "gue" ? ` --tun-port ${tunnel?.port ?? 0}` : "";
  const option = { none: "--tun-nocsum", full: "--tun-csum", remote: "--tun-remcsum" };
  return ` --tun-type ${type}${port}${type === "ipip" ? "" : ` ${option[tunnel?.checksum ?? "none"]}`}`;
}

/** Destinations sorted, or in the kernel's order: the newest first. */
function inOrder(service: Service, sorted: boolean): readonly Destination[] {
  return sorted ? [...service.destinations].sort(compareDestinations) : [...service.destinations].reverse();
}

function endpoint(
  { address, port }: { readonly address: IpAddress; readonly port: number },
  { protocol, labels }: { readonly protocol: ServiceProtocol | undefined; readonly labels: Labels },
): string {
  const host = labels.host(address);
  const label = protocol === undefined ? String(port) : labels.port(port, protocol);
  return `${familyOf(address) === 6 ? `[${host}]` : host}:${label}`;
}

/** A mark's destinations have no protocol, so their ports have no names. */
function protocolOf(key: ServiceKey): ServiceProtocol | undefined {
  return key.kind === "address" ? key.protocol : undefined;
}

function pad(value: string | number, width: number): string {
  return String(value).padEnd(width);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
