import { type AddressFamily, familyOf, parseIpAddress } from "../../base/ip-address.ts";
import { microseconds, seconds } from "../../base/time.ts";
import type { GlobalDefinitions } from "../model/global-definitions.ts";
import type {
  Authentication,
  GratuitousArpTiming,
  TrackedInterface,
  UnicastPeer,
  VirtualAddress,
  VrrpInstance,
} from "../model/vrrp-instance.ts";
import type { Directive, Word } from "../tree.ts";
import { bindAddressLine } from "./address-line.ts";
import { type BindContext, placeOf, sourceLine, tell } from "./context.ts";
import { wholeSeconds } from "./global-definitions.ts";
import { checkInterface } from "./interface-name.ts";
import { bindNotify } from "./notify.ts";
import { entriesOf } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";
import { readTrackList } from "./track-list.ts";
import { bindTracked, type Trackers } from "./tracked.ts";
import { bindRareFields } from "./vrrp-instance-fields.ts";
import { type Draft, settleInstance } from "./vrrp-settle.ts";

/** What an instance is bound against. */
export interface VrrpSurroundings {
  readonly global: GlobalDefinitions;
  readonly trackers: Trackers;
}

/** Binds one `vrrp_instance NAME { }`; undefined when it cannot run at all, which is reported as fatal. */
export function bindVrrpInstance(
  outer: BindContext,
  from: { readonly directive: Directive; readonly surroundings: VrrpSurroundings },
): VrrpInstance | undefined {
  const { directive, surroundings } = from;
  const { global } = surroundings;
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const settings = readBlock(context, { block: directive.block, path: "vrrp_instance" });
  const addresses = bindAddresses(context, settings);
  const strict = settings.flag("strict_mode") ?? global.defaults.strict;
  const preempt = settings.lastOf("preempt", "nopreempt")?.keyword.name !== "nopreempt";
  const accept = settings.lastOf("accept", "no_accept")?.keyword.name;
  const sourceAddress = settings.lastOf("mcast_src_ip", "unicast_src_ip")?.value;
  const source = { settings, context };
  const tracked = (list: "scripts" | "files" | "processes" | "bfds") =>
    bindTracked(context, { settings, trackers: surroundings.trackers, list });
  const multicastDestination = settings.address("mcast_dst_ip");
  const interfaceName = bindInterface(context, settings);
  const draft: Draft = {
    name,
    at: sourceLine(context, placeOf(directive)),
    family: addresses.family,
    version: settings.number("version") ?? global.defaults.version,
    interface: interfaceName,
    virtualRouterId: settings.number("virtual_router_id"),
    priority: settings.number("priority"),
    advertisementInterval: settings.duration("advert_int") ?? seconds(1),
    initialState: bindState(context, settings),
    preempt,
    preemptDelay: settings.duration("preempt_delay") ?? microseconds(0),
    accept: accept === undefined ? undefined : accept === "accept",
    strict,
    authentication: bindAuthentication(context, settings),
    virtualAddresses: addresses.virtual,
    excludedAddresses: addresses.excluded,
    ...(sourceAddress?.kind === "address" ? { sourceAddress: sourceAddress.address } : {}),
    unicastPeers: bindPeers(context, settings, addresses.family),
    checkUnicastSource: settings.flag("check_unicast_src") ?? global.defaults.checkUnicastSource,
    checksumPseudoHeader: !(settings.flag("v3_checksum_as_v2") ?? global.defaults.version3ChecksumAsVersion2),
    unicastTtl: settings.number("unicast_ttl") ?? 255,
    ...(multicastDestination ? { multicastDestination } : {}),
    gratuitousArp: bindGarp(context, settings, global),
    lowerPriorityNoAdvertisement:
      settings.flag("lower_prio_no_advert") ?? global.defaults.lowerPriorityNoAdvertisement,
    higherPrioritySendAdvertisement:
      settings.flag("higher_prio_send_advert") ?? global.defaults.higherPrioritySendAdvertisement,
    downTimerAdvertisements: settings.number("down_timer_adverts") ?? global.defaults.downTimerAdvertisements,
    // Deviation: keepalived takes the keyword with a false behind it for a true.
    skipCheckAdvertisedAddresses: settings.flag("skip_check_adv_addr") ?? global.skipCheckAdvertisedAddresses,
    dontTrackPrimary: settings.has("dont_track_primary"),
    trackInterfaces: bindTrackInterfaces(context, settings, interfaceName),
    trackScripts: tracked("scripts"),
    trackFiles: tracked("files"),
    trackProcesses: tracked("processes"),
    trackBfds: tracked("bfds"),
    notify: bindNotify(source),
    smtpAlert: settings.flag("smtp_alert") ?? global.smtpAlertVrrp ?? false,
    ...bindRareFields(source, global),
  };
  return settleInstance(context, { draft, settings, directive, global });
}

/** MASTER stays, whatever state follows; undefined when nothing is said. */
function bindState(context: BindContext, settings: Settings): "master" | "backup" | undefined {
  const lines = settings.every("state");
  if (lines.length === 0) return undefined;
  const words = lines.flatMap((setting) => (setting.value ? setting.words.slice(0, 1) : []));
  const master = words.findIndex((word) => word.text === "MASTER");
  if (master < 0) return "backup";
  for (const word of words.slice(master + 1)) {
    if (word.text === "MASTER") continue;
    tell(context, word, {
      code: "state-twice",
      severity: "warning",
      message: `the state is MASTER already, so ${word.text} has no effect`,
      help: "keep one of the two lines",
      texts: [`(${context.owner}) state previously set as MASTER - ignoring ${word.text}`],
    });
  }
  return "master";
}

function bindInterface(context: BindContext, settings: Settings): string | undefined {
  const word = settings.last("interface")?.words[0];
  if (!word) return undefined;
  if (word.text === "lo") {
    tell(context, word, {
      code: "loopback-interface",
      severity: "error",
      message: "the interface is lo; VRRP needs one that reaches the other routers",
      help: "write the interface the routers share, such as eth0",
      texts: [`(${context.owner}) cannot use a loopback interface (lo) for vrrp - ignoring`],
    });
    return undefined;
  }
  return checkInterface(context, { word, what: `vrrp_instance ${context.owner}` }) ? word.text : undefined;
}

interface BoundAddresses {
  readonly family: AddressFamily;
  readonly virtual: readonly VirtualAddress[];
  readonly excluded: readonly VirtualAddress[];
}

/** The first of native_ipv6, source address, peers and virtual addresses decides the family. */
function bindAddresses(context: BindContext, settings: Settings): BoundAddresses {
  const source = settings.lastOf("mcast_src_ip", "unicast_src_ip")?.value;
  const first = settings
    .every("unicast_peer")
    .flatMap(entriesOf)
    .map((words) => parseIpAddress((words[0]?.text ?? "").replace(/\/\d+$/, "")))
    .find((parsed) => parsed.ok);
  let family: AddressFamily | undefined = settings.has("native_ipv6")
    ? 6
    : source?.kind === "address"
      ? familyOf(source.address)
      : first?.ok
        ? familyOf(first.value)
        : undefined;
  const virtual: VirtualAddress[] = [];
  for (const setting of settings.every("virtual_ipaddress")) {
    for (const words of entriesOf(setting)) {
      const address = bindAddressLine(context, { words, kind: "virtual" });
      if (!address) continue;
      family ??= familyOf(address.address);
      if (familyOf(address.address) === family) virtual.push(address);
      else if (words[0]) tellFamily(context, { family, address, word: words[0] });
    }
  }
  const excluded = settings
    .every("virtual_ipaddress_excluded")
    .flatMap(entriesOf)
    .map((words) => bindAddressLine(context, { words, kind: "virtual" }))
    .filter((address) => address !== undefined);
  return { family: family ?? 4, virtual, excluded };
}

function tellFamily(
  context: BindContext,
  mixed: {
    readonly family: AddressFamily;
    readonly address: VirtualAddress;
    readonly word: Word;
  },
): void {
  const { address } = mixed.address;
  tell(context, mixed.word, {
    code: "mixed-families",
    severity: "error",
    message: `${address} is IPv${familyOf(address)}, but this instance speaks IPv${mixed.family}, so the address is left out`,
    help: "move it to virtual_ipaddress_excluded, or give the other family an instance of its own",
    texts: [`(${context.owner}): address family must match VRRP instance [${mixed.word.text}] - ignoring`],
  });
}

function bindAuthentication(context: BindContext, settings: Settings): Authentication {
  const block = settings.last("authentication")?.directive.block;
  if (!block) return { kind: "none" };
  const inner = readBlock(context, { block, path: "vrrp_instance/authentication" });
  const type = inner.word("auth_type");
  const word = inner.last("auth_pass")?.words[0];
  if (word && new TextEncoder().encode(word.text).length > 8) {
    tell(context, word, {
      code: "auth-pass-too-long",
      severity: "warning",
      message: `auth_pass has ${new TextEncoder().encode(word.text).length} bytes, but VRRP version 2 carries 8; the rest is cut off`,
      help: "write at most 8 bytes; every router of the instance needs the same ones",
      texts: ["Truncating auth_pass to 8 characters"],
    });
  }
  if (type === undefined) return { kind: "none" };
  if (word === undefined || word.text === "") {
    tell(context, placeOf(inner.last("auth_type")?.directive ?? { words: [], leading: [] }), {
      code: "auth-pass-missing",
      severity: "error",
      message: "an auth_type is given but no auth_pass, so there is no authentication",
      help: "add auth_pass with up to 8 bytes, or remove the authentication block",
      texts: [`(${context.owner}) Authentication specified but no password given. Ignoring`],
      stage: "vrrp-end",
    });
    return { kind: "none" };
  }
  return { kind: type === "AH" ? "ah" : "pass", password: cutToBytes(word.text, 8) };
}

/** The longest head of a text that fits into so many bytes of UTF-8. */
function cutToBytes(text: string, limit: number): string {
  let cut = text;
  while (new TextEncoder().encode(cut).length > limit) cut = cut.slice(0, -1);
  return cut;
}

function bindPeers(context: BindContext, settings: Settings, family: AddressFamily): readonly UnicastPeer[] {
  const peers: UnicastPeer[] = [];
  for (const words of settings.every("unicast_peer").flatMap(entriesOf)) {
    const [word, ...options] = words;
    if (!word) continue;
    const parsed = parseIpAddress(word.text.replace(/\/\d+$/, ""));
    if (!parsed.ok || familyOf(parsed.value) !== family) {
      tellPeer(context, { word, problem: parsed.ok ? "family" : "malformed", family });
      continue;
    }
    peers.push({ address: parsed.value, ...readTtlLimits(context, options) });
  }
  return peers;
}

function tellPeer(
  context: BindContext,
  peer: {
    readonly word: { readonly text: string; readonly start: number; readonly end: number };
    readonly problem: "family" | "malformed";
    readonly family: AddressFamily;
  },
): void {
  const { word, problem, family } = peer;
  tell(context, word, {
    code: problem === "family" ? "mixed-families" : "bad-address",
    severity: "error",
    message:
      problem === "family"
        ? `the peer ${word.text} is not IPv${family} as the rest of the instance is, so it is left out`
        : `the peer '${word.text}' is not an IPv4 or IPv6 address, so it is left out`,
    help: "write one address per line, without a prefix length",
    texts: [
      problem === "family"
        ? `Configuration error: VRRP instance[${context.owner}] and unicast peer address[${word.text}] MUST be of the same family !!! Skipping...`
        : `Configuration error: VRRP instance[${context.owner}] malformed unicast peer address[${word.text}]. Skipping...`,
    ],
  });
}

function readTtlLimits(
  context: BindContext,
  options: readonly { readonly text: string; readonly start: number; readonly end: number }[],
): { readonly minTtl?: number; readonly maxTtl?: number } {
  const limits: { minTtl?: number; maxTtl?: number } = {};
  for (let at = 0; at < options.length; at += 2) {
    const option = options[at];
    const value = Number(options[at + 1]?.text);
    if (option?.text === "min_ttl" && Number.isInteger(value) && value >= 0 && value <= 255)
      limits.minTtl = value;
    else if (option?.text === "max_ttl" && Number.isInteger(value) && value >= 0 && value <= 255)
      limits.maxTtl = value;
    else if (option) {
      tell(context, option, {
        code: "unknown-peer-option",
        severity: "error",
        message: `'${option.text}' with '${options[at + 1]?.text ?? "nothing"}' means nothing after a peer`,
        help: "after the address may come min_ttl N and max_ttl N, N from 0 to 255",
        texts: [`(${context.owner}) unknown unicast_peer option ${option.text}`],
      });
    }
  }
  return limits;
}

function bindGarp(context: BindContext, settings: Settings, global: GlobalDefinitions): GratuitousArpTiming {
  const defaults = global.defaults.gratuitousArp;
  const delay = wholeSeconds(settings, "garp_master_delay") ?? defaults.delay;
  const repeat = Math.max(1, settings.number("garp_master_repeat") ?? defaults.repeat);
  for (const name of ["garp_master_repeat", "garp_master_refresh_repeat"]) {
    if (settings.number(name) !== 0) continue;
    tell(context, placeOf(settings.last(name)?.directive ?? { words: [], leading: [] }), {
      code: "zero-becomes-one",
      severity: "warning",
      message: `${name} is 0, but at least 1 is needed, so 1 counts`,
      help: `write ${name} 1`,
      texts: [`(${context.owner}): ${name} must be greater than 0, setting to 1`],
    });
  }
  return {
    delay,
    repeat,
    refresh: wholeSeconds(settings, "garp_master_refresh") ?? defaults.refresh,
    refreshRepeat: Math.max(1, settings.number("garp_master_refresh_repeat") ?? defaults.refreshRepeat),
    lowerPriorityDelay:
      wholeSeconds(settings, "garp_lower_prio_delay") ?? defaults.lowerPriorityDelay ?? defaults.delay,
    lowerPriorityRepeat:
      settings.number("garp_lower_prio_repeat") ?? defaults.lowerPriorityRepeat ?? defaults.repeat,
  };
}

function bindTrackInterfaces(
  context: BindContext,
  settings: Settings,
  own: string | undefined,
): readonly TrackedInterface[] {
  const kind = { keyword: "track_interface", limit: 253 } as const;
  const lines = readTrackList(context, { settings: settings.every("track_interface"), kind });
  const tracked: TrackedInterface[] = [];
  for (const line of lines) {
    const { interfaces } = context.environment;
    if (interfaces && !interfaces.includes(line.name)) {
      tell(context, line.word, {
        code: "interface-missing",
        severity: "error",
        message: `the tracked interface ${line.name} does not exist on this host; there are ${interfaces.join(", ") || "none"}`,
        help: "correct the name, or create the interface first",
        ...(context.environment.dynamicInterfaces ? {} : { fatal: 2 }),
        texts: [`(${context.owner}) tracked interface ${line.name} doesn't exist`],
      });
    }
    if (line.name === own && !settings.has("dont_track_primary") && (line.weight ?? 0) === 0) {
      tell(context, line.word, {
        code: "tracks-own-interface",
        severity: "hint",
        message: `${line.name} is the instance's own interface, which is tracked anyway`,
        help: "remove the line",
        texts: [`(${context.owner}) Ignoring track_interface ${line.name} since own interface`],
        stage: "vrrp-end",
      });
      continue;
    }
    tracked.push({ name: line.name, weight: line.weight ?? 0, reverse: line.reverse ?? false });
  }
  return tracked;
}
