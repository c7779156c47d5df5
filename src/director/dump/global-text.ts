import { inSeconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { GlobalDefinitions } from "../../conf/model/global-definitions.ts";
import type { ChildProcess } from "../../conf/model/process-definitions.ts";
import { scriptEntryText } from "./entry-text.ts";

/** What the dumps say of the machine itself. */
export interface DumpContext {
  readonly hostName: string;
  readonly namespace: string | undefined;
}

/** The section `Global definitions`, which begins every one of keepalived's text dumps. */
export function globalText(config: Config, { hostName, namespace }: DumpContext): string {
  const { global, daemon } = config;
  const { management } = global;
  const lines = [
    "------< Global definitions >------",
    ` Network namespace = ${namespace ?? daemon.networkNamespace ?? "(default)"}`,
    ` Network namespace ipvs = ${daemon.forwardingNamespace ?? "(main namespace)"}`,
    ...(daemon.instance === undefined ? [] : [` Instance name = ${daemon.instance}`]),
    ...namesText(global),
    ` Router ID = ${global.routerId ?? hostName}`,
    ...mailText(global, hostName),
    ` Default smtp_alert_vrrp = ${unset(global.smtpAlertVrrp)}`,
    ` Default smtp_alert_checker = ${unset(global.smtpAlertChecker)}`,
    ` Checkers log all failures = ${global.checkerLogAllFailures}`,
    ` Dynamic interfaces = ${global.dynamicInterfaces}`,
    ` Default interface = ${global.vrrp.defaultInterface}`,
    ` Disable local IGMP = ${global.vrrp.disableLocalIgmp ? "yes" : "no"}`,
    ` LVS flush = ${global.lvsFlush}`,
    ` LVS flush on stop = ${global.lvs.flushOnStop ?? "disabled"}`,
    ...pipesText(global),
    ` FIFO write vrrp states on reload = ${global.scripts.writeStatesOnReload}`,
    ...vrrpText(global),
    ...processText("VRRP", global.processes.vrrp),
    ...processText("Checker", global.processes.checker),
    ...processText("BFD", global.processes.bfd),
    ` SNMP vrrp ${enabled(management.snmp.vrrp)}`,
    ` SNMP checker ${enabled(management.snmp.checker)}`,
    ` SNMP RFCv2 ${enabled(management.snmp.rfc2787)}`,
    ` SNMP RFCv3 ${enabled(management.snmp.rfc6527)}`,
    ` SNMP traps ${enabled(management.snmp.traps)}`,
    ` SNMP socket = ${management.snmp.socket ?? "default (unix:/var/agentx/master)"}`,
    ` DBus ${enabled(management.dbus.enabled)}`,
    ` DBus service name = ${management.dbus.enabled ? management.dbus.service : ""}`,
    ` Script security ${enabled(global.enableScriptSecurity)}`,
    ` rs_init_notifies = ${Number(global.realServerInitNotifies)}`,
    ` no_checker_emails = ${Number(global.noCheckerEmails)}`,
    ` rx_bufs_multiples = ${global.vrrp.receiveBufferMultiplier}`,
    ` umask = 0${management.umask.toString(8)}`,
    ...(global.vrrpStartupDelay === 0 ? [] : [` vrrp_startup_delay = ${inSeconds(global.vrrpStartupDelay)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function namesText({ processes }: GlobalDefinitions): readonly string[] {
  const { vrrp, checker, bfd, ownNames } = processes;
  const name = (own: string | undefined, suffix: string) =>
    own ?? (ownNames ? `keepalived_${suffix}` : undefined);
  const named: readonly (readonly [string, string | undefined])[] = [
    ["VRRP", name(vrrp.name, "vrrp")],
    ["LVS", name(checker.name, "lvs")],
    ["BFD", name(bfd.name, "bfd")],
  ];
  return named.flatMap(([kind, text]) => (text === undefined ? [] : [` ${kind} process name = ${text}`]));
}

function mailText(global: GlobalDefinitions, hostName: string): readonly string[] {
  if (global.smtpServer === undefined && global.notificationEmail.length === 0) return [];
  const [host = "", port = "25"] = (global.smtpServer ?? "").split(" ");
  return [
    ...(global.smtpServer === undefined ? [] : [` Smtp server = ${host}`, ` Smtp server port = ${port}`]),
    ` Smtp HELO name = ${global.smtpHeloName ?? hostName}`,
    ` Smtp server connection timeout = ${inSeconds(global.smtpConnectTimeout)}`,
    ...(global.notificationEmailFrom === undefined
      ? []
      : [` Email notification from = ${global.notificationEmailFrom}`]),
    ...(global.notificationEmail.length === 0
      ? []
      : [" Email notification to:", ...global.notificationEmail.map((address) => `   ${address}`)]),
  ];
}

function pipesText({ scripts }: GlobalDefinitions): readonly string[] {
  const pipes = [
    ["Global", scripts.everyFifo],
    ["VRRP", scripts.vrrpFifo],
    ["LVS", scripts.lvsFifo],
  ] as const;
  return pipes.flatMap(([kind, { path, reader }]) => [
    ...(path === undefined ? [] : [` ${kind} notify fifo = ${path}`]),
    ...(reader === undefined ? [] : [` ${kind} notify fifo script = ${scriptEntryText(reader)}`]),
  ]);
}

function vrrpText({ defaults, vrrp, processes, ...global }: GlobalDefinitions): readonly string[] {
  const { gratuitousArp: garp } = defaults;
  return [
    ` VRRP notify priority changes = ${defaults.notifyPriorityChanges}`,
    ` VRRP IPv4 mcast group = ${defaults.multicastGroup4 ?? "224.0.0.18"}`,
    ` VRRP IPv6 mcast group = ${defaults.multicastGroup6 ?? "ff02::12"}`,
    ` Gratuitous ARP delay = ${inSeconds(garp.delay)}`,
    ` Gratuitous ARP repeat = ${garp.repeat}`,
    ` Gratuitous ARP refresh timer = ${inSeconds(garp.refresh)}`,
    ` Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
    ` Gratuitous ARP lower priority delay = ${inSeconds(garp.lowerPriorityDelay ?? garp.delay)}`,
    ` Gratuitous ARP lower priority repeat = ${garp.lowerPriorityRepeat ?? garp.repeat}`,
    ` Num adverts before down = ${defaults.downTimerAdvertisements}`,
    ` Send advert after receive lower priority advert = ${!defaults.lowerPriorityNoAdvertisement}`,
    ` Send advert after receive higher priority advert = ${defaults.higherPrioritySendAdvertisement}`,
    ` Gratuitous ARP interval = ${inSeconds(vrrp.garpInterval).toFixed(6)}`,
    ` Gratuitous NA interval = ${inSeconds(vrrp.neighbourInterval).toFixed(6)}`,
    ` VRRP default protocol version = ${defaults.version ?? 2}`,
    ` VRRP check unicast_src = ${defaults.checkUnicastSource}`,
    ` VRRP skip check advert addresses = ${global.skipCheckAdvertisedAddresses}`,
    ` VRRP strict mode = ${defaults.strict}`,
    ` Max auto priority = ${global.maxAutoPriority ?? 0}`,
    ` Min auto priority delay = ${processes.autoPriorityDelay} usecs`,
  ];
}

function processText(name: string, child: ChildProcess): readonly string[] {
  return [
    ` ${name} process priority = ${child.priority ?? 0}`,
    ` ${name} don't swap = ${child.noSwap}`,
    ` ${name} realtime priority = ${child.realtimePriority ?? 0}`,
    ...(child.cpus.length === 0 ? [] : [` ${name} CPU Affinity = ${child.cpus.join(" ")}`]),
    ` ${name} realtime limit = ${child.realtimeLimit}`,
  ];
}

function enabled(on: boolean): string {
  return on ? "enabled" : "disabled";
}

function unset(value: boolean | undefined): string {
  return value === undefined ? "unset" : String(value);
}
