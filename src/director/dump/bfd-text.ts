import { familyOf } from "../../base/ip-address.ts";
import { type Instant, instant } from "../../base/time.ts";
import { stateNames } from "../../bfd/control-packet.ts";
import type { Config } from "../../conf/model/config.ts";
import type { BfdInstance } from "../../conf/model/tracking.ts";
import type { BfdSessionStatus, BfdStatus } from "../bfd-status.ts";
import { type ClockReading, instantText } from "./clock-reading.ts";

/**
 * The section of `keepalived_bfd.data` about sessions, in keepalived's words and order; without `status` only what is
 * configured. Descriptors and timers of keepalived's own are left out.
 */
export function bfdText(
  { bfdInstances }: Pick<Config, "bfdInstances">,
  { status, clock }: { readonly status: BfdStatus | undefined; readonly clock: ClockReading },
): string {
  if (bfdInstances.length === 0) return "";
  const told = new Map(status?.sessions.map((session) => [session.instance.name, session]));
  const lines = bfdInstances.flatMap((instance) => {
    const session = told.get(instance.name);
    const standing =
      session === undefined || status === undefined ? [] : sessionText(session, { status, clock });
    return [...instanceText(instance), ...standing];
  });
  return `${["------< BFD Topology >------", ...lines].join("\n")}\n`;
}

function instanceText(instance: BfdInstance): readonly string[] {
  const yes = (on: boolean) => (on ? "Yes" : "No");
  return [
    ` BFD Instance = ${instance.name}`,
    `   Neighbor IP = ${instance.neighbourAddress}`,
    ...(instance.sourceAddress === undefined ? [] : [`   Source IP = ${instance.sourceAddress}`]),
    `   Required min RX interval = ${instance.minReceive} us`,
    `   Desired min TX interval = ${instance.minTransmit} us`,
    `   Desired idle TX interval = ${instance.idleTransmit} us`,
    `   Detection multiplier = ${instance.multiplier}`,
    `   ${familyOf(instance.neighbourAddress) === 4 ? "TTL" : "hoplimit"} = ${instance.ttl}`,
    `   max_hops = ${instance.maxHops}`,
    `   passive = ${instance.passive}`,
    `   send event to VRRP process = ${yes(instance.forVrrp)}`,
    `   send event to checker process = ${yes(instance.forChecker)}`,
  ];
}

function sessionText(
  session: BfdSessionStatus,
  { status, clock }: { readonly status: BfdStatus; readonly clock: ClockReading },
): readonly string[] {
  const { instance, remote, transmitInterval = 0, detectionTime = 0, heardAgo } = session;
  const number = (value: number) => `0x${value.toString(16)}`;
  const remoteInterval = remote.detectMultiplier === 0 ? 0 : detectionTime / remote.detectMultiplier;
  const seen: Instant | undefined = heardAgo === undefined ? undefined : instant(status.now - heardAgo);
  return [
    `   local state = ${stateNames[session.state]}`,
    `   remote state = ${stateNames[session.remoteState]}`,
    `   local discriminator = ${number(session.discriminator)}`,
    `   remote discriminator = ${number(session.remoteDiscriminator)}`,
    `   local diag = ${session.diagnostic}`,
    `   remote diag = ${session.remoteDiagnostic}`,
    `   remote min tx intv = ${remote.desiredMinTransmit} us`,
    `   remote min rx intv = ${remote.requiredMinReceive} us`,
    "   local demand = 0",
    `   remote demand = ${Number(remote.demand)}`,
    `   remote detect multiplier = ${remote.detectMultiplier}`,
    `   ${session.polling ? "" : "!"}poll, !final`,
    `   local tx intv = ${transmitInterval} us`,
    `   remote tx intv = ${Math.round(remoteInterval)} us`,
    `   local detection time = ${detectionTime} us`,
    `   remote detection time = ${instance.multiplier * transmitInterval} us`,
    seen === undefined ? "   last_seen = [never]" : `   last seen = ${instantText(seen, clock)}`,
  ];
}
