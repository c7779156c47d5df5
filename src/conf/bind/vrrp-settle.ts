import { type Duration, inSeconds, microseconds, seconds } from "../../base/time.ts";
import type { GlobalDefinitions } from "../model/global-definitions.ts";
import type { VrrpInstance } from "../model/vrrp-instance.ts";
import type { Directive } from "../tree.ts";
import { settleAuthentication, settleHmac } from "./authentication-settle.ts";
import { type BindContext, closeOf, type Finding, type Place, placeOf, tell } from "./context.ts";
import type { Settings } from "./settings.ts";

/** An instance as written, before the values are fitted to one another. */
export type Draft = Omit<
  VrrpInstance,
  "interface" | "virtualRouterId" | "priority" | "version" | "accept" | "initialState"
> & {
  readonly interface: string | undefined;
  readonly virtualRouterId: number | undefined;
  readonly priority: number | undefined;
  readonly version: number | undefined;
  readonly accept: boolean | undefined;
  readonly initialState: "master" | "backup" | undefined;
};

interface Settling {
  readonly draft: Draft;
  readonly settings: Settings;
  readonly directive: Directive;
  readonly global: GlobalDefinitions;
}

/**
 * Fits the values of an instance to one another as keepalived does when it has read everything: what contradicts is
 * reported and reset. Undefined when the instance lacks its interface or its virtual router id.
 */
export function settleInstance(context: BindContext, from: Settling): VrrpInstance | undefined {
  const { draft, global } = from;
  const late = lateTeller(context, from);
  if (!checkIdentity(context, from)) return undefined;
  const { interface: interfaceName, virtualRouterId } = draft;
  if (interfaceName === undefined || virtualRouterId === undefined) return undefined;
  const version = draft.family === 6 || draft.version === 3 ? 3 : 2;
  const priority = draft.priority ?? (draft.initialState === "master" ? 255 : 100);
  const noAddress = draft.virtualAddresses.length === 0;
  if (noAddress) late("virtual_ipaddress", noAddressFinding(context.owner, version === 3 || draft.strict));
  const state = settleState(late, { draft, priority });
  const authentication = settleAuthentication(late, {
    draft,
    version,
    priority,
    initialState: state.initialState,
  });
  const group = draft.family === 4 ? global.defaults.multicastGroup4 : global.defaults.multicastGroup6;
  const multicastDestination = draft.multicastDestination ?? group;
  checkUnicast(late, from);
  return {
    ...draft,
    interface: interfaceName,
    virtualRouterId,
    version,
    priority,
    ...state,
    authentication: authentication.authentication,
    ...settleHmac(late, draft),
    initialState: authentication.initialState,
    advertisementInterval: settleInterval(late, draft, version),
    accept: settleAccept(late, { draft, version, priority }),
    trackScripts: settleTracks(late, { draft, priority }),
    ...(multicastDestination ? { multicastDestination } : {}),
    ...(draft.strict ? strictOverrides(late, from) : {}),
  };
}

/** Tells a finding of the last stage. */
export type LateTeller = (keyword: string, finding: Finding) => void;

/** Tells a finding of the last stage at the keyword it is about, or at the end of the block when that is absent. */
function lateTeller(context: BindContext, from: Settling): LateTeller {
  return (keyword, finding) => {
    const setting = from.settings.last(keyword);
    const place: Place = setting ? placeOf(setting.directive) : placeOf(from.directive);
    tell(context, place, { ...finding, stage: "vrrp-end" });
  };
}

/** An interface and a VRID: without them there is nothing to run. */
function checkIdentity(context: BindContext, from: Settling): boolean {
  const { draft, directive } = from;
  const end = closeOf(directive);
  if (draft.virtualRouterId === undefined) {
    tell(context, end, {
      code: "virtual-router-id-missing",
      severity: "error",
      message: `the instance ${draft.name} has no valid virtual_router_id`,
      help: "add virtual_router_id N with N from 1 to 255, the same on every router of the pair",
      fatal: 2,
      texts: [`(${draft.name}) the virtual router id must be set`],
      stage: "vrrp-end",
    });
    return false;
  }
  if (draft.interface !== undefined) return true;
  const unicast = draft.unicastPeers.length > 0;
  tell(context, end, {
    code: "interface-not-set",
    severity: "error",
    message: `the instance ${draft.name} names no interface to run on`,
    help: "add interface NAME, such as interface eth0",
    fatal: 2,
    texts: [
      unicast
        ? `(${draft.name}): Unicast instances must have unicast_src_ip or interface`
        : `(${draft.name}) Unknown interface!`,
    ],
    stage: "vrrp-end",
  });
  return false;
}

function noAddressFinding(owner: string, required: boolean): Finding & { readonly texts: readonly string[] } {
  return {
    code: "no-virtual-address",
    severity: "warning",
    message: `the instance ${owner} has no virtual address, so there is nothing for it to move`,
    help: "add virtual_ipaddress { ADDRESS/LENGTH }",
    texts: required
      ? [`(${owner}) No VIP specified; at least one is required`]
      : new Array<string>(2).fill(`(${owner}) No VIP specified; at least one is sensible`),
  };
}

function settleState(
  late: LateTeller,
  from: { readonly draft: Draft; readonly priority: number },
): {
  readonly initialState: "master" | "backup";
  readonly preempt: boolean;
  readonly preemptDelay: Duration;
} {
  const { draft, priority } = from;
  const { name } = draft;
  const implied = priority === 255 ? "master" : "backup";
  let { preempt, preemptDelay } = draft;
  let initialState = draft.initialState ?? implied;
  if (draft.strict && initialState !== implied) {
    late("state", {
      code: "strict-master-state",
      severity: "warning",
      message: `in strict mode only the address owner may start as MASTER: state is ${initialState.toUpperCase()} and priority is ${priority}`,
      help: "write state BACKUP, or priority 255 on the router that owns the address",
      texts: [`(${name}) State MASTER must match being address owner`],
    });
    initialState = implied;
  }
  if (!preempt && priority === 255) {
    late("nopreempt", {
      code: "nopreempt-owner",
      severity: "warning",
      message: "nopreempt cannot hold for priority 255: the owner of the address always takes it",
      help: "remove nopreempt, or lower the priority to 254",
      texts: [`(${name}) nopreempt is incompatible with priority ${priority}. resetting nopreempt`],
    });
    preempt = true;
  }
  if (!preempt && initialState === "master") {
    late("nopreempt", {
      code: "nopreempt-with-master",
      severity: "warning",
      message: "nopreempt does not work together with state MASTER, so it has no effect",
      help: "write state BACKUP; the priority decides who becomes master at the start",
      texts: [`(${name}) Warning - nopreempt will not work with initial state MASTER - clearing`],
    });
    preempt = true;
  }
  if (preemptDelay > 0) {
    const reason = preemptDelayProblem(draft, { initialState, preempt });
    if (reason) {
      late("preempt_delay", reason);
      preemptDelay = microseconds(0);
    }
  }
  return { initialState, preempt, preemptDelay };
}

function preemptDelayProblem(
  draft: Draft,
  settled: { readonly initialState: string; readonly preempt: boolean },
): (Finding & { readonly texts: readonly string[] }) | undefined {
  const base = { code: "preempt-delay-without-effect", severity: "warning" } as const;
  if (draft.strict) {
    return {
      ...base,
      message: "preempt_delay is not part of the protocol, so strict mode resets it",
      help: "remove preempt_delay, or turn strict mode off",
      texts: [`(${draft.name}) preempt_delay is incompatible with strict mode - resetting`],
    };
  }
  if (!settled.preempt) {
    return {
      ...base,
      message: "preempt_delay has no meaning with nopreempt, which never preempts",
      help: "remove one of the two",
      texts: [`(${draft.name}) preempt_delay is incompatible with nopreempt mode - resetting`],
    };
  }
  if (settled.initialState !== "master") return undefined;
  return {
    ...base,
    message: "preempt_delay does not work together with state MASTER, so it has no effect",
    help: "write state BACKUP",
    texts: [`(${draft.name}) Warning - preempt delay will not work with initial state MASTER - clearing`],
  };
}

/** Strict mode lets only the owner of the address accept packets, and knows no accept mode in version 2. */
function settleAccept(
  late: LateTeller,
  from: { readonly draft: Draft; readonly version: 2 | 3; readonly priority: number },
): boolean {
  const { draft, version, priority } = from;
  if (!draft.strict || priority === 255) return draft.accept ?? true;
  if (draft.accept !== true || version === 3) return draft.accept ?? false;
  late("accept", {
    code: "accept-in-strict-mode",
    severity: "warning",
    message: "version 2 in strict mode has no accept mode, so packets to the virtual address are dropped",
    help: "turn strict mode off, or use version 3",
    texts: [
      `(${draft.name}) warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting`,
    ],
  });
  return false;
}

/** The owner of the address keeps priority 255, whatever a script with a weight says. */
function settleTracks(
  late: LateTeller,
  from: { readonly draft: Draft; readonly priority: number },
): VrrpInstance["trackScripts"] {
  const { draft, priority } = from;
  if (priority !== 255) return draft.trackScripts;
  return draft.trackScripts.filter((script) => {
    if (script.weight === 0) return true;
    late("track_script", {
      code: "weight-on-owner",
      severity: "warning",
      message: `the script ${script.name} has the weight ${script.weight}, but priority 255 never changes, so it is not tracked`,
      help: "lower the priority to 254 or less, or track the script with weight 0, which makes its failure a fault",
      texts: [`(${draft.name}) ignoring tracked script ${script.name} with weights due to address_owner`],
    });
    return false;
  });
}

/** Version 2 counts whole seconds up to 255, version 3 hundredths up to 40.95 s. */
function settleInterval(late: LateTeller, draft: Draft, version: 2 | 3): Duration {
  const interval = draft.advertisementInterval;
  const unit = version === 2 ? 1_000_000 : 10_000;
  const most = version === 2 ? seconds(255) : seconds(40.95);
  const owner = `(${draft.name})`;
  if (interval > most) {
    late("advert_int", {
      code: "advert-interval-too-long",
      severity: "warning",
      message: `advert_int is ${inSeconds(interval)} s, but VRRP version ${version} can carry at most ${inSeconds(most)} s, which counts instead`,
      help: `write ${inSeconds(most)} or less`,
      texts: [
        `${owner} VRRPv${version} advertisement interval ${inSeconds(interval).toFixed(2)}s is out of range. Must be less than 40.96s. Setting to 40.95s`,
      ],
    });
    return most;
  }
  if (interval % unit === 0) return interval;
  const rounded = Math.max(1, Math.round(interval / unit)) * unit;
  late("advert_int", {
    code: "advert-interval-rounded",
    severity: "warning",
    message: `advert_int is ${inSeconds(interval)} s, but VRRP version ${version} counts ${version === 2 ? "whole seconds" : "hundredths of a second"}; ${rounded / 1_000_000} s counts instead`,
    help: version === 2 ? "write whole seconds, or use version 3" : "write at most two decimal places",
    texts: [
      version === 2
        ? `${owner} VRRPv2 advertisement interval ${inSeconds(interval).toFixed(6)}s must be an integer. rounding`
        : `${owner} VRRPv3 advertisement interval ${inSeconds(interval).toFixed(6)}s must be in units of 10ms - rounding`,
    ],
  });
  return microseconds(rounded);
}

function checkUnicast(late: LateTeller, from: Settling): void {
  const { draft, settings } = from;
  const keyword = ["unicast_src_ip", "check_unicast_src", "old_unicast_checksum"].find((name) =>
    settings.has(name),
  );
  if (draft.unicastPeers.length > 0) {
    if (!draft.strict) return;
    late("unicast_peer", {
      code: "unicast-in-strict-mode",
      severity: "warning",
      message: "strict mode knows no unicast peers",
      help: "remove unicast_peer, or turn strict mode off",
      texts: [`(${draft.name}) Unicast peers are not supported in strict mode`],
    });
  } else if (draft.faultWithoutPeer) {
    late(keyword ?? "unicast_fault_no_peer", {
      code: "unicast-without-peers",
      severity: "warning",
      message:
        "there is no unicast peer, and unicast_fault_no_peer forbids multicast, so the instance stays in FAULT",
      help: "add unicast_peer { ADDRESS }, or remove unicast_fault_no_peer",
    });
  } else if (keyword !== undefined || settings.every("unicast_peer").length > 0) {
    late(keyword ?? "unicast_peer", {
      code: "unicast-without-peers",
      severity: "warning",
      message: `${keyword ?? "unicast_peer"} is set, but there is no peer, so the instance speaks multicast`,
      help: "add unicast_peer { ADDRESS }, or write mcast_src_ip instead",
      texts: [
        `(${draft.name}) A unicast keyword has been specified without any unicast peers. Defaulting to multicast. This usage is deprecated - please update your configuration.`,
      ],
    });
  }
}

/** What strict mode resets (keepalived-runtime.md, "Strict mode"); most of it only when it was asked for. */
function strictOverrides(late: LateTeller, from: Settling): Partial<VrrpInstance> {
  const { draft, settings } = from;
  if (draft.downTimerAdvertisements !== 3) {
    late("down_timer_adverts", {
      code: "strict-mode-resets",
      severity: "warning",
      message: `down_timer_adverts is ${draft.downTimerAdvertisements}, but strict mode wants 3`,
      help: "remove down_timer_adverts, or turn strict mode off",
      texts: [`(${draft.name}) down_timer_adverts is incompatible with strict mode - resetting`],
    });
  }
  if (settings.flag("higher_prio_send_advert") === true) {
    late("higher_prio_send_advert", {
      code: "strict-mode-resets",
      severity: "warning",
      message: "higher_prio_send_advert is not part of the protocol, so strict mode turns it off",
      help: "remove higher_prio_send_advert, or turn strict mode off",
      texts: [`(${draft.name}) strict mode requires higher_prio_send_advert to be clear. resetting`],
    });
  }
  return {
    downTimerAdvertisements: 3,
    higherPrioritySendAdvertisement: false,
    lowerPriorityNoAdvertisement: true,
    gratuitousArp: { ...draft.gratuitousArp, lowerPriorityDelay: microseconds(0), lowerPriorityRepeat: 0 },
  };
}
