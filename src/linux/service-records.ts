import { type IpAddress, ipAddressBytes, ipAddressFromBytes } from "../base/ip-address.ts";
import {
  type DestinationKeyRecord,
  type DestinationRecord,
  methodNumbers,
  protocolNumbers,
  type ServiceKeyRecord,
} from "../bpf/layout.ts";
import type { Destination, DestinationMethod, ServiceKey, ServiceProtocol } from "../forward/service.ts";

/** A service's key as the maps hold it. */
export function serviceKeyRecord(key: ServiceKey): ServiceKeyRecord {
  if (key.kind === "fwmark") {
    return { address: new Uint8Array(16), mark: key.mark, port: 0, protocol: 0, family: key.family };
  }
  return {
    address: addressRecord(key.address),
    mark: 0,
    port: key.port,
    protocol: protocolNumbers[key.protocol],
    family: key.address.includes(":") ? 6 : 4,
  };
}

/** The other way round. */
export function serviceKeyOf(record: ServiceKeyRecord): ServiceKey {
  if (record.mark !== 0) {
    return { kind: "fwmark", mark: record.mark, family: record.family === 6 ? 6 : 4 };
  }
  return {
    kind: "address",
    protocol: protocolOf(record.protocol),
    address: addressOf(record.address, record.family),
    port: record.port,
  };
}

/** What identifies a destination of a service in the maps. */
export function destinationKeyRecord(
  key: ServiceKey,
  destination: { readonly address: IpAddress; readonly port: number },
): DestinationKeyRecord {
  return {
    owner: serviceKeyRecord(key),
    address: addressRecord(destination.address),
    port: destination.port,
    family: destination.address.includes(":") ? 6 : 4,
  };
}

/** A destination as the maps hold it, in the table and not in the bin. */
export function destinationRecord(key: ServiceKey, destination: Destination): DestinationRecord {
  const { owner, address, port, family } = destinationKeyRecord(key, destination);
  return {
    owner,
    address,
    weight: destination.weight,
    upper_threshold: destination.upperThreshold,
    lower_threshold: destination.lowerThreshold,
    flags: 0,
    port,
    method: methodNumbers[destination.method],
    family,
    spare: 0,
    removed_at: 0n,
  };
}

/** The other way round. */
export function destinationOf(record: DestinationRecord): Destination {
  return {
    address: addressOf(record.address, record.family),
    port: record.port,
    method: methodOf(record.method),
    weight: record.weight,
    upperThreshold: record.upper_threshold,
    lowerThreshold: record.lower_threshold,
  };
}

/** The address in a map's 16 bytes. */
export function addressOf(bytes: Uint8Array, family: number): IpAddress {
  return ipAddressFromBytes(family === 6 ? bytes.subarray(0, 16) : bytes.subarray(0, 4));
}

/** The forwarding method of a map's number. @throws {RangeError} for another number. */
export function methodOf(number: number): DestinationMethod {
  return nameOf(methodNumbers, number);
}

/** The protocol of an IP protocol number. @throws {RangeError} for one that is not scheduled. */
export function protocolOf(number: number): ServiceProtocol {
  return nameOf(protocolNumbers, number);
}

function addressRecord(address: IpAddress): Uint8Array {
  const record = new Uint8Array(16);
  record.set(ipAddressBytes(address));
  return record;
}

function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, number: number): Name {
  for (const name in numbers) if (numbers[name] === number) return name;
  throw new RangeError(
    `The forwarder's maps hold ${number} where one of ${Object.values(numbers).join(", ")} was wanted`,
  );
}
