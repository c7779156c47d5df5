import type { GlobalDefinitions } from "../model/global-definitions.ts";
import type { VrrpInstance } from "../model/vrrp-instance.ts";
import { bindRoutes, bindRules } from "./entry-lists.ts";
import { bindExtraInterfaceGarp } from "./extra-interface-garp.ts";
import { bindFields, type FieldSource, flag, isSet, isWritten, number, numberOr, text } from "./fields.ts";
import { bindHmac } from "./hmac.ts";
import { bindOwnInterface } from "./own-interface.ts";
import { entriesOf } from "./setting.ts";

/** Above every priority a router can be told to have. */
const HIGHEST_PRIORITY = 254;

const FIELDS = {
  ownInterface: bindOwnInterface,
  ownInterfaceForAddresses: isSet("use_vmac_addr"),
  transmitFromBase: isSet("vmac_xmit_base"),
  faultWithoutPeer: isSet("unicast_fault_no_peer"),
  oldUnicastChecksum: ({ settings }: FieldSource) => {
    const setting = settings.last("old_unicast_checksum");
    if (!setting) return undefined;
    return setting.words[0]?.text === "never" ? ("never" as const) : ("always" as const);
  },
  vrf: text("vrf"),
  trackSourceAddress: isSet("track_src_ip"),
  noVirtualAddress: isSet("no_virtual_ipaddress"),
  promoteSecondaries: isSet("promote_secondaries"),
  pollLink: isSet("linkbeat_use_polling"),
  syncDaemonInterface: text("lvs_sync_daemon_interface"),
  timerExpiredBackup: (source: FieldSource) =>
    isWritten("timer_expired_backup", "thread_timer_expired")(source)
      ? (number("timer_expired_backup", "thread_timer_expired")(source) ?? HIGHEST_PRIORITY)
      : undefined,
  receiveBufferBytes: number("kernel_rx_buf_size"),
  hmac: bindHmac,
  debug: numberOr(0, "debug"),
  routes: ({ settings, context }: FieldSource) =>
    bindRoutes(context, { lines: settings.every("virtual_routes").flatMap(entriesOf), kind: "virtual" }),
  rules: ({ settings, context }: FieldSource) =>
    bindRules(context, { lines: settings.every("virtual_rules").flatMap(entriesOf), kind: "virtual" }),
};

/** What `bindRareFields` gives. */
export type RareFields = Pick<
  VrrpInstance,
  keyof typeof FIELDS | "notifyPriorityChanges" | "extraInterfaceGarp" | "ownerIgnoresAdvertisements"
>;

/** The fields of an instance that need nothing but their keyword, or the default of `global_defs`. */
export function bindRareFields(source: FieldSource, { defaults }: GlobalDefinitions): RareFields {
  const extra =
    bindExtraInterfaceGarp(source, ["garp_extra_if", "vmac_garp_intvl"]) ?? defaults.extraInterfaceGarp;
  const owner = flag("owner_ignore_adverts")(source) ?? defaults.ownerIgnoresAdvertisements;
  const priorityChanges = flag("notify_priority_changes")(source);
  return {
    ...bindFields(source, FIELDS),
    ...(priorityChanges === undefined ? {} : { notifyPriorityChanges: priorityChanges }),
    ...(extra ? { extraInterfaceGarp: extra } : {}),
    ...(owner === undefined ? {} : { ownerIgnoresAdvertisements: owner }),
  };
}
