import type { IpAddress } from "../base/ip-address.ts";
import { microseconds, seconds } from "../base/time.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";

/** keepalived's defaults for everything a simulated or tested router does not say itself. */
export function simulatedConfig(said: Partial<RouterConfig> & Pick<RouterConfig, "name">): RouterConfig {
  return {
    family: 4,
    version: 2,
    interface: "eth0",
    virtualRouterId: 51,
    priority: 100,
    advertisementInterval: seconds(1),
    initialState: "backup",
    preempt: true,
    preemptDelay: microseconds(0),
    strict: false,
    authentication: { kind: "none" },
    virtualAddresses: [{ address: "192.0.2.1" as IpAddress, prefixLength: 32 }],
    excludedAddresses: [],
    routes: [],
    rules: [],
    unicastPeers: [],
    unicastTtl: 255,
    checkUnicastSource: false,
    checksumPseudoHeader: true,
    gratuitousArp: {
      delay: seconds(5),
      repeat: 5,
      refresh: microseconds(0),
      refreshRepeat: 1,
      lowerPriorityDelay: seconds(5),
      lowerPriorityRepeat: 5,
    },
    lowerPriorityNoAdvertisement: false,
    higherPrioritySendAdvertisement: false,
    downTimerAdvertisements: 3,
    skipCheckAdvertisedAddresses: false,
    startupDelay: microseconds(0),
    ...said,
  };
}
