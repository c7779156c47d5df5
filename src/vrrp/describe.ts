import { unreachable } from "../base/assert.ts";
import { ipAddressFromBytes } from "../base/ip-address.ts";
import { inSeconds } from "../base/time.ts";
import { TRAILER_LENGTH } from "./authentication-trailer.ts";
import { claimedVirtualRouterId, type PacketView } from "./packet-view.ts";
import type { ReceivedAdvertisement, Receiver } from "./reception.ts";
import type { Rejection } from "./rejection.ts";
import { multicastGroupOf } from "./router-config.ts";
import type { FaultReason } from "./router-state.ts";

const AUTHENTICATION_NAMES = ["no authentication", "password", "authentication header"];

/** One line for a person, of an advertisement that was heard or seen on the wire. */
export function describeAdvertisement(heard: ReceivedAdvertisement): string {
  const authentication =
    heard.version === 2
      ? `, ${AUTHENTICATION_NAMES[heard.authenticationType] ?? "unknown authentication"}`
      : "";
  const form = heard.checksumForm === "pseudo-header" ? " (with pseudo-header)" : "";
  return `VRRPv${heard.version} ${heard.source} > ${heard.destination}: router ${heard.virtualRouterId}, priority ${heard.priority}${priorityMeaning(heard.priority)}, every ${inSeconds(heard.interval)} s, ${heard.addresses.join(" ") || "no addresses"}${authentication}, TTL ${heard.ttl}, checksum right${form}`;
}

function priorityMeaning(priority: number): string {
  if (priority === 0) return " (resigns)";
  return priority === 255 ? " (owner)" : "";
}

/**
 * Why a packet was refused, with what it had and what was wanted. For a log line that is due; the check itself makes
 * no text.
 */
export function describeRejection(
  view: PacketView,
  how: { rejection: Rejection; receiver: Receiver },
): string {
  const { rejection, receiver } = how;
  const who = `an advertisement from ${ipAddressFromBytes(view.source)} for router ${claimedVirtualRouterId(view)}`;
  return `(${receiver.config.name}) refused ${who}: ${refusalDetail(view, rejection, receiver)}`;
}

function refusalDetail(view: PacketView, rejection: Rejection, { config }: Receiver): string {
  const octet = (at: number): number => view.bytes[view.at + at] as number;
  switch (rejection.kind) {
    case "bad-ip-header":
      return "its IP header cannot be read";
    case "length":
      return `its length ${view.received} does not fit its ${octet(3)} addresses`;
    case "ttl":
      return `its TTL is ${view.ttl}, wanted 255: it did not come from this network`;
    case "version":
      return `its version is ${octet(0) >> 4}, wanted ${config.version}; set vrrp_version alike on all directors`;
    case "type":
      return `its type is ${octet(0) & 15}, wanted 1`;
    case "checksum":
      return "its checksum is wrong";
    case "unknown-vrid":
      return `no router ${octet(1)} is configured here, this one is ${config.virtualRouterId}`;
    case "authentication-type":
      return `its authentication type is ${octet(4)}, known are 0 to 2`;
    case "authentication-mismatch":
      return `its authentication type is ${octet(4)}, wanted ${{ none: 0, pass: 1, ah: 2 }[config.authentication.kind]}; set auth_type alike on all directors`;
    case "authentication-failed":
      return "its password is not ours; set auth_pass alike on all directors";
    case "replayed":
      return "its authentication header has a number that was heard before";
    case "trailer-missing":
      return "it has no auth_hmac trailer; write auth_hmac on all directors, or mode permissive until all have it";
    case "trailer-malformed":
      return "its auth_hmac trailer cannot be read";
    case "trailer-stale":
      return "its auth_hmac trailer is of another time than time_window allows; set the clocks of all directors";
    case "trailer-unknown-key":
      return `no auth_hmac key ${octet(view.claimed - TRAILER_LENGTH + 1)} is configured here; write the same keys on all directors`;
    case "trailer-wrong":
      return "its auth_hmac trailer was not made with our key; write the same keys on all directors";
    case "trailer-replayed":
      return "its auth_hmac trailer was heard before";
    case "interval-mismatch":
      return `its interval is ${octet(5)} s, wanted ${inSeconds(config.advertisementInterval)} s; set advert_int alike on all directors`;
    case "interval-zero":
      return "its interval is 0";
    case "multicast-on-unicast":
      return "it came by multicast, wanted one of the unicast_peer addresses";
    case "unicast-on-multicast":
      return `it came by unicast, wanted the group ${multicastGroupOf(config)}`;
    case "other-group":
      return `it came by the group ${ipAddressFromBytes(view.destination)}, wanted ${multicastGroupOf(config)}`;
    case "unknown-peer":
      return "its sender is not in unicast_peer";
    case "zero-addresses":
      return "it carries no address";
    case "address-list":
      return `its address list (${octet(3)}) is not ours (${config.virtualAddresses.length}); set virtual_ipaddress alike on all directors`;
    case "own-address":
      return "its sender address is our own: another host uses it, give each director its own";
    case "owner-ignores":
      return "this director owns the addresses (priority 255) and listens to nobody (owner_ignore_adverts)";
    default:
      return unreachable(rejection.kind);
  }
}

/** A fault in words. */
export function describeFault(reason: FaultReason): string {
  switch (reason.kind) {
    case "interface-down":
      return `interface ${reason.interface} is down`;
    case "interface-missing":
      return `interface ${reason.interface} does not exist`;
    case "no-source-address":
      return "the interface has no address to send from";
    case "no-unicast-peer":
      return "no unicast_peer is configured, and unicast_fault_no_peer forbids multicast";
    case "script":
      return `script ${reason.name} failed`;
    case "script-pending":
      return `script ${reason.name} has not given a result yet`;
    case "sync-group":
      return `${reason.name}, which is in the same sync group, is at fault`;
    case "file":
      return `the number in track_file ${reason.name} is a fault`;
    case "process":
      return `process ${reason.name} is not running as wanted`;
    case "bfd":
      return `BFD session ${reason.name} is down`;
    default:
      return unreachable(reason);
  }
}
