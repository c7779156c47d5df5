import { familyOf, type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import { type Duration, seconds } from "../../base/time.ts";
import { addressTokens } from "../../grammar/address-tokens.ts";
import type { AddressFlag, VirtualAddress } from "../model/vrrp-instance.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";
import { checkInterface } from "./interface-name.ts";
import { tellEffect } from "./keyword-effect.ts";

const SCOPES = ["global", "site", "link", "host", "nowhere"] as const;

/** Tokens that take a word after them; the others stand alone. */
const WITH_VALUE = new Set([
  "dev",
  "scope",
  "broadcast",
  "brd",
  "label",
  "peer",
  "preferred_lft",
  "track_group",
]);
const FLAGS: readonly AddressFlag[] = [
  "home",
  "-nodad",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "no_track",
  "use_vmac",
];
const ALONE: ReadonlySet<string> = new Set(FLAGS);

const TOKENS = new Map(addressTokens.tokens.map((token) => [token.name, token]));

/** An address with an optional prefix length; undefined when it is not one. */
export function parsePrefix(
  text: string,
): { readonly address: IpAddress; readonly length?: number } | undefined {
  const [host = "", length] = text.split("/", 2);
  const address = parseIpAddress(host);
  if (!address.ok) return undefined;
  if (length === undefined) return { address: address.value };
  const bits = Number(length);
  const most = familyOf(address.value) === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(length) && bits <= most ? { address: address.value, length: bits } : undefined;
}

/** keepalived takes a single address where the prefix length is none. */
function withoutLength(context: BindContext, word: Word): ReturnType<typeof parsePrefix> {
  const [host = "", length] = word.text.split("/", 2);
  const address = parseIpAddress(host);
  if (!address.ok || length === undefined) return undefined;
  const most = familyOf(address.value) === 4 ? 32 : 128;
  const number = /^[+-]?\d+$/.test(length);
  tell(context, word, {
    code: "bad-prefix-length",
    severity: "error",
    message: `the prefix length of ${host} is '${length}', but it must be a number from 0 to ${most}; ${most} counts instead`,
    help: `write ${host}/24, or the length of your network`,
    texts: [
      number ? `number '${length}' outside range [0, ${most}]` : `invalid number '${length}'`,
      `Invalid address prefix len ${length} for address ${word.text} - using ${most}`,
    ],
  });
  return { address: address.value };
}

/** Binds one line of `virtual_ipaddress` or of its sisters; undefined when keepalived drops the whole line. */
export function bindAddressLine(context: BindContext, words: readonly Word[]): VirtualAddress | undefined {
  const [first] = words;
  if (!first) return undefined;
  const prefix = parsePrefix(first.text) ?? withoutLength(context, first);
  if (!prefix) {
    tellBadAddress(context, first);
    return undefined;
  }
  const tokens = readTokens(context, words);
  if (!tokens) return undefined;
  const most = familyOf(prefix.address) === 4 ? 32 : 128;
  const device = tokens.get("dev");
  if (device) checkInterface(context, { word: device, what: `ip address ${first.text}` });
  const broadcast = broadcastOf(context, tokens, { address: prefix.address, length: prefix.length ?? most });
  const scope = scopeOf(context, tokens.get("scope"));
  const label = tokens.get("label");
  return {
    address: prefix.address,
    // With the other end of a link there is no network; keepalived ignores the length too.
    prefixLength: tokens.has("peer") ? most : (prefix.length ?? most),
    ...(broadcast ? { broadcast } : {}),
    ...(device ? { device: device.text } : {}),
    ...(scope === undefined ? {} : { scope }),
    ...(label ? { label: label.text } : {}),
    ...rareOf(tokens),
  };
}

/** What few lines have: the words that stand alone, and what concerns point-to-point links, IPv6 and groups. */
function rareOf(
  tokens: ReadonlyMap<string, Word>,
): Pick<VirtualAddress, "peer" | "flags" | "preferredLifetime" | "trackGroup"> {
  const flags = FLAGS.filter((flag) => tokens.has(flag));
  const peer = parsePrefix(tokens.get("peer")?.text ?? "");
  const lifetime = lifetimeOf(tokens.get("preferred_lft")?.text);
  const group = tokens.get("track_group");
  return {
    ...(flags.length > 0 ? { flags } : {}),
    ...(peer
      ? {
          peer: {
            address: peer.address,
            prefixLength: peer.length ?? (familyOf(peer.address) === 4 ? 32 : 128),
          },
        }
      : {}),
    ...(lifetime === undefined ? {} : { preferredLifetime: lifetime }),
    ...(group ? { trackGroup: group.text } : {}),
  };
}

function lifetimeOf(text: string | undefined): Duration | "forever" | undefined {
  if (text === "forever") return text;
  return text !== undefined && /^\d+$/.test(text) ? seconds(Number(text)) : undefined;
}

/** The tokens after the address by name; undefined when one is unknown, which costs the line. */
function readTokens(context: BindContext, words: readonly Word[]): ReadonlyMap<string, Word> | undefined {
  const tokens = new Map<string, Word>();
  for (let at = 1; at < words.length; at++) {
    const word = words[at] as Word;
    const name = word.text === "brd" ? "broadcast" : word.text;
    const token = TOKENS.get(name);
    if (token) tellEffect(context, word, token);
    if (ALONE.has(name)) {
      tokens.set(name, word);
      continue;
    }
    if (!WITH_VALUE.has(name)) {
      tellUnknownToken(context, word);
      return undefined;
    }
    const value = words[++at];
    if (!value) {
      tellMissingValue(context, { word, address: words[0]?.text ?? "" });
      return undefined;
    }
    tokens.set(name, value);
  }
  return tokens;
}

function broadcastOf(
  context: BindContext,
  tokens: ReadonlyMap<string, Word>,
  network: { readonly address: IpAddress; readonly length: number },
): IpAddress | undefined {
  const word = tokens.get("broadcast");
  if (!word) return undefined;
  if (word.text === "+" || word.text === "-") return edgeOfNetwork(network, word.text === "+");
  const parsed = parseIpAddress(word.text);
  if (parsed.ok && familyOf(parsed.value) === 4 && familyOf(network.address) === 4) return parsed.value;
  tell(context, word, {
    code: "bad-broadcast",
    severity: "error",
    message: `the broadcast address is '${word.text}', which is not an IPv4 address, so it is left out`,
    help: "write an IPv4 address, + for the last or - for the first address of the network",
    texts: [`Invalid broadcast address '${word.text}'`],
  });
  return undefined;
}

/** The last (or first) address of an IPv4 network. */
function edgeOfNetwork(
  network: { readonly address: IpAddress; readonly length: number },
  last: boolean,
): IpAddress | undefined {
  if (familyOf(network.address) !== 4) return undefined;
  const parts = network.address.split(".").map(Number);
  const host = network.length === 0 ? 0xffffffff : (0xffffffff >>> network.length) >>> 0;
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const edge = last ? (value | host) >>> 0 : (value & ~host) >>> 0;
  const parsed = parseIpAddress([24, 16, 8, 0].map((shift) => (edge >>> shift) & 255).join("."));
  return parsed.ok ? parsed.value : undefined;
}

function scopeOf(context: BindContext, word: Word | undefined): VirtualAddress["scope"] {
  if (!word) return undefined;
  const numbers: Readonly<Record<string, VirtualAddress["scope"]>> = {
    "0": "global",
    "200": "site",
    "253": "link",
    "254": "host",
    "255": "nowhere",
  };
  const scope = SCOPES.find((each) => each === word.text) ?? numbers[word.text];
  if (scope) return scope;
  if (/^\d{1,3}$/.test(word.text) && Number(word.text) < 255) return Number(word.text);
  tell(context, word, {
    code: "unknown-value",
    severity: "error",
    message: `the scope is '${word.text}', which is not known, so it is left out`,
    help: `write one of ${SCOPES.join(", ")}`,
    texts: [`Invalid scope '${word.text}'`],
  });
  return undefined;
}

function tellBadAddress(context: BindContext, word: Word): void {
  const whole = /\//.test(word.text) ? word.text : word.text;
  tell(context, word, {
    code: "bad-address",
    severity: "error",
    message: `'${word.text}' is not an IPv4 or IPv6 address with an optional prefix length, so this line is skipped`,
    help: "write an address such as 192.0.2.1/24 or 2001:db8::1/64",
    texts: [`VRRP parsed invalid IP ${whole}. skipping IP...`],
  });
}

function tellUnknownToken(context: BindContext, word: Word): void {
  tell(context, word, {
    code: "unknown-address-word",
    severity: "error",
    message: `'${word.text}' means nothing in an address line; keepalived drops the whole address because of it`,
    help: `after the address may come ${[...WITH_VALUE].join(", ")} with a value, or ${[...ALONE].join(", ")}; one address per line`,
    texts: [`Unknown configuration entry '${word.text}' for ip address - ignoring`],
  });
}

/** What keepalived says of a word without its value; after other words it ends on the spot. */
function tellMissingValue(
  context: BindContext,
  from: { readonly word: Word; readonly address: string },
): void {
  const { word, address } = from;
  if (word.text === "dev") {
    tell(context, word, {
      code: "missing-value",
      severity: "error",
      message: `dev needs an interface, but the line ends after it, so ${address} is left out`,
      help: "write dev INTERFACE, or remove the word",
      texts: [`No dev parameter specified for ${address}`],
    });
    return;
  }
  tell(context, word, {
    code: "missing-value",
    severity: "error",
    message: `${word.text} needs a value, but the line ends after it`,
    help: `write ${word.text} VALUE, or remove the word`,
    fatal: 2,
    texts: [`*** Configuration line starting \`${word.text}\` is missing a parameter`],
    exitCode: 2,
  });
}
