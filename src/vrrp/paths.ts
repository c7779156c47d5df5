import type { PolicyRule, Route } from "../conf/model/route.ts";
import type { RouterEffect } from "./router-state.ts";

/** The routes and rules of one instance, or of a configuration's static blocks. */
export interface Paths {
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
}

/** Puts them in: routes first, because a rule leads packets to them. */
export function addPaths({ routes, rules }: Paths): readonly PathEffect[] {
  return [
    ...(routes.length > 0 ? [{ kind: "add-routes" as const, routes, replace: false }] : []),
    ...(rules.length > 0 ? [{ kind: "add-rules" as const, rules }] : []),
  ];
}

/** Takes them away, in reverse. */
export function removePaths({ routes, rules }: Paths): readonly PathEffect[] {
  return [
    ...(rules.length > 0 ? [{ kind: "remove-rules" as const, rules }] : []),
    ...(routes.length > 0 ? [{ kind: "remove-routes" as const, routes }] : []),
  ];
}

/** The effects about routes and rules. */
export type PathEffect = Extract<
  RouterEffect,
  { kind: "add-routes" | "remove-routes" | "add-rules" | "remove-rules" }
>;

/**
 * From one set to another without a hole: what is new is added before what is old goes, a route that takes the place of
 * another is exchanged by the kernel in one step, and what stays is not touched.
 */
export function changePaths(
  was: Paths,
  is: Paths,
): { readonly additions: readonly PathEffect[]; readonly removals: readonly PathEffect[] } {
  const gone = without(was.routes, is.routes, routeKey);
  const fresh = without(is.routes, was.routes, routeKey);
  const places = (routes: readonly Route[], place: string) =>
    routes.filter((route) => routePlace(route) === place);
  const exchanged = fresh.filter((route) => {
    const place = routePlace(route);
    return places(was.routes, place).length === 1 && places(is.routes, place).length === 1;
  });
  const taken = new Set(exchanged.map(routePlace));
  const additions: PathEffect[] = [];
  if (exchanged.length > 0) additions.push({ kind: "add-routes", routes: exchanged, replace: true });
  const others = {
    routes: fresh.filter((route) => !exchanged.includes(route)),
    rules: without(is.rules, was.rules, ruleKey),
  };
  const rest = {
    routes: gone.filter((route) => !taken.has(routePlace(route))),
    rules: without(was.rules, is.rules, ruleKey),
  };
  return { additions: [...additions, ...addPaths(others)], removals: removePaths(rest) };
}

/** Those that somebody minds: without `no_track`, and without a time after which they may go. */
export function trackedPaths({ routes, rules }: Paths): Paths {
  return {
    routes: routes.filter(({ noTrack, expires }) => !noTrack && expires === undefined),
    rules: rules.filter(({ noTrack }) => !noTrack),
  };
}

/** The same text for two routes exactly when the kernel's routes are the same. */
export function routeKey({
  noTrack,
  trackGroup: _,
  placement: __,
  asAddress: ___,
  protocol,
  ...route
}: Route): string {
  return JSON.stringify({ ...route, protocol: noTrack ? protocol : undefined }, ordered);
}

/** Likewise for rules. */
export function ruleKey({ noTrack, trackGroup: _, protocol, ...rule }: PolicyRule): string {
  return JSON.stringify({ ...rule, protocol: noTrack ? protocol : undefined }, ordered);
}

/** What the kernel knows a route by: two routes of one place are alternatives. */
function routePlace({ family, destination, table, vrf, tos, metric }: Route): string {
  return JSON.stringify([
    family,
    destination.address,
    destination.prefixLength,
    table,
    vrf,
    tos,
    metric ?? 0,
  ]);
}

function without<Item>(
  all: readonly Item[],
  others: readonly Item[],
  key: (item: Item) => string,
): readonly Item[] {
  const known = new Set(others.map(key));
  return all.filter((item) => !known.has(key(item)));
}

/** Fields in one order, however an object was put together. */
function ordered(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
