import { between, type Duration } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { type RouterConfig, routerConfig, unsupportedReason } from "../vrrp/router-config.ts";
import type { Role } from "../vrrp/router-state.ts";
import { placeInstances } from "./placement.ts";
import {
  type AddressChange,
  addressChanges,
  groupMasterAt,
  type RouterEntryLike,
  type VrrpOperation,
  vrrpOperations,
} from "./reload-addresses.ts";
import { linksOf, rehearseVrrp, rehearseVrrpStart, type VrrpRehearsal } from "./reload-rehearsal.ts";
import { instanceDifferences, type SettingChange, scriptDifferences } from "./reload-settings.ts";
import { routerKey } from "./vrrp-director-state.ts";
import type { VrrpStatus } from "./vrrp-status.ts";

/** What a reload does to one VRRP instance. */
export interface InstanceChange {
  /**
   * restart: interface, family or VRID differ, so it is another virtual router. edit: it keeps its role and timers.
   * unsupported: the new file asks for what locum cannot do, so the instance stops when it ran.
   */
  readonly kind: "stop" | "restart" | "edit" | "start" | "unsupported";
  readonly name: string;
  /** Interface, family and VRID: `eth0/4/51`. */
  readonly router: string;
  /** The role before; absent for one that is new. */
  readonly role?: Role["kind"];
  readonly settings: readonly SettingChange[];
  /** restart, start: so long it listens before it may be MASTER, when it hears nobody. */
  readonly listensFor?: Duration;
  /** unsupported: why. */
  readonly reason?: string;
  /** What the operator should know before: the part that the other director plays. */
  readonly cautions: readonly string[];
}

/** What a reload does to one tracked script. edit: it goes on, with other settings. */
export interface ScriptChange {
  readonly kind: "stop" | "restart" | "edit" | "start";
  readonly name: string;
  readonly settings: readonly SettingChange[];
}

/** What a reload does in the VRRP process. */
export interface VrrpReload {
  /** Those that stop first, then the others in the order of the new file: the order of the daemon. */
  readonly instances: readonly InstanceChange[];
  readonly addresses: readonly AddressChange[];
  readonly scripts: readonly ScriptChange[];
  readonly operations: readonly VrrpOperation[];
  /** Virtual MACs and ipvlans that are made or removed. */
  readonly interfaces: readonly InterfaceChange[];
}

/** What becomes of an interface of our own. */
export interface InterfaceChange {
  readonly kind: "make" | "remove";
  readonly name: string;
  readonly base: string;
  readonly hardwareAddress?: string;
}

/** Foretells a reload of a VRRP process that runs, or, when it is idle, its first start. */
export function planVrrp(
  running: Config,
  options: { readonly next: Config; readonly status: VrrpStatus; readonly idle: boolean },
): VrrpReload {
  const { next, status, idle } = options;
  const rehearsal = idle ? rehearseVrrpStart(next, status) : rehearseVrrp(running, { next, status });
  const known = idle ? new Map<string, RunningRouter>() : runningRouters(running, status);
  const operations = vrrpOperations(rehearsal.effects, status);
  return {
    instances: instanceChanges(known, { next, rehearsal, status }),
    addresses: addressChanges(operations, { status, before: known, rehearsal }),
    scripts: scriptChanges(running, { next, rehearsal, status }),
    operations,
    interfaces: interfaceChanges(rehearsal, status),
  };
}

/** One that is there already is looked at again, which changes nothing. */
function interfaceChanges({ effects }: VrrpRehearsal, { links }: VrrpStatus): readonly InterfaceChange[] {
  const present = new Set(links.map(({ name }) => name));
  return effects.flatMap((effect): readonly InterfaceChange[] => {
    if (effect.kind !== "make-own-interface" && effect.kind !== "remove-own-interface") return [];
    const kind = effect.kind === "make-own-interface" ? "make" : "remove";
    const { name, base, hardwareAddress } = effect.own;
    if (present.has(name) === (kind === "make")) return [];
    if (kind === "make") present.add(name);
    else present.delete(name);
    return [{ kind, name, base, ...(hardwareAddress === undefined ? {} : { hardwareAddress }) }];
  });
}

interface RunningRouter extends RouterEntryLike {
  readonly instance: VrrpInstance;
  readonly config: RouterConfig;
  readonly role: Role["kind"];
}

function runningRouters(running: Config, status: VrrpStatus): ReadonlyMap<string, RunningRouter> {
  const instances = instancesByRouter(running);
  const placed = placeInstances({ ...running, vrrpInstances: [...instances.values()] }, linksOf(status));
  return new Map(
    status.instances.flatMap(({ key, role }) => {
      const instance = instances.get(key);
      if (instance === undefined) return [];
      const where = placed.get(instance)?.instance ?? instance;
      const config = routerConfig(where, running.global.vrrpStartupDelay);
      return [[key, { instance, config, role: role.kind }] as const];
    }),
  );
}

/** As the director takes them: of two blocks with one key the last one runs. */
function instancesByRouter(config: Config): ReadonlyMap<string, VrrpInstance> {
  return new Map(
    config.vrrpInstances
      .filter((instance) => unsupportedReason(instance) === undefined)
      .map((instance) => [routerKey(instance), instance]),
  );
}

function instanceChanges(
  known: ReadonlyMap<string, RunningRouter>,
  options: { readonly next: Config; readonly rehearsal: VrrpRehearsal; readonly status: VrrpStatus },
): readonly InstanceChange[] {
  const { next, rehearsal, status } = options;
  const { routers } = rehearsal.after;
  const listensFor = (key: string): Pick<InstanceChange, "listensFor"> => {
    const entry = routers.get(key);
    const at = entry === undefined ? undefined : groupMasterAt(entry);
    return at === undefined ? {} : { listensFor: between(status.now, at) };
  };
  const wanted = instancesByRouter(next);
  const fresh = new Map(
    [...wanted]
      .filter(([key]) => !known.has(key))
      .map(([key, instance]) => [instance.name, { key, instance }]),
  );
  const refused = unsupported(next, known);
  const changes: InstanceChange[] = [];
  for (const [key, { instance, role }] of known) {
    if (wanted.has(key) || refused.some(({ router }) => router === key)) continue;
    const successor = fresh.get(instance.name);
    fresh.delete(instance.name);
    const common = { name: instance.name, router: key, role };
    if (successor === undefined) changes.push({ ...common, kind: "stop", settings: [], cautions: [] });
    else {
      const settings = instanceDifferences(instance, successor.instance);
      const caution = `the other directors need virtual_router_id ${successor.instance.virtualRouterId} too, or both become MASTER`;
      const cautions = settings.some(({ name }) => name === "virtual_router_id") ? [caution] : [];
      changes.push({ ...common, kind: "restart", settings, cautions, ...listensFor(successor.key) });
    }
  }
  for (const [key, instance] of wanted) {
    const before = known.get(key);
    if (before !== undefined) changes.push(...edited(before, { instance, key }));
    else if (fresh.has(instance.name) && fresh.get(instance.name)?.key === key) {
      const common = { name: instance.name, router: key, settings: [], cautions: [] };
      changes.push({ ...common, kind: "start", ...listensFor(key) });
    }
  }
  return [...refused, ...changes];
}

function edited(
  before: RunningRouter,
  { instance, key }: { readonly instance: VrrpInstance; readonly key: string },
): readonly InstanceChange[] {
  const settings = instanceDifferences(before.instance, instance);
  if (settings.length === 0) return [];
  const cautions = editCautions(before, { instance, settings });
  return [{ kind: "edit", name: instance.name, router: key, role: before.role, settings, cautions }];
}

/** Settings that both directors must share: until they do, each refuses the other's advertisements. */
const SHARED: ReadonlySet<string> = new Set(["version", "authentication", "virtual_ipaddress"]);

function editCautions(
  before: RunningRouter,
  { instance, settings }: { readonly instance: VrrpInstance; readonly settings: readonly SettingChange[] },
): readonly string[] {
  const names = new Set(settings.map(({ name }) => name));
  const shared = [...names].filter(
    (name) => SHARED.has(name) || (name === "advert_int" && instance.version === 2),
  );
  const cautions: string[] = [];
  if (shared.length > 0) {
    cautions.push(
      `until the other directors have the same ${shared.join(", ")}, each refuses the other's advertisements and both become MASTER: reload them in quick succession, the BACKUP first`,
    );
  }
  if (before.role === "master" && instance.priority < before.instance.priority) {
    cautions.push(`a BACKUP that preempts and has a priority above ${instance.priority} takes over`);
  }
  return cautions;
}

function unsupported(next: Config, known: ReadonlyMap<string, RunningRouter>): readonly InstanceChange[] {
  return next.vrrpInstances.flatMap((instance): readonly InstanceChange[] => {
    const reason = unsupportedReason(instance);
    if (reason === undefined) return [];
    const router = routerKey(instance);
    const role = known.get(router)?.role;
    const common = { name: instance.name, router, settings: [], cautions: [] };
    return [{ ...common, kind: "unsupported", reason, ...(role === undefined ? {} : { role }) }];
  });
}

function scriptChanges(
  running: Config,
  options: { readonly next: Config; readonly rehearsal: VrrpRehearsal; readonly status: VrrpStatus },
): readonly ScriptChange[] {
  const { next, rehearsal, status } = options;
  const before = new Set(status.scripts.map(({ name }) => name));
  const after = rehearsal.after.scripts.standings().map(({ name }) => name);
  const started = new Set(rehearsal.scriptsStarted);
  const was = new Map(running.vrrpScripts.map((script) => [script.name, script]));
  const is = new Map(next.vrrpScripts.map((script) => [script.name, script]));
  const stopped = [...before].filter((name) => !after.includes(name));
  return [
    ...stopped.map((name): ScriptChange => ({ kind: "stop", name, settings: [] })),
    ...after.flatMap((name): readonly ScriptChange[] => {
      if (!before.has(name)) return [{ kind: "start", name, settings: [] }];
      const [old, now] = [was.get(name), is.get(name)];
      const settings = old === undefined || now === undefined ? [] : scriptDifferences(old, now);
      if (started.has(name)) return [{ kind: "restart", name, settings }];
      return settings.length === 0 ? [] : [{ kind: "edit", name, settings }];
    }),
  ];
}
