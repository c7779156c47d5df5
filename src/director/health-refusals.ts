import { after, type Instant, inSeconds, seconds } from "../base/time.ts";
import { type ServiceOp, type ServiceRefusal, serviceKeyText } from "../forward/service.ts";
import type { HealthEffect, HealthState } from "./health-state.ts";

/** Pauses before a refused operation is tried again: 1, 2, 4 ... 60 s. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 60;

/** Refusals that are logged one by one before the next attempt. */
const MOST_LOGGED = 10;

/**
 * Remembers what the table refused. The code tells what the table holds in truth, and what is kept for later is the
 * operation that fits it: an addition that exists already becomes an edit, an edit of what is not there an addition.
 * Nothing is tried again at once, so a table that contradicts itself cannot keep us busy.
 */
export function noteRefusal(
  state: HealthState,
  options: { readonly op: ServiceOp; readonly refusal: ServiceRefusal; readonly now: Instant },
): { readonly state: HealthState; readonly effects: readonly HealthEffect[] } {
  const { op, refusal, now } = options;
  if (op.kind === "flush" || isDoneAlready(op, refusal)) return { state, effects: [] };
  const retry = state.retry ?? { at: after(now, pause(0)), attempts: 0 };
  const fitting = fittingOperation(op, refusal);
  const refused = fitting === undefined ? state.refused : [...state.refused, fitting];
  const next = { ...forgetLostService(state, { op, refusal }), refused, retry };
  return { state: next, effects: refusalLog(state, { op, refusal, wait: retry.at - now }) };
}

/** The refused operations that none of `ops` overtakes. */
export function withoutOvertaken(
  refused: readonly ServiceOp[],
  ops: readonly ServiceOp[],
): readonly ServiceOp[] {
  if (refused.length === 0 || ops.length === 0) return refused;
  const overtaken = new Set(ops.map(targetOf));
  const gone = new Set(ops.flatMap((op) => (op.kind === "delete-service" ? [serviceKeyText(op.key)] : [])));
  return refused.filter((op) => !overtaken.has(targetOf(op)) && !gone.has(serviceOf(op)));
}

/** The pause after so many attempts in a row. */
export function pause(attempts: number): ReturnType<typeof seconds> {
  return seconds(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempts, 10)));
}

/** The service an operation is about, as `serviceKeyText`; empty for a flush. */
export function serviceOf(op: ServiceOp): string {
  if (op.kind === "flush") return "";
  return serviceKeyText(op.kind === "add-service" || op.kind === "edit-service" ? op.service.key : op.key);
}

/** An operation in words: `add destination 192.0.2.10:80 of tcp 192.0.2.1:80`. */
export function operationText(op: ServiceOp): string {
  if (op.kind === "flush") return "flush the service table";
  const [verb, noun] = op.kind.split("-");
  const service = serviceOf(op);
  if (noun === "service") return `${verb} service ${service}`;
  const target = "destination" in op ? op.destination : "address" in op ? op : undefined;
  return `${verb} destination ${target?.address}:${target?.port} of ${service}`;
}

function targetOf(op: ServiceOp): string {
  return operationText(op).replace(/^\w+ /, "");
}

function isDoneAlready(op: ServiceOp, { errno }: ServiceRefusal): boolean {
  return (
    (op.kind === "delete-service" && errno === "ESRCH") ||
    (op.kind === "delete-destination" && errno === "ENOENT")
  );
}

function fittingOperation(op: ServiceOp, { errno }: ServiceRefusal): ServiceOp | undefined {
  if (errno === "EEXIST" && op.kind === "add-service") return { ...op, kind: "edit-service" };
  if (errno === "EEXIST" && op.kind === "add-destination") return { ...op, kind: "edit-destination" };
  if (errno === "ENOENT" && op.kind === "edit-destination") return { ...op, kind: "add-destination" };
  // The whole service is made again, see forgetLostService.
  return errno === "ESRCH" ? undefined : op;
}

/** A service that is gone from the table, flushed by hand perhaps, is ours to make anew. */
function forgetLostService(
  state: HealthState,
  { op, refusal }: { op: ServiceOp; refusal: ServiceRefusal },
): HealthState {
  const place = refusal.errno === "ESRCH" ? state.places.get(serviceOf(op)) : undefined;
  const lost = place === undefined ? undefined : state.servers[place];
  if (lost?.owned === undefined) return state;
  return { ...state, servers: state.servers.map((at) => (at === lost ? { ...at, owned: undefined } : at)) };
}

function refusalLog(
  { refused }: HealthState,
  { op, refusal, wait }: { op: ServiceOp; refusal: ServiceRefusal; wait: number },
): readonly HealthEffect[] {
  const again = `it is tried again in ${inSeconds(wait as ReturnType<typeof seconds>).toFixed(1)} s`;
  const text = `Cannot ${operationText(op)}: ${refusal.message} (${refusal.errno}); ${again}.`;
  if (refused.length < MOST_LOGGED) return [{ kind: "log", level: "warning", message: text }];
  if (refused.length > MOST_LOGGED) return [];
  const message =
    "The service table refuses further operations; they are tried again and not logged one by one.";
  return [{ kind: "log", level: "warning", message }];
}
