import { familyOf, type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import { type Duration, seconds } from "../../base/time.ts";
import { addressTokens } from "../../grammar/address-tokens.ts";
import type { AddressFlag, VirtualAddress } from "../model/vrrp-instance.ts";
import type { Word } from "../tree.ts";
import { judgeAddressValue, type LineNetwork } from "./address-values.ts";
import { type BindContext, tell } from "./context.ts";
import { tellEffect } from "./keyword-effect.ts";
import { parsePrefix } from "./prefix.ts";

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

/** The longest prefix of a network with a first and a last address beside those of hosts. */
const LONGEST_WITH_EDGES = 30;

const TOKENS = new Map(addressTokens.tokens.map((token) => [token.name, token]));

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

/** A line of addresses, and whether it is one of the file or of an instance. */
export interface AddressLine {
  readonly words: readonly Word[];
  readonly kind: "static" | "virtual";
}

/** Binds one line of `virtual_ipaddress` or of its sisters; undefined when keepalived drops the whole line. */
export function bindAddressLine(context: BindContext, line: AddressLine): VirtualAddress | undefined {
  const [first] = line.words;
  if (!first) return undefined;
  const prefix = parsePrefix(first.text) ?? withoutLength(context, first);
  if (!prefix) {
    tellBadAddress(context, first);
    return undefined;
  }
  const family = familyOf(prefix.address);
  const most = family === 4 ? 32 : 128;
  const network = { text: first.text, address: prefix.address, family, length: prefix.length ?? most };
  const tokens = readTokens(context, line, network);
  if (!tokens) return undefined;
  const peer = tokens.get("peer");
  const device = tokens.get("dev");
  const broadcast = broadcastOf(context, tokens, network);
  const scope = scopeOf(context, tokens, network);
  const label = labelOf(context, tokens, network);
  return {
    address: prefix.address,
    // With the other end of a link there is no network; keepalived ignores the length too.
    prefixLength: peer ? most : network.length,
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

/** The tokens after the address by name; undefined when one costs the line. Unknown ones are passed over. */
function readTokens(
  context: BindContext,
  { words, kind }: AddressLine,
  network: LineNetwork,
): ReadonlyMap<string, Word> | undefined {
  const tokens = new Map<string, Word>();
  const other = kind === "static" ? "use_vmac" : "track_group";
  for (let at = 1; at < words.length; at++) {
    const word = words[at] as Word;
    const name = word.text === "brd" ? "broadcast" : word.text;
    const token = name === other ? undefined : TOKENS.get(name);
    if (token) tellEffect(context, word, token);
    if (!token || !(ALONE.has(name) || WITH_VALUE.has(name))) {
      tellUnknownToken(context, word);
      continue;
    }
    if (ALONE.has(name)) {
      tokens.set(name, word);
      continue;
    }
    const value = words[++at];
    if (!value) {
      tellMissingValue(context, { word, address: network.text });
      return undefined;
    }
    const verdict = judgeAddressValue(context, { word, name, value, before: tokens.get(name), network });
    if (verdict === "line") return undefined;
    if (verdict === "good") tokens.set(name, value);
    // A second peer is looked at once more, as a word of its own.
    if (verdict === "again") at--;
  }
  return tokens;
}

function broadcastOf(
  context: BindContext,
  tokens: ReadonlyMap<string, Word>,
  network: LineNetwork,
): IpAddress | undefined {
  const word = tokens.get("broadcast");
  if (!word) return undefined;
  const ignore = (message: string, text: string) => {
    tell(context, last(word, tokens.get("peer")), {
      code: "bad-broadcast",
      severity: "error",
      message: `${message}, so the broadcast address does not count`,
      help: "leave it out",
      texts: [text],
    });
    return undefined;
  };
  if (tokens.has("peer"))
    return ignore(
      "the address of a point-to-point link has no network",
      "Cannot specify broadcast and peer addresses - ignoring broadcast address",
    );
  const parsed = parseIpAddress(word.text);
  if (parsed.ok) return parsed.value;
  if (network.length > LONGEST_WITH_EDGES)
    return ignore(
      `a network of length ${network.length} has no address to spare for it`,
      `Address prefix length ${network.length} too long for broadcast`,
    );
  return edgeOfNetwork(network, word.text === "+");
}

/** The later of two words, where what is said of both belongs. */
function last(one: Word, other: Word | undefined): Word {
  return other !== undefined && other.start > one.start ? other : one;
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

function scopeOf(
  context: BindContext,
  tokens: ReadonlyMap<string, Word>,
  network: LineNetwork,
): VirtualAddress["scope"] {
  const word = tokens.get("scope");
  if (!word) return undefined;
  const scope = readScope(context, word.text);
  const known = typeof scope === "string" || scope !== undefined;
  if (known && network.family === 4) return scope;
  if (known && scope === "global") return undefined;
  tell(context, word, {
    code: "unknown-value",
    severity: "error",
    message: known
      ? "an IPv6 address has its scope by itself, so scope does not count"
      : `the scope is '${word.text}', which is not known, so it is left out`,
    help: known ? "leave scope out" : `write one of ${SCOPES.join(", ")}`,
    texts: [
      known
        ? `Cannot specify scope for IPv6 addresses (${network.text}) - ignoring scope`
        : `Invalid scope '${word.text}' specified for ${network.text} - ignoring`,
    ],
  });
  return undefined;
}

function readScope({ environment }: BindContext, text: string): VirtualAddress["scope"] {
  const numbers: Readonly<Record<number, VirtualAddress["scope"]>> = {
    0: "global",
    200: "site",
    253: "link",
    254: "host",
    255: "nowhere",
  };
  const named = SCOPES.find((each) => each === text);
  if (named) return named;
  const number = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : environment.routeName?.("scopes", text);
  if (number === undefined || number > 255) return undefined;
  return numbers[number] ?? number;
}

function labelOf(
  context: BindContext,
  tokens: ReadonlyMap<string, Word>,
  network: LineNetwork,
): Word | undefined {
  const word = tokens.get("label");
  if (!word || network.family === 4) return word;
  tell(context, word, {
    code: "bad-entry-value",
    severity: "error",
    message: "an IPv6 address has no label, so it does not count",
    help: "leave label out",
    texts: [`Cannot specify label for IPv6 addresses (${network.text}) - ignoring label`],
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
    message: `'${word.text}' means nothing in an address line, so it is passed over`,
    help: `after the address may come ${[...WITH_VALUE].join(", ")} with a value, or ${[...ALONE].join(", ")}; one address per line`,
    texts: [`Unknown configuration entry '${word.text}' for ip address - ignoring`],
  });
}

function tellMissingValue(
  context: BindContext,
  from: { readonly word: Word; readonly address: string },
): void {
  const { word, address } = from;
  tell(context, word, {
    code: "missing-value",
    severity: "error",
    message: `${word.text} needs a value, but the line ends after it, so ${address} is left out`,
    help: `write ${word.text} VALUE, or remove the word`,
    texts: [`No ${word.text} parameter specified for ${address}`],
  });
}
