import { pairAddresses } from "./pair-addresses.ts";
import { pairAuthentication } from "./pair-authentication.ts";
import { pairBothStartAsMaster } from "./pair-both-start-as-master.ts";
import { pairChecksum } from "./pair-checksum.ts";
import { pairEqualPriority } from "./pair-equal-priority.ts";
import { pairInstanceMissing } from "./pair-instance-missing.ts";
import { pairInterval } from "./pair-interval.ts";
import { pairNeverMaster } from "./pair-never-master.ts";
import { pairNopreempt } from "./pair-nopreempt.ts";
import { pairPeerNotNamed } from "./pair-peer-not-named.ts";
import { pairRouterName } from "./pair-router-name.ts";
import type { PairRule } from "./pair-rule.ts";
import { pairSameSource } from "./pair-same-source.ts";
import { pairServiceDiffers } from "./pair-service-differs.ts";
import { pairServiceMissing } from "./pair-service-missing.ts";
import { pairSyncGroup } from "./pair-sync-group.ts";
import { pairUnicast } from "./pair-unicast.ts";
import { pairVersion } from "./pair-version.ts";
import { pairVirtualRouterId } from "./pair-virtual-router-id.ts";

/** Every rule for two directors that are to work together, one file each. */
export const everyPairRule: readonly PairRule[] = [
  pairAddresses,
  pairAuthentication,
  pairBothStartAsMaster,
  pairChecksum,
  pairEqualPriority,
  pairInstanceMissing,
  pairInterval,
  pairNeverMaster,
  pairNopreempt,
  pairPeerNotNamed,
  pairRouterName,
  pairSameSource,
  pairServiceDiffers,
  pairServiceMissing,
  pairSyncGroup,
  pairUnicast,
  pairVersion,
  pairVirtualRouterId,
];
