import { alertWithoutRecipient } from "./alert-without-recipient.ts";
import { checkOnOtherHost } from "./check-on-other-host.ts";
import { checkOnOtherPort } from "./check-on-other-port.ts";
import { checkPeriodDefault } from "./check-period-default.ts";
import { checkWithoutRetry } from "./check-without-retry.ts";
import { duplicateScriptCommand } from "./duplicate-script-command.ts";
import { duplicateUnicastPeer } from "./duplicate-unicast-peer.ts";
import { duplicateVirtualServer } from "./duplicate-virtual-server.ts";
import { failoverWithoutOrder } from "./failover-without-order.ts";
import { granularityWithoutPersistence } from "./granularity-without-persistence.ts";
import { hairTriggerInterval } from "./hair-trigger-interval.ts";
import { httpCheckAcceptsErrors } from "./http-check-accepts-errors.ts";
import { httpCheckOnTlsPort } from "./http-check-on-tls-port.ts";
import { httpCheckWithoutExpectation } from "./http-check-without-expectation.ts";
import { inhibitWithoutSorryServer } from "./inhibit-without-sorry-server.ts";
import { linkLocalFirst } from "./link-local-first.ts";
import { linkUntracked } from "./link-untracked.ts";
import { mailWithoutServer } from "./mail-without-server.ts";
import { manyVirtualAddresses } from "./many-virtual-addresses.ts";
import { masterBelowDefault } from "./master-below-default.ts";
import { notifyOneWay } from "./notify-one-way.ts";
import { oddPortOut } from "./odd-port-out.ts";
import { ownerPriority } from "./owner-priority.ts";
import { peerIsSelf } from "./peer-is-self.ts";
import { persistenceWithHash } from "./persistence-with-hash.ts";
import { priorityNotSet } from "./priority-not-set.ts";
import { quorumNeedsEveryServer } from "./quorum-needs-every-server.ts";
import { quorumWithoutConsequence } from "./quorum-without-consequence.ts";
import { realServerIsVirtualAddress } from "./real-server-is-virtual-address.ts";
import { repeatedKeyword } from "./repeated-keyword.ts";
import type { Rule } from "./rule.ts";
import { sameVirtualAddress } from "./same-virtual-address.ts";
import { samplePassword } from "./sample-password.ts";
import { scriptFailsAtOnce } from "./script-fails-at-once.ts";
import { scriptTimeoutBeyondInterval } from "./script-timeout-beyond-interval.ts";
import { scriptUserNotSet } from "./script-user-not-set.ts";
import { scriptWithoutFullPath } from "./script-without-full-path.ts";
import { secretReadableByOthers } from "./secret-readable-by-others.ts";
import { serviceAddressNotMoved } from "./service-address-not-moved.ts";
import { shellSyntaxInCommand } from "./shell-syntax-in-command.ts";
import { slowTakeover } from "./slow-takeover.ts";
import { sorryServerIsRealServer } from "./sorry-server-is-real-server.ts";
import { sourceIsVirtualAddress } from "./source-is-virtual-address.ts";
import { sourceNotOnThisHost } from "./source-not-on-this-host.ts";
import { staticAddressIsVirtual } from "./static-address-is-virtual.ts";
import { strictHidesAddress } from "./strict-hides-address.ts";
import { syncGroupMembersDiffer } from "./sync-group-members-differ.ts";
import { thresholdsCrossed } from "./thresholds-crossed.ts";
import { timeoutBeyondLoop } from "./timeout-beyond-loop.ts";
import { udpCheckedByTcp } from "./udp-checked-by-tcp.ts";
import { uncheckedRealServer } from "./unchecked-real-server.ts";
import { unicastSourceNotSet } from "./unicast-source-not-set.ts";
import { unicastSourceUnchecked } from "./unicast-source-unchecked.ts";
import { unusedScript } from "./unused-script.ts";
import { unusedServerGroup } from "./unused-server-group.ts";
import { unusedTracker } from "./unused-tracker.ts";
import { virtualAddressIsNetwork } from "./virtual-address-is-network.ts";
import { virtualAddressUnusable } from "./virtual-address-unusable.ts";
import { weightBeyondRange } from "./weight-beyond-range.ts";
import { weightIgnoredByScheduler } from "./weight-ignored-by-scheduler.ts";
import { weightWithNopreempt } from "./weight-with-nopreempt.ts";
import { weightZeroEverywhere } from "./weight-zero-everywhere.ts";

/** Every rule for what keepalived does not see, one file each. */
export const everyRule: readonly Rule[] = [
  alertWithoutRecipient,
  checkOnOtherHost,
  checkOnOtherPort,
  checkPeriodDefault,
  checkWithoutRetry,
  duplicateScriptCommand,
  duplicateUnicastPeer,
  duplicateVirtualServer,
  failoverWithoutOrder,
  granularityWithoutPersistence,
  hairTriggerInterval,
  httpCheckAcceptsErrors,
  httpCheckOnTlsPort,
  httpCheckWithoutExpectation,
  inhibitWithoutSorryServer,
  linkLocalFirst,
  linkUntracked,
  mailWithoutServer,
  manyVirtualAddresses,
  masterBelowDefault,
  notifyOneWay,
  oddPortOut,
  ownerPriority,
  peerIsSelf,
  persistenceWithHash,
  priorityNotSet,
  quorumNeedsEveryServer,
  quorumWithoutConsequence,
  realServerIsVirtualAddress,
  repeatedKeyword,
  sameVirtualAddress,
  samplePassword,
  scriptFailsAtOnce,
  scriptTimeoutBeyondInterval,
  scriptUserNotSet,
  scriptWithoutFullPath,
  secretReadableByOthers,
  serviceAddressNotMoved,
  shellSyntaxInCommand,
  slowTakeover,
  sorryServerIsRealServer,
  sourceIsVirtualAddress,
  sourceNotOnThisHost,
  staticAddressIsVirtual,
  strictHidesAddress,
  syncGroupMembersDiffer,
  thresholdsCrossed,
  timeoutBeyondLoop,
  udpCheckedByTcp,
  uncheckedRealServer,
  unicastSourceNotSet,
  unicastSourceUnchecked,
  unusedScript,
  unusedServerGroup,
  unusedTracker,
  virtualAddressIsNetwork,
  virtualAddressUnusable,
  weightBeyondRange,
  weightIgnoredByScheduler,
  weightWithNopreempt,
  weightZeroEverywhere,
];
