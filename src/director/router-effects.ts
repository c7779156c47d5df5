import { unreachable } from "../base/assert.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { countApart } from "../vrrp/exchange.ts";
import { encodeAnnouncement } from "../vrrp/neighbour.ts";
import type { ChangeReason, Role, RouterEffect } from "../vrrp/router-state.ts";
import { sendAdvertisement } from "./advertisement-sending.ts";
import type { AnnouncementFrame } from "./announcement-pacer.ts";
import type { LogLevel } from "./host.ts";
import { addEntry, isStaticAddress, removeEntry } from "./kernel-entries.ts";
import type { ToldState } from "./notification.ts";
import { beginsAsMaster, tellLowerPriority, tellState } from "./notifying.ts";
import { filterAddresses } from "./packet-filter.ts";
import { performPathEffect } from "./static-entries.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/** What keepalived calls the roles, in its log and for notify scripts. */
const STATE_NAMES: Readonly<Record<Role["kind"], ToldState>> = {
  initialize: "STOP",
  fault: "FAULT",
  backup: "BACKUP",
  master: "MASTER",
};

interface Performing {
  readonly entry: RouterEntry;
  readonly step: StepContext;
}

/** Turns what a virtual router asks for into what the host can do: bytes, interfaces, commands, log lines. */
export function performRouterEffect(effect: RouterEffect, performing: Performing): void {
  switch (effect.kind) {
    case "send-advertisement":
      sendAdvertisement(effect.advertisement, effect.source, performing);
      return;
    case "add-addresses":
      filterAddresses("close", effect.addresses, performing);
      for (const address of effect.addresses)
        addEntry(
          { kind: "add-address", interface: interfaceOf(address, performing), address },
          performing.step,
        );
      return;
    case "remove-addresses":
      for (const address of [...effect.addresses].reverse()) removeAddress(address, performing);
      filterAddresses("open", effect.addresses, performing);
      return;
    case "add-routes":
    case "remove-routes":
    case "add-rules":
    case "remove-rules":
      performPathEffect(effect, performing.step);
      return;
    case "announce":
      announce(effect, performing);
      return;
    case "role-changed":
      roleChanged(effect, performing);
      return;
    case "lower-priority-heard":
      tellLowerPriority(performing.entry, performing.step);
      return;
    case "log":
      log(effect.level, effect.message, performing);
      return;
    default:
      unreachable(effect);
  }
}

/** A static address stays where it is; it goes at the end, with the other static entries. */
function removeAddress(address: VirtualAddress, performing: Performing): void {
  const name = interfaceOf(address, performing);
  const { step } = performing;
  if (isStaticAddress({ interface: name, address }, step.state)) {
    step.state.pacer.forget({ interface: name, address: address.address });
    return;
  }
  removeEntry({ kind: "remove-address", interface: name, address }, step);
}

function log(level: LogLevel, message: string, { step }: Performing): void {
  step.out.push({ kind: "log", level, message });
}

function interfaceOf(address: VirtualAddress, { entry }: Performing): string {
  return address.device ?? entry.config.interface;
}

/** One burst: every address in turn, the whole list `repeat` times, as keepalived does. */
function announce(
  { addresses, repeat }: { readonly addresses: readonly VirtualAddress[]; readonly repeat: number },
  performing: Performing,
): void {
  const { entry, step } = performing;
  const frames = addresses.flatMap((virtual): readonly AnnouncementFrame[] => {
    const name = interfaceOf(virtual, performing);
    const { links } = step.state;
    const link = links.named(name);
    // What the kernel would not take is not ours to announce.
    if (link === undefined || !links.has(name, virtual.address)) return [];
    if (link.hardwareAddress.length !== 6 || link.withoutNeighbours === true) return [];
    const { address } = virtual;
    const router = link.forwardsIpv6 !== false;
    const frame = encodeAnnouncement({ address, hardwareAddress: link.hardwareAddress, router });
    return [{ interface: name, address, frame }];
  });
  if (frames.length === 0) return;
  const { now, out } = step;
  for (let burst = 0; burst < repeat; burst++) step.state.pacer.send(frames, { now, out });
  const names = addresses.map(({ address }) => address).join(", ");
  const interfaces = new Set(frames.map(({ interface: name }) => name));
  log(
    "debug",
    `(${entry.instance.name}) Sent ${repeat} announcement(s) on ${[...interfaces].join(", ")} for ${names}`,
    performing,
  );
}

function roleChanged(
  effect: {
    readonly from: Role["kind"];
    readonly to: Role["kind"];
    readonly reason: ChangeReason;
    readonly priority: number;
  },
  performing: Performing,
): void {
  const { entry, step } = performing;
  const { instance, counters } = entry;
  entry.changedAt = step.now;
  if (effect.to === "master") {
    counters.becameMaster++;
    const { source } = entry.state;
    const counts = entry.sender.headerKey !== undefined && source !== undefined;
    if (counts) entry.exchange = countApart(entry.exchange, source);
  }
  if (effect.from === "master") counters.releasedMaster++;
  const passing = effect.to === "backup" && effect.reason === "startup" && beginsAsMaster(entry);
  if (passing) return;
  log("info", roleLine(instance.name, effect), performing);
  tellState(entry, { state: STATE_NAMES[effect.to], priority: effect.priority, context: step });
}

function roleLine(
  name: string,
  { to, from, reason }: { to: Role["kind"]; from: Role["kind"]; reason: ChangeReason },
): string {
  if (to === "initialize") return `(${name}) Stopped`;
  const start = reason === "startup" && from === "initialize" ? " (init)" : "";
  return `(${name}) Entering ${STATE_NAMES[to]} STATE${start}`;
}
