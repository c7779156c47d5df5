import { networkInterfaces } from "node:os";
import { familyOf, ipv4Number } from "../base/ip-address.ts";
import { missingSchedulers, schedulers } from "../forward/schedule/schedulers.ts";
import type { Destination, ServiceDefinition, ServiceRefusal } from "../forward/service.ts";

/** Why the built-in forwarder does not take a service; undefined when it does. Nothing is silently left out. */
export function refuseService(service: ServiceDefinition): ServiceRefusal | undefined {
  const { key, scheduler } = service;
  if (!schedulers.has(scheduler) && !missingSchedulers.has(scheduler)) {
    return { errno: "ENOENT", message: `There is no scheduler "${scheduler}"` };
  }
  if (!schedulers.has(scheduler)) {
    return unsupported(
      `has no scheduler "${scheduler}" yet; it has ${[...schedulers.keys()].join(", ")}: name one of these with -s`,
    );
  }
  if (key.kind === "fwmark") return unsupported("takes no firewall mark services yet; use -t or -u");
  if (key.protocol === "sctp") return unsupported("takes no SCTP services yet; use -t or -u");
  if (familyOf(key.address) === 6) return unsupported("takes no IPv6 services yet");
  if (service.persistence !== undefined) return unsupported("has no persistence yet; leave out -p");
  if (service.persistenceEngine !== undefined)
    return unsupported("has no persistence engines; leave out --pe");
  if (service.onePacket) return unsupported("has no one-packet scheduling yet; leave out -o");
  return undefined;
}

/** Why the built-in forwarder does not take a destination; undefined when it does. */
export function refuseDestination(destination: Destination): ServiceRefusal | undefined {
  const { address, weight, upperThreshold, lowerThreshold } = destination;
  const name = `${address}:${destination.port}`;
  if (weight < 0 || lowerThreshold > upperThreshold) {
    return {
      errno: "ERANGE",
      message: `Destination ${name} has weight ${weight}, lower threshold ${lowerThreshold} and upper threshold ${upperThreshold}; the lower may not exceed the upper`,
    };
  }
  if (familyOf(address) === 6) return unsupported("takes no IPv6 real servers yet");
  if (destination.method === "tunnel") return unsupported("has no tunnelling yet; use -m or -g");
  if (!isUnicast(address)) return { errno: "EINVAL", message: `Address ${address} is not unicast` };
  return undefined;
}

function unsupported(what: string): ServiceRefusal {
  return { errno: "EOPNOTSUPP", message: `The built-in forwarder ${what}` };
}

/** Local addresses count; 0.0.0.0, multicast and broadcast, that of an attached network included, do not. */
function isUnicast(address: Destination["address"]): boolean {
  const number = ipv4Number(address);
  if (number === 0 || number >>> 28 >= 14) return false;
  return !Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ family, cidr }) => family === "IPv4" && cidr !== null && isBroadcastOf(cidr, number));
}

function isBroadcastOf(cidr: string, number: number): boolean {
  const [network = "", length = "32"] = cidr.split("/");
  const hostBits = 32 - Number(length);
  if (hostBits < 2) return false;
  const hosts = 2 ** hostBits - 1;
  return (ipv4Number(network as Destination["address"]) | hosts) >>> 0 === number;
}
