import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type IpAddress, parseIpAddress } from "../base/ip-address.ts";
import type { NameResolver } from "../forward/ipvsadm/command.ts";
import type { Labels } from "../forward/ipvsadm/print.ts";
import type { ServiceProtocol } from "../forward/service.ts";

/** This host's names for addresses (through getent, so nsswitch.conf is obeyed) and ports (/etc/services). */
export const systemNames: NameResolver = {
  host(name) {
    // A word with such a character is no host name, and getent would take a leading dash for an option.
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return undefined;
    const { stdout } = spawnSync("getent", ["ahostsv4", name], { encoding: "utf8" });
    const address = parseIpAddress(stdout?.split(/\s/)[0] ?? "");
    return address.ok ? address.value : undefined;
  },
  port: (name, protocol) =>
    ports().find((entry) => entry.protocol === protocol && entry.names.includes(name))?.port,
};

/** The names for one listing; each address is looked up once. */
export function systemLabels(): Labels {
  const known = new Map<IpAddress, string>();
  return {
    host(address) {
      const name = known.get(address) ?? hostName(address) ?? address;
      known.set(address, name);
      return name;
    },
    port: (port, protocol) =>
      ports().find((entry) => entry.port === port && entry.protocol === protocol)?.names[0] ?? String(port),
  };
}

function hostName(address: IpAddress): string | undefined {
  const { stdout, status } = spawnSync("getent", ["hosts", address], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(/\s+/)[1] : undefined;
}

interface PortEntry {
  readonly port: number;
  readonly protocol: ServiceProtocol;
  readonly names: readonly string[];
}

let entries: readonly PortEntry[] | undefined;

function ports(): readonly PortEntry[] {
  entries ??= readServices();
  return entries;
}

function readServices(): readonly PortEntry[] {
  let text = "";
  try {
    text = readFileSync("/etc/services", "utf8");
  } catch {
    return []; // a host without the file knows no names
  }
  return text.split("\n").flatMap((line) => {
    const match = /^(\S+)\s+(\d+)\/(tcp|udp|sctp)\b([^#]*)/.exec(line);
    if (match === null) return [];
    const [, name = "", port, protocol, aliases = ""] = match;
    const names = [name, ...aliases.split(/\s+/).filter((alias) => alias !== "")];
    return [{ port: Number(port), protocol: protocol as ServiceProtocol, names }];
  });
}
