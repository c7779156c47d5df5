import { unreachable } from "../base/assert.ts";
import { failed, ok, type Result } from "../base/result.ts";
import {
  type Destination,
  type Service,
  type ServiceKey,
  type ServiceOp,
  type ServiceRefusal,
  type ServiceSet,
  serviceKeyText,
} from "./service.ts";

/**
 * What a table holds after one change: the rules of the kernel's IPVS without a kernel. A change it would refuse is
 * refused with the same code (net/netfilter/ipvs/ip_vs_ctl.c: EEXIST, ESRCH for a service, ENOENT for a destination).
 * The given set is left as it is; new destinations go to the end.
 */
export function applyServiceOp(set: ServiceSet, op: ServiceOp): Result<ServiceSet, ServiceRefusal> {
  switch (op.kind) {
    case "flush":
      return ok(new Map());
    case "add-service": {
      const name = serviceKeyText(op.service.key);
      if (set.has(name)) return refuse("EEXIST", `Cannot add service ${name}: it exists already`);
      return ok(new Map(set).set(name, { ...op.service, destinations: [] }));
    }
    case "edit-service":
      return withService(set, {
        key: op.service.key,
        change: (service) => ok({ ...op.service, destinations: service.destinations }),
      });
    case "delete-service": {
      const name = serviceKeyText(op.key);
      if (!set.has(name)) return noService(name);
      const rest = new Map(set);
      rest.delete(name);
      return ok(rest);
    }
    case "add-destination":
    case "edit-destination":
    case "delete-destination":
      return withService(set, { key: op.key, change: (service) => changeDestination(service, op) });
    default:
      return unreachable(op);
  }
}

/** The position of a destination in a service; -1 when it is not there. */
export function destinationIndex(
  service: Service,
  { address, port }: { readonly address: string; readonly port: number },
): number {
  return service.destinations.findIndex((at) => at.port === port && at.address === address);
}

type DestinationOp = Extract<
  ServiceOp,
  { kind: "add-destination" } | { kind: "edit-destination" } | { kind: "delete-destination" }
>;

function changeDestination(service: Service, op: DestinationOp): Result<Service, ServiceRefusal> {
  const name = serviceKeyText(op.key);
  const target = op.kind === "delete-destination" ? op : op.destination;
  const index = destinationIndex(service, target);
  const what = `destination ${target.address}:${target.port} of service ${name}`;
  if (op.kind === "add-destination") {
    if (index >= 0) return refuse("EEXIST", `Cannot add ${what}: it exists already`);
    return ok({ ...service, destinations: [...service.destinations, op.destination] });
  }
  if (index < 0) return refuse("ENOENT", `Cannot ${verb(op)} ${what}: the service has no such destination`);
  const destinations: Destination[] = [...service.destinations];
  if (op.kind === "edit-destination") destinations[index] = op.destination;
  else destinations.splice(index, 1);
  return ok({ ...service, destinations });
}

function verb(op: DestinationOp): string {
  return op.kind === "delete-destination" ? "delete" : "edit";
}

function withService(
  set: ServiceSet,
  options: {
    readonly key: ServiceKey;
    readonly change: (service: Service) => Result<Service, ServiceRefusal>;
  },
): Result<ServiceSet, ServiceRefusal> {
  const name = serviceKeyText(options.key);
  const service = set.get(name);
  if (service === undefined) return noService(name);
  const changed = options.change(service);
  return changed.ok ? ok(new Map(set).set(name, changed.value)) : changed;
}

function noService(name: string): Result<never, ServiceRefusal> {
  return refuse("ESRCH", `Cannot change service ${name}: there is none`);
}

function refuse(errno: ServiceRefusal["errno"], message: string): Result<never, ServiceRefusal> {
  return failed({ errno, message });
}
