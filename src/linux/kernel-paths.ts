import { failed, ok, type Result } from "../base/result.ts";
import type { PolicyRule, Route } from "../conf/model/route.ts";
import { routeText, ruleText } from "../vrrp/path-text.ts";
import { routeKey, ruleKey } from "../vrrp/paths.ts";
import { requestFlags } from "./netlink/message.ts";
import { type PathEvent, PathMonitor } from "./netlink/path-monitor.ts";
import type { NetlinkFailure } from "./netlink/request-socket.ts";
import {
  encodeRoute,
  type KernelRoute,
  type RouteLookups,
  routeIdentity,
  routeIdentityText,
  routeMessages,
} from "./netlink/route.ts";
import { type RouteNames, routeNames, transportNumber } from "./netlink/route-names.ts";
import type { RouteNetlink } from "./netlink/route-netlink.ts";
import { encodeRule, ruleFamily, ruleMessages } from "./netlink/rule.ts";

/** How KernelPaths reaches the rest of its process. */
export interface KernelPathsOptions {
  readonly netlink: RouteNetlink;
  readonly interfaceIndex: (name: string) => number | undefined;
  readonly vrfTable: (name: string) => number | undefined;
  /** A route or rule of ours is gone, and it was not us; `byKernel`: nobody asked for it. */
  readonly onRemoved: (
    removed:
      | { readonly kind: "route-removed"; readonly route: Route; readonly byKernel: boolean }
      | { readonly kind: "rule-removed"; readonly rule: PolicyRule; readonly byKernel: boolean },
  ) => void;
  /** Notifications were lost. */
  readonly onOverrun: () => void;
  readonly onError: (message: string) => void;
}

const ENOENT = 2;
const ESRCH = 3;
const ENODEV = 19;
const EEXIST = 17;

/** Puts routes and rules into the kernel and takes them away, and tells when somebody else takes one away. */
export class KernelPaths {
  readonly #options: KernelPathsOptions;
  /** Ours by what the kernel's notifications tell of them. */
  readonly #routes = new Map<string, Route[]>();
  readonly #rules = new Map<string, PolicyRule[]>();
  #names: RouteNames = routeNames();
  #monitor: PathMonitor | undefined;

  constructor(options: KernelPathsOptions) {
    this.#options = options;
  }

  /** The folders with the names of tables and the like, as `iproute_etc_dir` and `iproute_usr_dir` say. */
  readNames(folders: readonly string[]): void {
    this.#names = routeNames(folders);
  }

  /** The reason when it cannot be added; one that is there already is fine. */
  addRoute(route: Route, { replace }: { readonly replace: boolean }): string | undefined {
    this.#watch();
    const encoded = encodeRoute(route, { lookups: this.#lookups() });
    const refusal = (reason: string) => `cannot add the route ${routeText(route)}: ${reason}`;
    if (!encoded.ok) return refusal(encoded.error);
    const { placementFlags, ...body } = encoded.value;
    const ask = (flags: number) =>
      this.#options.netlink.change({
        type: routeMessages.new,
        flags: requestFlags.create | flags,
        ...body,
      });
    let answer = ask(replace ? requestFlags.replace : placementFlags);
    // Of a route over several gateways IPv6 may have a part, and then takes it only as a whole.
    const inParts = route.family === 6 && route.nextHops.length > 1;
    if (!answer.ok && answer.error.errno === EEXIST && inParts) answer = ask(requestFlags.replace);
    if (!answer.ok && answer.error.errno !== EEXIST) return refusal(answer.error.message);
    this.#remember(route, replace);
    return undefined;
  }

  /** The reason when it cannot be removed; one that is not there is fine. */
  removeRoute(route: Route): string | undefined {
    this.#forget(route);
    const encoded = encodeRoute(route, { lookups: this.#lookups(), deletion: true });
    // What cannot be put into a message was never added, or went with its interface.
    if (!encoded.ok) return undefined;
    const { header, attributes } = encoded.value;
    const answer = this.#options.netlink.change({ type: routeMessages.delete, header, attributes });
    return absentIsFine(answer, `cannot remove the route ${routeText(route)}`);
  }

  /** The reason when it cannot be added; one that is there already is fine. */
  addRule(rule: PolicyRule): string | undefined {
    this.#watch();
    const encoded = encodeRule(rule, { names: this.#names, transport: transportNumber });
    const refusal = (reason: string) => `cannot add the rule ${ruleText(rule)}: ${reason}`;
    if (!encoded.ok) return refusal(encoded.error);
    const answer = this.#options.netlink.change({
      type: ruleMessages.new,
      flags: requestFlags.create | requestFlags.exclusive,
      ...encoded.value,
    });
    if (!answer.ok && answer.error.errno !== EEXIST) return refusal(answer.error.message);
    const known = this.#rules.get(rulePlace(rule)) ?? [];
    this.#rules.set(rulePlace(rule), [...known.filter((other) => ruleKey(other) !== ruleKey(rule)), rule]);
    return undefined;
  }

  /** The reason when it cannot be removed; one that is not there is fine. */
  removeRule(rule: PolicyRule): string | undefined {
    const known = this.#rules.get(rulePlace(rule)) ?? [];
    this.#rules.set(
      rulePlace(rule),
      known.filter((other) => ruleKey(other) !== ruleKey(rule)),
    );
    const encoded = encodeRule(rule, { names: this.#names, transport: transportNumber });
    if (!encoded.ok) return undefined;
    const answer = this.#options.netlink.change({ type: ruleMessages.delete, ...encoded.value });
    return absentIsFine(answer, `cannot remove the rule ${ruleText(rule)}`);
  }

  close(): void {
    this.#monitor?.close();
    this.#monitor = undefined;
  }

  #lookups(): RouteLookups {
    const { interfaceIndex, vrfTable } = this.#options;
    return { names: this.#names, interfaceIndex, vrfTable };
  }

  /** Only a host with a route or rule of its own hears of routes and rules. */
  #watch(): void {
    this.#monitor ??= new PathMonitor({
      onEvent: (event) => this.#event(event),
      onError: this.#options.onError,
    });
  }

  #remember(route: Route, replace: boolean): void {
    const place = this.#placeOf(route);
    if (!place.ok) return;
    const known = replace ? [] : (this.#routes.get(place.value) ?? []);
    this.#routes.set(place.value, [...known.filter((other) => routeKey(other) !== routeKey(route)), route]);
  }

  #forget(route: Route): void {
    const place = this.#placeOf(route);
    if (!place.ok) return;
    const known = this.#routes.get(place.value) ?? [];
    this.#routes.set(
      place.value,
      known.filter((other) => routeKey(other) !== routeKey(route)),
    );
  }

  #placeOf(route: Route): Result<string, string> {
    const identity = routeIdentity(route, this.#lookups());
    return identity.ok ? ok(routeIdentityText(identity.value)) : failed(identity.error);
  }

  #event(event: PathEvent): void {
    if (event.kind === "overrun") {
      this.#options.onOverrun();
      return;
    }
    // What this process did itself is no loss; the kernel writes who asked into the notification.
    if (event.portId !== 0 && event.portId === this.#options.netlink.portId) return;
    const byKernel = event.portId === 0;
    if (event.kind === "route-removed") {
      for (const route of this.#routesAt(event.route)) {
        this.#options.onRemoved({ kind: "route-removed", route, byKernel });
      }
      return;
    }
    for (const rule of this.#rules.get(placeText(event.place)) ?? []) {
      this.#options.onRemoved({ kind: "rule-removed", rule, byKernel });
    }
  }

  /** Ours that a notification can mean: routes of one place are told apart by their gateways. */
  #routesAt(gone: KernelRoute): readonly Route[] {
    const known = this.#routes.get(routeIdentityText(gone)) ?? [];
    if (known.length < 2) return known;
    return known.filter(({ via }) => via === undefined || via === gone.gateway);
  }
}

function absentIsFine(answer: Result<void, NetlinkFailure>, attempted: string): string | undefined {
  if (answer.ok || [ENOENT, ESRCH, ENODEV].includes(answer.error.errno)) return undefined;
  return `${attempted}: ${answer.error.message}`;
}

function rulePlace(rule: PolicyRule): string {
  return placeText({ family: ruleFamily(rule), preference: rule.preference ?? 0 });
}

function placeText({ family, preference }: { readonly family: number; readonly preference: number }): string {
  return `${family} ${preference}`;
}
