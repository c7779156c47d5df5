import { familyOf, parseIpAddress } from "../../base/ip-address.ts";
import type { Block } from "../tree.ts";
import { type BindContext, type Finding, placeOf, tell } from "./context.ts";
import { entriesOf, type Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";

/** A block that is read, before it is bound. */
export interface ReadBlockOf {
  readonly settings: Settings;
  readonly block: Block;
  readonly path: string;
}

type RelationCheck = (context: BindContext, read: ReadBlockOf) => void;

/** Tells a finding at a keyword's line. */
function tellAt(context: BindContext, setting: Setting, finding: Finding): void {
  tell(context, placeOf(setting.directive), finding);
}

/** The keywords of a block that do not go together, as keepalived 2.2.7 finds at its end. */
const CHECKS: Readonly<Record<string, RelationCheck>> = {
  vrrp_instance: checkInstance,
  virtual_server: checkService,
  garp_group: checkGarpGroup,
  bfd_instance: checkBfd,
};

/** Tells what in a block does not go together. */
export function checkRelations(context: BindContext, read: ReadBlockOf): void {
  CHECKS[read.path]?.(context, read);
  if (/^virtual_server\/real_server\/[A-Z]+_(?:CHECK|GET)$/.test(read.path)) checkCheck(context, read);
}

function checkInstance(context: BindContext, { settings, block }: ReadBlockOf): void {
  const { owner } = context;
  const made = settings.lastOf("use_vmac", "use_ipvlan");
  const transmit = settings.last("vmac_xmit_base");
  if (transmit && !made) {
    tellAt(context, transmit, {
      code: "missing-keyword",
      severity: "warning",
      message: "vmac_xmit_base says by which interface a virtual MAC sends, but there is none",
      help: "add use_vmac, or remove vmac_xmit_base",
      texts: [`(${owner}) vmac_xmit_base is only valid with a vmac`],
      stage: "vrrp-end",
    });
  }
  if (made?.keyword.name === "use_ipvlan") checkIpvlan(context, { settings, made });
  const vrf = settings.last("vrf");
  if (vrf && settings.has("interface")) {
    tellAt(context, vrf, {
      code: "unknown-value",
      severity: "error",
      message: "vrf is for instances without an interface; this one has one, so vrf has no effect",
      help: "remove one of the two",
      texts: [`(${owner}) Cannot specify VRF interface and interface - ignoring`],
    });
  }
  const ttl = settings.last("unicast_ttl");
  const peers = settings.every("unicast_peer").flatMap(entriesOf);
  if (ttl && peers.length === 0) {
    tell(context, closing(block), {
      code: "unicast-without-peers",
      severity: "warning",
      message: "unicast_ttl is set, but there is no peer, so it has no effect",
      help: "add unicast_peer { ADDRESS }, or remove unicast_ttl",
      texts: [`(${owner}): Cannot use unicast_ttl without unicast peers - resetting`],
    });
  }
}

function checkIpvlan(
  context: BindContext,
  from: { readonly settings: Settings; readonly made: Setting },
): void {
  const { settings, made } = from;
  const isAddress = (text: string) => parseIpAddress(text.replace(/\/\d+$/, "")).ok;
  const named = made.words.some((word) => isAddress(word.text));
  const options = ["bridge", "private", "vepa", "group"];
  const [name, second] = made.words.filter(({ text }) => !isAddress(text) && !options.includes(text));
  if (second && !made.words.some(({ text }) => text === "group")) {
    tell(context, second, {
      code: "vmac-name-twice",
      severity: "error",
      message: `the ipvlan is already called ${name?.text}, so ${second.text} has no effect`,
      help: "keep one name",
      texts: [`(${context.owner}) IPVLAN interface already specified - ignoring '${second.text}'`],
    });
  }
  if (named || settings.has("native_ipv6") || settings.lastOf("mcast_src_ip", "unicast_src_ip")) return;
  tellAt(context, made, {
    code: "missing-keyword",
    severity: "error",
    message: "an ipvlan has no address of its own, so use_ipvlan must name the source of advertisements",
    help: "write use_ipvlan ADDRESS, or add mcast_src_ip",
    texts: [
      `(${context.owner}) IPv4 ipvlan requires a source ip address to be configured. setting instance to fault state`,
    ],
    stage: "vrrp-end",
  });
}

function checkService(context: BindContext, { settings }: ReadBlockOf): void {
  const sorry = settings.last("sorry_server");
  const texts = {
    sorry_server_inhibit: "Ignoring sorry_server inhibit used before or without sorry_server",
    sorry_server_lvs_method: "sorry_server forwarding used without sorry_server",
  };
  for (const [name, text] of Object.entries(texts)) {
    const setting = settings.last(name);
    if (!setting) continue;
    if (sorry && placeOf(sorry.directive).start < placeOf(setting.directive).start) continue;
    tellAt(context, setting, {
      code: name === "sorry_server_inhibit" ? "inhibit-without-sorry-server" : "missing-keyword",
      severity: name === "sorry_server_inhibit" ? "warning" : "error",
      message: `${name} says something of the sorry_server, but none stands before it, so it has no effect`,
      help: "write sorry_server ADDRESS PORT before it",
      texts: [text],
    });
  }
}

function checkGarpGroup(context: BindContext, { settings, block }: ReadBlockOf): void {
  const intervals = [...settings.every("garp_interval"), ...settings.every("gna_interval")];
  // keepalived counts what it cannot read as a number, but not a number out of range.
  if (
    intervals.some(({ value, words }) => value !== undefined || !/^[+-]?[\d.]+$/.test(words[0]?.text ?? ""))
  )
    return;
  tell(context, closing(block), {
    code: "missing-keyword",
    severity: "error",
    message:
      "this garp_group sets neither garp_interval nor gna_interval, so it limits nothing and is left out",
    help: "add garp_interval SECONDS",
    texts: ["garp group 0 does not have any delay set - removing"],
  });
}

/** The brace that closes a block; the one that opens it when there is none. */
function closing({ open, close = open }: Block): { readonly start: number; readonly end: number } {
  return { start: close, end: close + 1 };
}

function checkBfd(context: BindContext, { settings, block }: ReadBlockOf): void {
  const source = settings.address("source_ip");
  const neighbour = settings.lastOf("neighbor_ip", "neighbour_ip")?.value;
  if (source === undefined || neighbour?.kind !== "address") return;
  if (familyOf(source) === familyOf(neighbour.address)) return;
  tell(context, closing(block), {
    code: "mixed-families",
    severity: "error",
    message: `the source ${source} and the neighbour ${neighbour.address} are not of the same family, so there is no session`,
    help: "write addresses of one family",
    texts: [
      `Configuration error: BFD instance ${context.owner} source address ${source} and neighbor address ${source} are not of the same family, disabling instance`,
    ],
  });
}

function checkCheck(context: BindContext, { settings, block }: ReadBlockOf): void {
  const target = settings.address("connect_ip");
  if (target !== undefined && /^fe[89ab]/.test(target) && !settings.has("bind_if")) {
    tell(context, closing(block), {
      code: "missing-keyword",
      severity: "error",
      message: `${target} is a link-local address, which means nothing without an interface`,
      help: "add bind_if INTERFACE",
      texts: [`Checker link local address ${target} requires a bind_if`],
    });
  }
  const [least, most] = [settings.number("min_reply_length"), settings.number("max_reply_length") ?? 255];
  if (least === undefined || least <= most) return;
  tell(context, closing(block), {
    code: "out-of-range",
    severity: "error",
    message: `min_reply_length ${least} is more than max_reply_length ${most}, so no reply will do`,
    help: "lower min_reply_length, or raise max_reply_length",
    texts: [`UDP_CHECK min_reply length ${least} > max_reply_length ${most} - will always fail`],
  });
}
