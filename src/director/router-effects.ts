import { unreachable } from "../base/assert.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { encodeAnnouncement } from "../vrrp/neighbour.ts";
import type { ChangeReason, Role, RouterEffect } from "../vrrp/router-state.ts";
import { sendAdvertisement } from "./advertisement-sending.ts";
import type { LogLevel } from "./host.ts";
import type { ToldState } from "./notification.ts";
import { tellLowerPriority, tellState } from "./notifying.ts";
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
      for (const address of effect.addresses) moveAddress("add-address", address, performing);
      return;
    case "remove-addresses":
      for (const address of [...effect.addresses].reverse())
        moveAddress("remove-address", address, performing);
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

function log(level: LogLevel, message: string, { step }: Performing): void {
  step.out.push({ kind: "log", level, message });
}

/** The table is told at once, so that a later look does not take an address for lost whose notification is on its way. */
function moveAddress(
  kind: "add-address" | "remove-address",
  address: VirtualAddress,
  { entry, step }: Performing,
): void {
  const name = address.device ?? entry.config.interface;
  const link = step.state.links.named(name);
  if (link !== undefined) {
    const known = {
      interfaceIndex: link.index,
      address: address.address,
      prefixLength: address.prefixLength,
      secondary: true,
    };
    if (kind === "add-address") step.state.links.addAddress(known);
    else step.state.links.removeAddress(known);
  }
  step.out.push({ kind, interface: name, address });
}

/** One burst: every address in turn, the whole list `repeat` times, as keepalived does. */
function announce(
  { addresses, repeat }: { readonly addresses: readonly VirtualAddress[]; readonly repeat: number },
  performing: Performing,
): void {
  const { entry, step } = performing;
  const frames = addresses.flatMap((virtual) => {
    const name = virtual.device ?? entry.config.interface;
    const link = step.state.links.named(name);
    if (link === undefined || link.hardwareAddress.length !== 6) return [];
    const frame = encodeAnnouncement({
      address: virtual.address,
      hardwareAddress: link.hardwareAddress,
      router: true,
    });
    return [{ interface: name, frame }];
  });
  for (let burst = 0; burst < repeat; burst++) {
    for (const { interface: name, frame } of frames)
      step.out.push({ kind: "send-frame", interface: name, frame });
  }
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
  if (effect.to === "master") counters.becameMaster++;
  if (effect.from === "master") counters.releasedMaster++;
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
