import { type AddressFamily, familyOf, type IpAddress } from "../base/ip-address.ts";
import { after, type Instant, instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { routeText, ruleText } from "../vrrp/path-text.ts";
import { movingAddresses, routerConfig, unsupportedReason } from "../vrrp/router-config.ts";
import { bfdDirector } from "./bfd-director.ts";
import { initialBfdState } from "./bfd-director-state.ts";
import { type BfdStatus, bfdStatus } from "./bfd-status.ts";
import { settledHealth } from "./health-standing.ts";
import { staticInterface } from "./kernel-entries.ts";
import { LinkTable } from "./link-table.ts";
import { asMade } from "./own-interfaces.ts";
import { type Placement, placeInstances, standingAddresses, unplaced } from "./placement.ts";
import type { ReloadSituation } from "./reload-plan.ts";
import { routerKey } from "./vrrp-director-state.ts";
import type { LinkStatus, VrrpInstanceStatus, VrrpStatus } from "./vrrp-status.ts";

/**
 * The situation that is assumed when no daemon can be asked: every interface that a file names is there and up, every
 * script and every real server is well, and every instance has long been in `role`.
 */
export function settledSituation(
  running: Config,
  { next, role }: { readonly next: Config; readonly role: "master" | "backup" },
): ReloadSituation {
  const now = instant(0);
  const status = settledVrrp(running, { next, role, now });
  return {
    vrrp: { kind: running.vrrpInstances.length > 0 ? "running" : "idle", status },
    checkers:
      running.virtualServers.length > 0
        ? { kind: "running", standing: settledHealth(running) }
        : { kind: "idle", table: new Map() },
    bfd: settledBfd(running, now),
    now,
  };
}

/** Every session is up and has nothing to ask. */
function settledBfd({ bfdInstances }: Config, now: Instant): BfdStatus {
  const state = initialBfdState();
  bfdDirector.step(state, { kind: "start", config: { bfdInstances }, seed: 1 }, now);
  const { sessions } = bfdStatus(state, now);
  return {
    now,
    rejected: {},
    sessions: sessions.map((session) => ({
      ...session,
      state: "up",
      remoteState: "up",
      up: true,
      remoteDiscriminator: 1,
    })),
  };
}

/** Interfaces that exist because a file names them, each with an address of either family; the instances on them. */
function settledVrrp(
  running: Config,
  options: { readonly next: Config; readonly role: "master" | "backup"; readonly now: Instant },
): VrrpStatus {
  const { next, role, now } = options;
  const names = new Set([...interfacesOf(running), ...interfacesOf(next)]);
  const held = new Map<string, LinkStatus["addresses"]>();
  const instances = new Map<string, VrrpInstanceStatus>();
  for (const { interface: name, address, prefixLength } of settledStatics(running).addresses)
    held.set(name, [...(held.get(name) ?? []), { address, prefixLength, secondary: false }]);
  const links = [...names].map((name, at) => settledLink(name, { index: at + 1, held: [] }));
  const table = tableOf(links);
  const placements = placeInstances(running, table);
  for (const instance of running.vrrpInstances) {
    if (unsupportedReason(instance) !== undefined) continue;
    const placement = placements.get(instance) ?? unplaced(instance);
    for (const own of placement.made) {
      const addresses = own.name === placement.own?.name ? standingAddresses(placement, table) : [];
      const link = asMade(own, table);
      table.set(link);
      const standing = addresses.map((address) => ({ ...address, secondary: false }));
      links.push({ ...link, hardwareAddress: [...link.hardwareAddress], addresses: standing });
    }
    const settled = settledInstance(placement, { role, now });
    instances.set(settled.key, settled);
    for (const { interface: name, address, prefixLength, present } of settled.addresses) {
      if (!present) continue;
      held.set(name, [...(held.get(name) ?? []), { address, prefixLength, secondary: true }]);
    }
  }
  const scripts = new Set(
    [...running.vrrpInstances, ...running.syncGroups].flatMap((instance) =>
      instance.trackScripts.map(({ name }) => name),
    ),
  );
  return {
    now,
    instances: [...instances.values()],
    statics: settledStatics(running),
    groups: running.syncGroups.map(({ name }) => ({ name, state: role === "master" ? "MASTER" : "BACKUP" })),
    scripts: running.vrrpScripts
      .filter(({ name }) => scripts.has(name))
      .map(({ name }) => ({ name, standing: "up" })),
    links: links.map((link) => ({
      ...link,
      addresses: [...link.addresses, ...(held.get(link.name) ?? [])],
    })),
  };
}

function tableOf(links: readonly LinkStatus[]): LinkTable {
  const table = new LinkTable();
  for (const { addresses, hardwareAddress, ...link } of links) {
    table.set({ ...link, hardwareAddress: Uint8Array.from(hardwareAddress) });
    for (const address of addresses) table.addAddress({ ...address, interfaceIndex: link.index });
  }
  return table;
}

function settledInstance(
  { instance, own }: Placement,
  { role, now }: { readonly role: "master" | "backup"; readonly now: Instant },
): VrrpInstanceStatus {
  const { name, interface: at, family, virtualRouterId, version, priority, advertisementInterval } = instance;
  const next = after(now, advertisementInterval);
  return {
    key: routerKey(instance),
    name,
    interface: at,
    ...(own === undefined ? {} : { ownInterface: own.name }),
    family,
    virtualRouterId,
    version,
    faults: [],
    priority,
    basePriority: priority,
    source: instance.sourceAddress ?? OWN_ADDRESS[family],
    role:
      role === "master"
        ? {
            kind: "master",
            since: now,
            lastAdvertisementAt: now,
            nextAdvertisementAt: next,
            announcements: [],
          }
        : { kind: "backup", masterDownAt: next, masterInterval: advertisementInterval },
    addresses: movingAddresses(routerConfig(instance)).map(({ device = at, address, prefixLength }) => ({
      address,
      prefixLength,
      interface: device,
      present: role === "master",
    })),
    routes: instance.routes.map((route) => ({ text: routeText(route), present: role === "master" })),
    rules: instance.rules.map((rule) => ({ text: ruleText(rule), present: role === "master" })),
    counters: NO_COUNTERS,
  };
}

/** What is there from start to stop. */
function settledStatics(config: Config): VrrpStatus["statics"] {
  return {
    addresses: config.staticAddresses.map((virtual) => {
      const { address, prefixLength } = virtual;
      return { address, prefixLength, interface: staticInterface(virtual, config), present: true };
    }),
    routes: config.staticRoutes.map((route) => ({ text: routeText(route), present: true })),
    rules: config.staticRules.map((rule) => ({ text: ruleText(rule), present: true })),
  };
}

/** Of the link-local blocks, which no virtual address comes from. */
const OWN_ADDRESS: Readonly<Record<AddressFamily, IpAddress>> = {
  4: "169.254.0.1" as IpAddress,
  6: "fe80::1" as IpAddress,
};

const NO_COUNTERS: VrrpInstanceStatus["counters"] = {
  advertisementsReceived: 0,
  advertisementsSent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  rejected: {},
};

function interfacesOf(config: Config): readonly string[] {
  const statics = config.staticAddresses.map((address) => staticInterface(address, config));
  return config.vrrpInstances.flatMap((instance) => [
    ...statics,
    instance.interface,
    ...[...instance.virtualAddresses, ...instance.excludedAddresses].flatMap(({ device }) => device ?? []),
    ...instance.trackInterfaces.map(({ name }) => name),
  ]);
}

function settledLink(
  name: string,
  { index, held }: { readonly index: number; readonly held: LinkStatus["addresses"] },
): LinkStatus {
  const own = Object.values(OWN_ADDRESS).map((address) => ({
    address,
    prefixLength: familyOf(address) === 4 ? 16 : 64,
    secondary: false,
  }));
  return {
    index,
    name,
    up: true,
    running: true,
    hardwareAddress: [2, 0, 0, 0, 0, 1],
    addresses: [...own, ...held],
  };
}
