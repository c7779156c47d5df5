import type { VrrpInstanceStatus } from "../vrrp-status.ts";

/** `keepalived.stats`: keepalived 2.2.7's layout, byte for byte. */
export function statisticsText(instances: readonly VrrpInstanceStatus[]): string {
  return instances.map(instanceText).join("");
}

function instanceText({ name, counters }: VrrpInstanceStatus): string {
  const rejected = (counter: string) => counters.rejected[counter] ?? 0;
  return `VRRP Instance: ${name}
  Advertisements:
    Received: ${counters.advertisementsReceived}
    Sent: ${counters.advertisementsSent}
  Became master: ${counters.becameMaster}
  Released master: ${counters.releasedMaster}
  Packet Errors:
    Length: ${rejected("packet_len_err")}
    TTL: ${rejected("ip_ttl_err")}
    Invalid Type: ${rejected("invalid_type_rcvd")}
    Advertisement Interval: ${rejected("advert_interval_err")}
    Address List: ${rejected("addr_list_err")}
  Authentication Errors:
    Invalid Type: ${rejected("invalid_authtype")}
    Type Mismatch: ${rejected("authtype_mismatch")}
    Failure: ${rejected("auth_failure")}
  Priority Zero:
    Received: ${counters.priorityZeroReceived}
    Sent: ${counters.priorityZeroSent}
`;
}
