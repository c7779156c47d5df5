import { inSeconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { TrackProcess } from "../../conf/model/tracking.ts";
import type { VrrpInstance, VrrpNotify } from "../../conf/model/vrrp-instance.ts";
import type { Role } from "../../vrrp/router-state.ts";
import { routerKey } from "../vrrp-director-state.ts";
import type { VrrpInstanceStatus, VrrpStatus } from "../vrrp-status.ts";
import { type ClockReading, epochSeconds } from "./clock-reading.ts";
import { addressEntryText, routeEntryText, ruleEntryText, scriptEntryText } from "./entry-text.ts";

/** keepalived's numbers for states. */
const STATES: Readonly<Record<Role["kind"], number>> = { initialize: 0, backup: 1, master: 2, fault: 3 };
const AUTHENTICATION = { none: 0, pass: 1, ah: 2 } as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * `keepalived.json`: keepalived 2.2.7's keys and types in its order, `/` written as `\/`, no newline at the end.
 * Undefined when there is no instance: keepalived writes nothing then. `json_version 2` has the shape of later versions.
 * Deviation: a password is written as asterisks, as later versions do; 2.2.7 writes it out.
 */
export function jsonDump(
  config: Config,
  { status, clock }: { readonly status: VrrpStatus; readonly clock: Omit<ClockReading, "calendar"> },
): string | undefined {
  const known = new Map(status.instances.map((instance) => [instance.key, instance]));
  const instances = config.vrrpInstances.flatMap((instance) => {
    const told = known.get(routerKey(instance));
    if (told === undefined) return [];
    return [{ data: instanceJson(instance, { status: told, config, clock }), stats: statisticsJson(told) }];
  });
  if (instances.length === 0) return undefined;
  const whole =
    config.global.management.jsonVersion === 2
      ? { vrrp: instances, track_process: config.trackProcesses.map((block) => processJson(block, status)) }
      : instances;
  return JSON.stringify(whole).replaceAll("/", "\\/");
}

function instanceJson(
  instance: VrrpInstance,
  told: {
    readonly status: VrrpInstanceStatus;
    readonly config: Config;
    readonly clock: Omit<ClockReading, "calendar">;
  },
): Json {
  const { status, config, clock } = told;
  const { gratuitousArp: garp, authentication } = instance;
  const state = STATES[status.role.kind];
  const { changedAt = clock.now } = status;
  const interval = inSeconds(instance.advertisementInterval);
  const heard = status.role.kind === "backup" ? inSeconds(status.role.masterInterval) : interval;
  return {
    iname: instance.name,
    dont_track_primary: Number(instance.dontTrackPrimary),
    skip_check_adv_addr: Number(instance.skipCheckAdvertisedAddresses),
    strict_mode: Number(instance.strict),
    vmac_ifname: status.ownInterface ?? instance.ownInterface?.name ?? "",
    ifp_ifname: status.ownInterface ?? instance.interface,
    master_priority: status.role.kind === "backup" ? (status.master?.priority ?? 0) : 0,
    last_transition: epochSeconds(changedAt, clock),
    garp_delay: inSeconds(garp.delay),
    garp_refresh: inSeconds(garp.refresh),
    garp_rep: garp.repeat,
    garp_refresh_rep: garp.refreshRepeat,
    garp_lower_prio_delay: inSeconds(garp.lowerPriorityDelay),
    garp_lower_prio_rep: garp.lowerPriorityRepeat,
    lower_prio_no_advert: Number(instance.lowerPriorityNoAdvertisement),
    higher_prio_send_advert: Number(instance.higherPrioritySendAdvertisement),
    vrid: instance.virtualRouterId,
    base_priority: instance.priority,
    effective_priority: status.priority,
    vipset: status.role.kind === "master",
    promote_secondaries: instance.promoteSecondaries,
    adver_int: interval,
    master_adver_int: heard,
    accept: Number(instance.accept),
    nopreempt: !instance.preempt,
    preempt_delay: inSeconds(instance.preemptDelay),
    state,
    wantstate: state,
    version: instance.version,
    smtp_alert: instance.smtpAlert,
    notify_deleted: instance.notify.deleted !== undefined,
    ...scriptsJson(instance.notify),
    ...listsJson(instance, { status, config }),
    auth_type: AUTHENTICATION[authentication.kind],
    ...(authentication.kind === "none" ? {} : { auth_data: "********" }),
  };
}

function scriptsJson(notify: VrrpNotify): Json {
  const { backup, master, fault, stop, any: every, deleted, masterHeardLower } = notify;
  const commands = {
    script_backup: backup,
    script_master: master,
    script_fault: fault,
    script_stop: stop,
    script: every,
    script_deleted: deleted === "written" ? undefined : deleted,
    script_master_rx_lower_pri: masterHeardLower,
  };
  return Object.fromEntries(
    Object.entries(commands).flatMap(([key, command]) =>
      command === undefined ? [] : [[key, scriptEntryText(command)]],
    ),
  );
}

/** Lists that are empty are left out, as keepalived does. */
function listsJson(
  instance: VrrpInstance,
  { status, config }: { readonly status: VrrpInstanceStatus; readonly config: Config },
): Json {
  const set = new Set(status.addresses.flatMap(({ address, present }) => (present ? [address] : [])));
  const isMaster = status.role.kind === "master";
  const addresses = (list: VrrpInstance["virtualAddresses"]) =>
    list.map((virtual) =>
      addressEntryText(virtual, {
        interface: instance.interface,
        isSet: isMaster && set.has(virtual.address),
      }),
    );
  const scripts = new Map(config.vrrpScripts.map(({ name, command }) => [name, scriptEntryText(command)]));
  const lists = {
    vips: addresses(instance.virtualAddresses),
    evips: addresses(instance.excludedAddresses),
    vroutes: instance.routes.map(routeEntryText),
    vrules: instance.rules.map(ruleEntryText),
    track_ifp: instance.trackInterfaces.map(({ name }) => name),
    track_script: instance.trackScripts.map(({ name }) => scripts.get(name) ?? name),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function statisticsJson({ counters }: VrrpInstanceStatus): Json {
  const rejected = (counter: string) => counters.rejected[counter] ?? 0;
  return {
    advert_rcvd: counters.advertisementsReceived,
    advert_sent: counters.advertisementsSent,
    become_master: counters.becameMaster,
    release_master: counters.releasedMaster,
    packet_len_err: rejected("packet_len_err"),
    advert_interval_err: rejected("advert_interval_err"),
    ip_ttl_err: rejected("ip_ttl_err"),
    invalid_type_rcvd: rejected("invalid_type_rcvd"),
    addr_list_err: rejected("addr_list_err"),
    invalid_authtype: rejected("invalid_authtype"),
    authtype_mismatch: rejected("authtype_mismatch"),
    auth_failure: rejected("auth_failure"),
    pri_zero_rcvd: counters.priorityZeroReceived,
    pri_zero_sent: counters.priorityZeroSent,
  };
}

function processJson(block: TrackProcess, { trackers }: VrrpStatus): Json {
  const standing = trackers?.processes.find(({ name }) => name === block.name)?.standing;
  return {
    process: block.process,
    parameters: block.parameters.join(" "),
    param_match: block.match,
    min_processes: block.quorum,
    max_processes: block.quorumMax ?? 4_294_967_295,
    have_quorum: standing === "up",
    weight: block.weight,
    terminate_delay: inSeconds(block.terminateDelay),
    fork_delay: inSeconds(block.forkDelay),
  };
}
