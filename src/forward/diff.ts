import { familyOf } from "../base/ip-address.ts";
import type { Destination, Service, ServiceDefinition, ServiceOp, ServiceSet } from "./service.ts";

/**
 * The smallest list of operations that turns what we own into what is wanted. Only services in one of the two sets
 * are touched, so what somebody made by hand stays.
 *
 * The order is safe at every step: services and destinations come before others go (a sorry server is there before
 * the last real server leaves, and the other way round), and a weight is raised before another is lowered to 0. New
 * destinations come in the order of the configuration, because schedulers look at the newest first.
 */
export function diff(owned: ServiceSet, wanted: ServiceSet): readonly ServiceOp[] {
  const ops: ServiceOp[] = [];
  for (const [name, service] of wanted) ops.push(...diffService(owned.get(name), service));
  for (const [name, service] of owned) {
    if (!wanted.has(name)) ops.push(...diffService(service, undefined));
  }
  return ops;
}

/** The same for one service; undefined stands for a service that is not there. */
export function diffService(owned: Service | undefined, wanted: Service | undefined): readonly ServiceOp[] {
  if (wanted === undefined) return owned === undefined ? [] : [{ kind: "delete-service", key: owned.key }];
  if (owned === undefined) {
    const { destinations, ...service } = wanted;
    return [{ kind: "add-service", service }, ...destinations.map((destination) => add(wanted, destination))];
  }
  const ops: ServiceOp[] = [];
  if (!sameDefinition(owned, wanted)) {
    const { destinations: _, ...service } = wanted;
    ops.push({ kind: "edit-service", service });
  }
  ops.push(...diffDestinations(owned, wanted));
  return ops;
}

/**
 * What one service holds after `diffService`: destinations that were there keep their places, new ones come last.
 * It equals applying the operations one by one, at the cost of one look at each destination.
 */
export function afterDiff(owned: Service | undefined, wanted: Service): Service {
  if (owned === undefined) return wanted;
  const [before, after] = differingParts(owned.destinations, wanted.destinations);
  if (before.length === 0 && after.length === 0) return { ...wanted, destinations: owned.destinations };
  const left = new Map(wanted.destinations.map((destination) => [nameOf(destination), destination]));
  const kept: Destination[] = [];
  for (const destination of owned.destinations) {
    const name = nameOf(destination);
    const now = left.get(name);
    if (now !== undefined) kept.push(now);
    left.delete(name);
  }
  return { ...wanted, destinations: [...kept, ...left.values()] };
}

function diffDestinations(owned: Service, wanted: Service): readonly ServiceOp[] {
  const [before, after] = differingParts(owned.destinations, wanted.destinations);
  const present = new Map(before.map((destination) => [nameOf(destination), destination]));
  const added: ServiceOp[] = [];
  const raised: ServiceOp[] = [];
  const lowered: ServiceOp[] = [];
  const kept = new Set<string>();
  for (const destination of after) {
    const name = nameOf(destination);
    const old = present.get(name);
    kept.add(name);
    if (old === undefined) added.push(add(wanted, destination));
    else if (!sameDestination(old, destination)) {
      const edit: ServiceOp = { kind: "edit-destination", key: wanted.key, destination };
      (destination.weight > 0 ? raised : lowered).push(edit);
    }
  }
  const removed = before
    .filter((destination) => !kept.has(nameOf(destination)))
    .map(({ address, port }): ServiceOp => ({ kind: "delete-destination", key: wanted.key, address, port }));
  return [...added, ...raised, ...lowered, ...removed];
}

/** Both lists without their common head and tail: with thousands of destinations and one change, little is left. */
function differingParts(
  a: readonly Destination[],
  b: readonly Destination[],
): readonly [readonly Destination[], readonly Destination[]] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && equal(a[head], b[head])) head++;
  let tail = 0;
  while (tail < shorter - head && equal(a[a.length - 1 - tail], b[b.length - 1 - tail])) tail++;
  return [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
}

function equal(a: Destination | undefined, b: Destination | undefined): boolean {
  if (a === b) return true;
  return (
    a !== undefined &&
    b !== undefined &&
    a.port === b.port &&
    a.address === b.address &&
    sameDestination(a, b)
  );
}

function add({ key }: Service, destination: Destination): ServiceOp {
  return { kind: "add-destination", key, destination };
}

function nameOf({ address, port }: Destination): string {
  return `${address} ${port}`;
}

function sameDestination(a: Destination, b: Destination): boolean {
  return (
    a.weight === b.weight &&
    a.method === b.method &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold
  );
}

function sameDefinition(a: ServiceDefinition, b: ServiceDefinition): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.persistence === b.persistence &&
    persistencePrefix(a) === persistencePrefix(b) &&
    a.onePacket === b.onePacket &&
    a.schedulerFlags.length === b.schedulerFlags.length &&
    a.schedulerFlags.every((flag) => b.schedulerFlags.includes(flag))
  );
}

/** A table may spell out the default, or keep a prefix that means nothing without persistence. */
function persistencePrefix({ key, persistence, persistencePrefix: prefix }: ServiceDefinition): number {
  if (persistence === undefined) return 0;
  const family = key.kind === "fwmark" ? key.family : familyOf(key.address);
  return prefix ?? (family === 4 ? 32 : 128);
}
