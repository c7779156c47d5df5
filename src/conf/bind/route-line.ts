import { type AddressFamily, familyOf, type IpAddress } from "../../base/ip-address.ts";
import { seconds } from "../../base/time.ts";
import { routeTokens } from "../../grammar/route-tokens.ts";
import type { NextHop, Route, RouteMetrics, RouteType } from "../model/route.ts";
import type { Word } from "../tree.ts";
import { readNetwork, WordReader } from "./word-reader.ts";

/** In the kernel's order: each may be named by its number. */
const TYPES = [
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
  "nat",
  "xresolve",
] as const satisfies readonly RouteType[];
const WORDS: ReadonlySet<string> = new Set(routeTokens.tokens.map((token) => token.name));

/** Words that take one word, kept as written, and the field they fill. */
const TEXTS: Readonly<
  Record<string, "table" | "protocol" | "scope" | "tos" | "realms" | "vrf" | "preference">
> = {
  table: "table",
  protocol: "protocol",
  scope: "scope",
  tos: "tos",
  dsfield: "tos",
  realms: "realms",
  vrf: "vrf",
  pref: "preference",
};

/** Metrics that are a number, after an optional `lock`. */
const NUMBERS: Readonly<Record<string, keyof RouteMetrics>> = {
  mtu: "mtu",
  hoplimit: "hopLimit",
  advmss: "advMss",
  reordering: "reordering",
  window: "window",
  cwnd: "cwnd",
  ssthresh: "ssThresh",
  initcwnd: "initCwnd",
  initrwnd: "initRwnd",
};

/** Metrics that are a time, with `s` or `ms` after it. */
const TIMES: Readonly<Record<string, keyof RouteMetrics>> = {
  rtt: "rtt",
  rttvar: "rttVar",
  rto_min: "rtoMin",
};

const SWITCHES: Readonly<Record<string, keyof RouteMetrics>> = {
  quickack: "quickAck",
  fastopen_no_cookie: "fastOpenNoCookie",
};

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface Draft extends Mutable<Omit<Route, "family" | "metrics" | "locked" | "nextHops" | "destination">> {
  family?: AddressFamily;
  destination?: Route["destination"];
  readonly metrics: Mutable<RouteMetrics>;
  readonly locked: (keyof RouteMetrics)[];
  readonly nextHops: NextHop[];
}

/**
 * Binds one line of `virtual_routes` or `static_routes`; undefined when it has no destination or a word that is not
 * known, in which case keepalived drops it too. What is wrong with it is told by `checkEntries`.
 */
export function bindRouteLine(words: readonly Word[]): Route | undefined {
  const reader = new WordReader(words);
  const draft: Draft = {
    type: "unicast",
    onLink: false,
    metrics: {},
    locked: [],
    nextHops: [],
    placement: "prepend",
    noTrack: false,
  };
  while (reader.next !== undefined) {
    const word = reader.take() ?? "";
    if (!readWord(draft, word, reader)) return undefined;
  }
  const { destination, family, ...rest } = draft;
  if (!destination) return undefined;
  const gateway = draft.via ?? draft.source ?? draft.nextHops.find((hop) => hop.via)?.via;
  const any = destination.prefixLength === 0;
  const own = any && gateway !== undefined ? familyOf(gateway) : familyOf(destination.address);
  const sixOnly = any && (draft.preference !== undefined || draft.expires !== undefined);
  const settled = family ?? (sixOnly ? 6 : own);
  const everything = { address: (settled === 4 ? "0.0.0.0" : "::") as IpAddress, prefixLength: 0 };
  return { ...rest, family: settled, destination: any ? everything : destination };
}

/** Reads what a word says; false when it cannot stand there. */
function readWord(draft: Draft, word: string, reader: WordReader): boolean {
  const type = TYPES.find((each, at) => each === word || String(at + 1) === word);
  if (type !== undefined) draft.type = type;
  else if (word === "brd") draft.type = "broadcast";
  else if (word === "to") return true;
  else if (TEXTS[word]) assign(draft, TEXTS[word], reader.take());
  else if (NUMBERS[word] ?? TIMES[word] ?? SWITCHES[word] ?? (word === "congctl" || word === "features"))
    readMetric(draft, word, reader);
  else if (WORDS.has(word) && word !== "DST" && word !== "TYPE") readOther(draft, word, reader);
  else {
    const network = readNetwork(word);
    if (!network) return false;
    draft.destination = network;
  }
  return true;
}

/** Sets a field only when there is something to set. */
function assign<Type, Key extends keyof Type>(draft: Type, key: Key, value: Type[Key] | undefined): void {
  if (value !== undefined) draft[key] = value;
}

function readMetric({ metrics, locked }: Draft, word: string, reader: WordReader): void {
  const lock = reader.takeIf("lock") !== undefined;
  const field =
    NUMBERS[word] ?? TIMES[word] ?? SWITCHES[word] ?? (word === "congctl" ? "congestionControl" : "ecn");
  if (lock) locked.push(field);
  const values: Partial<Record<keyof RouteMetrics, unknown>> = metrics;
  if (NUMBERS[word]) assign(values, field, reader.takeNumber());
  else if (TIMES[word]) assign(values, field, milliseconds(reader.take() ?? "", PARTS[word] ?? 1));
  else if (SWITCHES[word]) assign(values, field, reader.take() === "1");
  else if (word === "congctl") assign(values, field, reader.take());
  else if (reader.take() === "ecn") metrics.ecn = true;
}

/** keepalived's limits of every time of a route, in milliseconds. */
const [LEAST_TIME, MOST_TIME] = [200, 120_000];
/** A bare number counts in the kernel's own parts of a millisecond. */
const PARTS: Readonly<Record<string, number>> = { rtt: 8, rttvar: 4 };

/** A number with its unit, or one of the kernel's parts of a millisecond; brought within keepalived's limits. */
function milliseconds(text: string, parts: number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|msecs?|s|secs?)?$/i.exec(text);
  if (!match) return undefined;
  const unit = match[2]?.toLowerCase();
  const factor = unit === undefined ? 1 / parts : unit.startsWith("m") ? 1 : 1000;
  return Math.min(MOST_TIME, Math.max(LEAST_TIME, Number(match[1]) * factor));
}

function readOther(draft: Draft, word: string, reader: WordReader): void {
  switch (word) {
    case "inet":
    case "inet6":
      draft.family = word === "inet" ? 4 : 6;
      return;
    case "src":
      assign(draft, "source", reader.takeAddress());
      return;
    case "as":
      reader.takeIf("to");
      assign(draft, "asAddress", reader.takeAddress());
      return;
    case "via":
    case "gw":
      reader.takeIf("inet", "inet6");
      assign(draft, "via", reader.takeAddress());
      return;
    case "or":
      if (draft.alternativeGateway === undefined) assign(draft, "alternativeGateway", reader.takeAddress());
      else reader.take();
      return;
    case "from":
      assign(draft, "from", reader.takeNetwork());
      return;
    case "metric":
    case "priority":
    case "preference":
      assign(draft, "metric", reader.takeNumber());
      return;
    case "dev":
    case "oif":
      assign(draft, "device", reader.take());
      return;
    case "onlink":
      draft.onLink = true;
      return;
    default:
      readRare(draft, word, reader);
  }
}

function readRare(draft: Draft, word: string, reader: WordReader): void {
  switch (word) {
    case "encap":
      draft.encapsulation = readEncapsulation(reader);
      return;
    case "expires": {
      const value = reader.takeNumber();
      if (value !== undefined) draft.expires = seconds(value);
      return;
    }
    case "ttl-propagate":
      draft.ttlPropagate = reader.take() === "enabled";
      return;
    case "add":
    case "prepend":
    case "append":
      draft.placement = word;
      return;
    case "no_track":
      draft.noTrack = true;
      return;
    case "track_group":
      assign(draft, "trackGroup", reader.take());
      return;
    case "nexthop":
      draft.nextHops.push(readNextHop(reader));
      return;
  }
}

/** Words of a tunnel of IP, each with a value after it; the others have one word. */
const TUNNEL_WORDS: Readonly<Record<string, readonly string[]>> = {
  ip: ["id", "dst", "src", "tos", "ttl", "flags"],
  ip6: ["id", "dst", "src", "tc", "hoplimit", "flags"],
};

function readEncapsulation(reader: WordReader): readonly string[] {
  const kind = reader.take() ?? "";
  const known = TUNNEL_WORDS[kind];
  const words = [kind];
  if (known === undefined) words.push(reader.take() ?? "");
  else
    while (reader.next !== undefined && known.includes(reader.next))
      words.push(reader.take() ?? "", reader.take() ?? "");
  return words;
}

function readNextHop(reader: WordReader): NextHop {
  const hop: Mutable<NextHop> = { weight: 1, onLink: false };
  while (reader.next !== undefined && reader.next !== "nexthop") {
    const word = reader.take();
    if (word === "via") {
      reader.takeIf("inet", "inet6");
      assign(hop, "via", reader.takeAddress());
    } else if (word === "dev" || word === "oif") assign(hop, "device", reader.take());
    else if (word === "weight") hop.weight = reader.takeNumber() ?? 1;
    else if (word === "onlink") hop.onLink = true;
    else if (word === "realms") assign(hop, "realms", reader.take());
    else if (word === "encap") hop.encapsulation = readEncapsulation(reader);
    else if (word === "no_track") continue;
  }
  return hop;
}
