import { after, earliest, type Instant } from "../base/time.ts";
import { encodeAnnouncement } from "../vrrp/neighbour.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/**
 * `garp_extra_if`: a switch learns where the virtual MAC is from the advertisements, but only on the interface they
 * leave by. On the others a master announces one address again and again.
 */
export function noteExtraGarp(entry: RouterEntry, { state, now }: StepContext): void {
  const interval = entry.instance.extraInterfaceGarp?.interval ?? 0;
  if (entry.state.role.kind !== "master" || interval === 0) state.extraGarps.delete(entry);
  else if (!state.extraGarps.has(entry)) state.extraGarps.set(entry, after(now, interval));
}

/** When the next announcement is due. */
export function extraGarpDeadline({ extraGarps }: VrrpDirectorState): Instant | undefined {
  return earliest(extraGarps.values());
}

/** Makes the announcements that are due. */
export function extraGarpAlarm({ state, now, out }: StepContext): void {
  for (const [entry, at] of [...state.extraGarps]) {
    const { extraInterfaceGarp: extra } = entry.instance;
    if (at > now || extra === undefined) continue;
    state.extraGarps.set(entry, after(now, extra.interval));
    for (const announced of firstAddresses(entry, extra.all)) {
      const link = state.links.named(announced.interface);
      if (link === undefined || link.hardwareAddress.length !== 6) continue;
      const { address } = announced;
      const frame = encodeAnnouncement({ address, hardwareAddress: link.hardwareAddress, router: true });
      out.push({ kind: "send-frame", interface: link.name, frame });
    }
  }
}

/** The first address of each virtual MAC that sends no advertisements, and under `all` of the other interfaces. */
function firstAddresses({ config, placement }: RouterEntry, all: boolean) {
  const made = new Set(placement.made.map(({ name }) => name));
  const first = new Map<string, ReturnType<typeof movingAddresses>[number]["address"]>();
  for (const { address, device = config.interface } of movingAddresses(config)) {
    if (device === placement.wire || first.has(device)) continue;
    if (all || made.has(device)) first.set(device, address);
  }
  return [...first].map(([name, address]) => ({ interface: name, address }));
}
