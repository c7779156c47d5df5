import { familyOf } from "../../base/ip-address.ts";
import { type Duration, inMilliseconds, inSeconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { VirtualAddress, VrrpInstance } from "../../conf/model/vrrp-instance.ts";
import type { Role } from "../../vrrp/router-state.ts";
import { masterDownInterval } from "../../vrrp/timers.ts";
import { routerKey } from "../vrrp-director-state.ts";
import type { LinkStatus, VrrpInstanceStatus, VrrpStatus } from "../vrrp-status.ts";
import { type ClockReading, instantText } from "./clock-reading.ts";
import { addressEntryText, routeEntryText, ruleEntryText } from "./entry-text.ts";
import { groupNotificationText, notificationText, trackingText } from "./tracking-text.ts";

const STATES: Readonly<Record<Role["kind"], string>> = {
  initialize: "INIT",
  backup: "BACKUP",
  master: "MASTER",
  fault: "FAULT",
};

interface Told {
  readonly status: VrrpStatus;
  readonly clock: ClockReading;
}

/** The sections of `keepalived.data` about VRRP, in 2.2.7's words; descriptors and counters of its own memory are left out. */
export function vrrpText(config: Config, told: Told): string {
  const known = new Map(told.status.instances.map((instance) => [instance.key, instance]));
  const instances = config.vrrpInstances.flatMap((instance) => {
    const status = known.get(routerKey(instance));
    return status === undefined ? [] : instanceText(instance, { status, config, clock: told.clock });
  });
  const lines = [
    ...staticText(config, told.status),
    ...(instances.length === 0 ? [] : ["------< VRRP Topology >------", ...instances]),
    ...groupsText(config, told.status),
    ...trackingText(config, told.status),
    "------< Interfaces >------",
    ...told.status.links.flatMap((link) => linkText(link, config)),
  ];
  return `${lines.join("\n")}\n`;
}

function instanceText(
  instance: VrrpInstance,
  told: { readonly status: VrrpInstanceStatus; readonly config: Config; readonly clock: ClockReading },
): readonly string[] {
  const { status, config, clock } = told;
  const { role, source } = status;
  const group = config.syncGroups.find(({ members }) => members.includes(instance.name));
  const state = STATES[role.kind];
  return [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${instance.version}`,
    ...(instance.family === 6 ? ["   Using Native IPv6"] : []),
    ...(group === undefined ? [] : [`   Sync group = ${group.name}`]),
    `   State = ${state}`,
    ...masterText(status),
    ...flagsText(instance),
    `   Wantstate = ${state}`,
    "   Number of config faults = 0",
    `   Number of interface and track script faults = ${status.faults.length}`,
    `   Number of track scripts init = ${status.faults.filter(({ kind }) => kind === "script-pending").length}`,
    `   Last transition = ${instantText(status.changedAt ?? clock.now, clock)}`,
    ...timeoutText(role, clock),
    `   Master down timer = ${downTimer(instance, status)} usecs`,
    `   Interface = ${instance.interface}`,
    ...(source === undefined
      ? []
      : [
          `   Using src_ip = ${source}${instance.sourceAddress === undefined ? "" : " (from configuration)"}`,
        ]),
    ...(instance.unicastPeers.length > 0
      ? []
      : [
          `   Multicast address ${instance.multicastDestination ?? (instance.family === 4 ? "224.0.0.18" : "ff02::12")}`,
        ]),
    ...announcingText(instance),
    `   Virtual Router ID = ${instance.virtualRouterId}`,
    `   Priority = ${instance.priority}`,
    `   Effective priority = ${status.priority}`,
    `   Total priority = ${status.priority}`,
    ...behaviourText(instance, status),
    ...placesText(instance, status),
    ...notificationText(instance, config),
  ];
}

function masterText({ role, master }: VrrpInstanceStatus): readonly string[] {
  if (role.kind !== "backup") return [];
  return [
    `   Master router = ${master?.address ?? "0.0.0.0"}`,
    `   Master priority = ${master?.priority ?? 0}`,
    `   Master advert int = ${inSeconds(role.masterInterval).toFixed(2)} sec`,
  ];
}

function flagsText(instance: VrrpInstance): readonly string[] {
  const flags = [
    ...(instance.unicastPeers.length > 0 ? ["     Using unicast"] : []),
    ...(instance.ownInterface === undefined ? [] : ["     Using VMAC"]),
  ];
  return flags.length === 0 ? ["   Flags: none"] : ["   Flags:", ...flags];
}

function timeoutText(role: Role, clock: ClockReading): readonly string[] {
  if (role.kind === "master") return [`   Read timeout = ${instantText(role.nextAdvertisementAt, clock)}`];
  return role.kind === "backup" ? [`   Read timeout = ${instantText(role.masterDownAt, clock)}`] : [];
}

function downTimer(instance: VrrpInstance, { role, priority }: VrrpInstanceStatus): number {
  const { version, downTimerAdvertisements, advertisementInterval } = instance;
  const interval = role.kind === "backup" ? role.masterInterval : advertisementInterval;
  return masterDownInterval({ version, priority, interval, downTimerAdvertisements });
}

function announcingText(instance: VrrpInstance): readonly string[] {
  const { gratuitousArp: garp } = instance;
  return [
    `   Gratuitous ARP delay = ${inSeconds(garp.delay)}`,
    `   Gratuitous ARP repeat = ${garp.repeat}`,
    `   Gratuitous ARP refresh = ${inSeconds(garp.refresh)}`,
    `   Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${inSeconds(garp.lowerPriorityDelay)}`,
    `   Gratuitous ARP lower priority repeat = ${garp.lowerPriorityRepeat}`,
    `   Down timer adverts = ${instance.downTimerAdvertisements}`,
    `   Send advert after receive lower priority advert = ${!instance.lowerPriorityNoAdvertisement}`,
    `   Send advert after receive higher priority advert = ${instance.higherPrioritySendAdvertisement}`,
  ];
}

function behaviourText(instance: VrrpInstance, { role }: VrrpInstanceStatus): readonly string[] {
  const { version, authentication, preemptDelay } = instance;
  const interval = (duration: Duration) =>
    version === 2 ? `${inSeconds(duration)} sec` : `${inMilliseconds(duration)} milli-sec`;
  const onOff = (on: boolean) => (on ? "enabled" : "disabled");
  return [
    `   Advert interval = ${interval(instance.advertisementInterval)}`,
    ...(role.kind === "backup" && version === 3
      ? [`   Master advert interval = ${interval(role.masterInterval)}`]
      : []),
    `   Accept = ${onOff(instance.accept)}`,
    `   Preempt = ${onOff(instance.preempt)}`,
    ...(preemptDelay === 0 ? [] : [`   Preempt delay = ${inSeconds(preemptDelay)} secs`]),
    `   Promote_secondaries = ${onOff(instance.promoteSecondaries)}`,
    ...(authentication.kind === "none"
      ? []
      : [
          `   Authentication type = ${authentication.kind === "pass" ? "SIMPLE_PASSWORD" : "IPSEC_AH"}`,
          // Deviation: 2.2.7 writes it out; later versions, and the JSON of ours, do not.
          "   Password = ********",
        ]),
  ];
}

function placesText(instance: VrrpInstance, status: VrrpInstanceStatus): readonly string[] {
  const present = new Set(status.addresses.flatMap((one) => (one.present ? [one.address] : [])));
  const lines = (list: VrrpInstance["virtualAddresses"]) =>
    list.map((virtual) => {
      const isSet = status.role.kind === "master" && present.has(virtual.address);
      return `     ${addressEntryText(virtual, { interface: instance.interface, isSet })}`;
    });
  const section = (head: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [head, ...entries];
  const peers = instance.unicastPeers.map(
    ({ address, minTtl = 0, maxTtl = 255 }) => `     ${address} min_ttl ${minTtl} max_ttl ${maxTtl}`,
  );
  return [
    ...section(`   Virtual IP (${instance.virtualAddresses.length}):`, lines(instance.virtualAddresses)),
    ...section("   Virtual IP Excluded :", lines(instance.excludedAddresses)),
    ...(peers.length === 0
      ? []
      : [
          `   Unicast ${instance.family === 4 ? "TTL" : "hop limit"} = ${instance.unicastTtl}`,
          `   Check unicast src : ${instance.checkUnicastSource ? "yes" : "no"}`,
          "   Unicast Peer :",
          ...peers,
        ]),
    ...section(
      "   Virtual Routes :",
      instance.routes.map((route) => `     ${routeEntryText(route)}`),
    ),
    ...section(
      "   Virtual Rules :",
      instance.rules.map((rule) => `     ${ruleEntryText(rule)}`),
    ),
  ];
}

/** What is there from the start to the stop. */
function staticText(config: Config, { links }: VrrpStatus): readonly string[] {
  const present = new Set(
    links.flatMap(({ name, addresses }) => addresses.map(({ address }) => `${name} ${address}`)),
  );
  const section = (what: string, entries: readonly string[]) =>
    entries.length === 0
      ? []
      : [`------< Static ${what} >------`, ...entries.map((entry) => `     ${entry}`)];
  const addressText = (virtual: VirtualAddress) => {
    const { device = config.global.vrrp.defaultInterface, address } = virtual;
    return addressEntryText(virtual, { interface: device, isSet: present.has(`${device} ${address}`) });
  };
  return [
    ...section("Addresses", config.staticAddresses.map(addressText)),
    ...section("Routes", config.staticRoutes.map(routeEntryText)),
    ...section("Rules", config.staticRules.map(ruleEntryText)),
  ];
}

function groupsText(config: Config, { groups, instances }: VrrpStatus): readonly string[] {
  const { syncGroups } = config;
  if (syncGroups.length === 0) return [];
  const told = new Map(groups.map(({ name, state }) => [name, state]));
  return [
    "------< VRRP Sync groups >------",
    ...syncGroups.flatMap((group) => {
      const { name, members } = group;
      const roles = instances.filter((one) => members.includes(one.name));
      const count = (kind: Role["kind"]) => roles.filter(({ role }) => role.kind === kind).length;
      return [
        ` VRRP Sync Group = ${name}, ${told.get(name) ?? "INIT"}`,
        `   Num member fault ${count("fault")}, num member init ${count("initialize")}`,
        "   VRRP member instances :",
        ...members.map((member) => `     ${member}`),
        ...groupNotificationText(group, config),
      ];
    }),
  ];
}

function linkText(link: LinkStatus, { vrrpInstances }: Config): readonly string[] {
  const addresses = link.addresses.map(({ address }) => address);
  const octets = link.hardwareAddress.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
  const isLoopback = link.name === "lo";
  const users = vrrpInstances.filter(
    ({ interface: name, trackInterfaces }) =>
      name === link.name || trackInterfaces.some((tracked) => tracked.name === link.name),
  );
  const weightOf = ({ trackInterfaces }: VrrpInstance) =>
    trackInterfaces.find(({ name }) => name === link.name)?.weight ?? 0;
  return [
    ` Name = ${link.name}`,
    `   index = ${link.index}`,
    `   IPv4 address = ${addresses.find((one) => familyOf(one) === 4) ?? "(none)"}`,
    `   IPv6 address = ${addresses.find((one) => familyOf(one) === 6 && one !== "::1") ?? "(none)"}`,
    ...(isLoopback || octets === "" ? [] : [`   MAC = ${octets}`]),
    `   State = ${link.up ? "UP" : "DOWN"}, ${link.running ? "RUNNING" : "not RUNNING"}${isLoopback ? ", no broadcast, loopback, no multicast" : ""}`,
    `   HW Type = ${isLoopback ? "LOOPBACK" : "ETHERNET"}`,
    "   NIC netlink status update",
    ...(users.length === 0
      ? []
      : [
          "   Tracking VRRP instances :",
          ...users.map((instance) => `     ${instance.name}, weight ${weightOf(instance)}`),
        ]),
  ];
}
