import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { staticInterface } from "./kernel-entries.ts";

/**
 * Interfaces that are tracked because something of the instance stands on them, as in keepalived: those of its addresses,
 * routes and rules, and those of static entries with a `track_group` that it is in. `no_track` excepts an entry.
 */
export function impliedInterfaces(instance: VrrpInstance, config: Config): readonly string[] {
  const names = new Set<string>();
  const add = (name: string | undefined) => {
    if (name !== undefined && name !== instance.interface) names.add(name);
  };
  for (const address of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
    if (!address.flags?.includes("no_track")) add(address.device);
  }
  for (const route of instance.routes) if (!route.noTrack) add(route.device);
  for (const rule of instance.rules) {
    if (rule.noTrack) continue;
    add(rule.inputInterface);
    add(rule.outputInterface);
  }
  const groups = new Set(
    config.trackGroups.filter(({ members }) => members.includes(instance.name)).map(({ name }) => name),
  );
  const isGrouped = ({ trackGroup }: { readonly trackGroup?: string }) =>
    trackGroup !== undefined && groups.has(trackGroup);
  for (const address of config.staticAddresses) {
    if (isGrouped(address) && !address.flags?.includes("no_track")) add(staticInterface(address, config));
  }
  for (const route of config.staticRoutes) if (isGrouped(route) && !route.noTrack) add(route.device);
  for (const rule of config.staticRules) if (isGrouped(rule) && !rule.noTrack) add(rule.inputInterface);
  for (const { name } of instance.trackInterfaces) names.delete(name);
  return [...names];
}
