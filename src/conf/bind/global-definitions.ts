import { type Duration, microseconds, seconds } from "../../base/time.ts";
import type { GarpDefaults, GlobalDefaults, GlobalDefinitions } from "../model/global-definitions.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, placeOf, tell } from "./context.ts";
import { bindExtraInterfaceGarp } from "./extra-interface-garp.ts";
import type { FieldSource } from "./fields.ts";
import { bindProcesses, bindScripts } from "./process-definitions.ts";
import { bindUser, checkScriptUser } from "./script-command.ts";
import {
  bindFilter,
  bindLvs,
  bindManagement,
  bindReload,
  bindVrrpDefinitions,
} from "./service-definitions.ts";
import { entriesOf } from "./setting.ts";
import { readBlock, Settings } from "./settings.ts";
import { checkSmtpServer } from "./smtp-server.ts";

/** Binds all `global_defs` blocks of a configuration together, as keepalived does: later lines win. */
export function bindGlobalDefinitions(
  context: BindContext,
  directives: readonly Directive[],
): GlobalDefinitions {
  const all = new Settings();
  for (const directive of directives) {
    const block = readBlock(context, { block: directive.block, path: "global_defs" });
    all.addAll(block);
  }
  warnZero(context, all);
  checkSmtpServer(context, all.last("smtp_server"));
  checkScriptUser(context, all.last("script_user"));
  const routerId = all.word("router_id");
  const scriptUser = bindUser(all, "script_user");
  const from = all.word("notification_email_from");
  const smtpServer = all.last("smtp_server")?.words.map((word) => word.text);
  const smtpHeloName = all.word("smtp_helo_name");
  const connectTimeout = all.number("smtp_connect_timeout");
  const source: FieldSource = { settings: all, context };
  return {
    ...(routerId === undefined ? {} : { routerId }),
    ...(scriptUser ? { scriptUser } : {}),
    enableScriptSecurity: all.has("enable_script_security"),
    dynamicInterfaces: all.has("dynamic_interfaces"),
    vrrpStartupDelay: all.duration("vrrp_startup_delay") ?? microseconds(0),
    notificationEmail: all.every("notification_email").flatMap((each) =>
      entriesOf(each)
        .flat()
        .map((word) => word.text),
    ),
    ...(from === undefined ? {} : { notificationEmailFrom: from }),
    ...(smtpServer ? { smtpServer: smtpServer.slice(0, 2).join(" ") } : {}),
    ...(smtpHeloName === undefined ? {} : { smtpHeloName }),
    smtpConnectTimeout: connectTimeout === undefined ? seconds(30) : seconds(Math.max(1, connectTimeout)),
    lvsFlush: all.has("lvs_flush"),
    ...maxAutoPriority(all),
    reloadCheckConfig: all.has("reload_check_config"),
    skipCheckAdvertisedAddresses: all.flag("vrrp_skip_check_adv_addr") ?? false,
    noEmailFaults: all.has("no_email_faults"),
    checkerLogAllFailures: all.flag("checker_log_all_failures") ?? false,
    ...smtpAlerts(all),
    noCheckerEmails: all.flag("no_checker_emails") ?? false,
    realServerInitNotifies: all.flag("rs_init_notifies") ?? false,
    processes: bindProcesses(source),
    scripts: bindScripts(source),
    lvs: bindLvs(source),
    filter: bindFilter(source),
    management: bindManagement(source),
    reload: bindReload(source),
    vrrp: bindVrrpDefinitions(source),
    defaults: bindDefaults(source),
  };
}

/** `max_auto_priority` without a number means the highest one. */
function maxAutoPriority(all: Settings): { readonly maxAutoPriority?: number } {
  if (!all.has("max_auto_priority")) return {};
  return { maxAutoPriority: all.number("max_auto_priority") ?? 99 };
}

function smtpAlerts(all: Settings): Partial<GlobalDefinitions> {
  const every = all.flag("smtp_alert");
  const vrrp = all.flag("smtp_alert_vrrp") ?? every;
  const checker = all.flag("smtp_alert_checker") ?? every;
  return {
    ...(vrrp === undefined ? {} : { smtpAlertVrrp: vrrp }),
    ...(checker === undefined ? {} : { smtpAlertChecker: checker }),
  };
}

function bindDefaults(source: FieldSource): GlobalDefaults {
  const { settings: all } = source;
  const owner = all.flag("vrrp_owner_ignore_adverts");
  const extra = bindExtraInterfaceGarp(source, ["vrrp_garp_extra_if", "vrrp_vmac_garp_intvl"]);
  const group4 = all.address("vrrp_mcast_group4");
  const group6 = all.address("vrrp_mcast_group6");
  return {
    ...(all.number("vrrp_version") === 3
      ? { version: 3 }
      : all.number("vrrp_version") === 2
        ? { version: 2 }
        : {}),
    strict: all.has("vrrp_strict") && all.flag("vrrp_strict") !== false,
    lowerPriorityNoAdvertisement: all.flag("vrrp_lower_prio_no_advert") ?? false,
    higherPrioritySendAdvertisement: all.flag("vrrp_higher_prio_send_advert") ?? false,
    downTimerAdvertisements: all.number("vrrp_down_timer_adverts") ?? 3,
    checkUnicastSource: all.has("vrrp_check_unicast_src"),
    gratuitousArp: bindGarpDefaults(all),
    ...(group4 ? { multicastGroup4: group4 } : {}),
    ...(group6 ? { multicastGroup6: group6 } : {}),
    version3ChecksumAsVersion2: all.has("v3_checksum_as_v2"),
    notifyPriorityChanges: all.flag("vrrp_notify_priority_changes") ?? false,
    ...(owner === undefined ? {} : { ownerIgnoresAdvertisements: owner }),
    ...(extra ? { extraInterfaceGarp: extra } : {}),
  };
}

/** `vrrp_min_garp` turns the defaults down to one packet; explicit keywords count over it. */
function bindGarpDefaults(all: Settings): GarpDefaults {
  const least = all.flag("vrrp_min_garp") === true;
  const lowerDelay = wholeSeconds(all, "vrrp_garp_lower_prio_delay");
  const lowerRepeat = all.number("vrrp_garp_lower_prio_repeat");
  return {
    delay: wholeSeconds(all, "vrrp_garp_master_delay") ?? seconds(least ? 0 : 5),
    repeat: Math.max(1, all.number("vrrp_garp_master_repeat") ?? (least ? 1 : 5)),
    refresh: wholeSeconds(all, "vrrp_garp_master_refresh") ?? seconds(0),
    refreshRepeat: Math.max(1, all.number("vrrp_garp_master_refresh_repeat") ?? 1),
    ...(lowerDelay === undefined ? {} : { lowerPriorityDelay: lowerDelay }),
    ...(lowerRepeat === undefined ? {} : { lowerPriorityRepeat: lowerRepeat }),
  };
}

/** A value that keepalived takes in whole seconds. */
export function wholeSeconds(settings: Settings, name: string): Duration | undefined {
  const value = settings.number(name);
  return value === undefined ? undefined : seconds(value);
}

function warnZero(context: BindContext, all: Settings): void {
  for (const name of ["vrrp_garp_master_repeat", "vrrp_garp_master_refresh_repeat", "smtp_connect_timeout"]) {
    const setting = all.last(name);
    if (setting?.value?.kind !== "number" || setting.value.value !== 0) continue;
    const spelt = name === "smtp_connect_timeout" ? "smtp_conect_timeout" : name;
    tell(context, placeOf(setting.directive), {
      code: "zero-becomes-one",
      severity: "warning",
      message: `${name} is 0, but at least 1 is needed, so 1 counts`,
      help: `write ${name} 1`,
      texts: [`${spelt} must be greater than 0, setting to 1`],
    });
  }
}
