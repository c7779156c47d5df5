import { familyOf } from "../../base/ip-address.ts";
import type { Word } from "../tree.ts";
import type { BindContext } from "./context.ts";
import { EntryLine } from "./entry-line.ts";
import { numberFault } from "./number-fault.ts";
import { type ListKind, ONE_FAMILY, onlyFor, type RouteDraft, type RouteReading } from "./route-draft.ts";
import { checkNextHops, takeEncapsulation } from "./route-hops.ts";

const TYPES = new Set(
  "unicast local nat broadcast brd anycast multicast throw unreachable prohibit blackhole xresolve".split(
    " ",
  ),
);
/** Words that are a number: what keepalived says of another, the largest, and whether `lock` may stand before it. */
const NUMBERS: Readonly<
  Record<string, { readonly text: string; readonly most?: number; readonly lock?: true }>
> = {
  metric: { text: "Invalid metric %s specified for route" },
  priority: { text: "Invalid metric %s specified for route" },
  preference: { text: "Invalid metric %s specified for route" },
  mtu: { text: "Invalid MTU %s specified for route", lock: true },
  hoplimit: { text: "Invalid hoplimit %s specified for route", most: 255 },
  advmss: { text: "Invalid advmss %s specified for route", lock: true },
  reordering: { text: "Invalid reordering value %s specified for route", lock: true },
  window: { text: "Invalid window value %s specified for route" },
  cwnd: { text: "Invalid cwnd value %s specified for route", lock: true },
  ssthresh: { text: "Invalid ssthresh value %s specified for route", lock: true },
  initcwnd: { text: "Invalid initcwnd value %s specified for route" },
  initrwnd: { text: "Invalid initrwnd value %s specified for route" },
  quickack: { text: "Invalid quickack value %s specified for route", most: 1 },
  fastopen_no_cookie: { text: "Invalid fastopen_no_cookie value %s specified for route", most: 1 },
};
/** Words that are a time, and how many of the kernel's units make a millisecond. */
const TIMES: Readonly<Record<string, { readonly text: string; readonly parts: number }>> = {
  rtt: { text: "Invalid rtt %s for route", parts: 8 },
  rttvar: { text: "Invalid rttvar %s for route", parts: 4 },
  rto_min: { text: "Invalid rto_min value %s specified for route", parts: 1 },
};
/** The most that keepalived lets such a time be, in milliseconds. */
const LONGEST_TIME = 120_000;
const MIXED = "Cannot mix IPv4 and IPv6 addresses for route";
const EXAMPLE = "write for example: 10.0.0.0/8 via 192.0.2.1 dev eth0";

/**
 * Tells what is wrong with a line of routes, in keepalived's order. Gives the words of it that count: all, those
 * before a bad next hop, or none when the route is dropped.
 */
export function checkRouteLine(
  context: BindContext,
  from: { readonly words: readonly Word[]; readonly kind: ListKind; readonly asMeant: boolean },
): readonly Word[] | undefined {
  const { words, kind, asMeant } = from;
  const line = new EntryLine(context, { words, what: "route" });
  const draft: RouteDraft = {};
  let hops: number | undefined;
  while (line.next !== undefined && !line.over && hops === undefined) {
    if (line.next.text === "nexthop" && draft.hops !== true) hops = line.at;
    else readWord({ line, draft, kind, asMeant });
  }
  if (line.over) return undefined;
  const end = hops === undefined ? words.length : checkNextHops({ line, draft, asMeant });
  if (line.over && end === undefined) return undefined;
  return checkWhole(line, { draft, words }) ? words.slice(0, end) : undefined;
}

function readWord(reading: RouteReading): void {
  const { line } = reading;
  const word = line.skip() as Word;
  const { text } = word;
  const number = NUMBERS[text];
  if (number !== undefined) {
    if (number.lock) line.skipIf("lock");
    line.takeNumber({ after: word, ...number });
  } else if (TIMES[text] !== undefined) {
    line.skipIf("lock");
    takeTime(line, word);
  } else if (
    !readAddressWord(reading, word) &&
    !readNameWord(reading, word) &&
    !readOtherWord(reading, word)
  ) {
    readDestination(reading, word);
  }
}

function takeTime(line: EntryLine, after: Word): void {
  const word = line.take();
  if (word === undefined) return;
  const { text, parts } = TIMES[after.text] as { text: string; parts: number };
  const match = /^([^sS]*?)(m?)(s|secs?)?$/i.exec(word.text);
  const [, digits = "", milli = "", unit] = match ?? [];
  const plain = unit === undefined ? `${digits}${milli}` : digits;
  let fault: string | undefined;
  if (!match || plain === "" || /e/i.test(plain)) fault = "";
  else if (/^-/.test(plain)) fault = `negative number '${plain}'`;
  else if (!/^\+?(?:\d+\.?\d*|\.\d+)$/.test(plain)) fault = `invalid number '${plain}'`;
  else if (Number(plain) * (unit !== undefined && milli === "" ? 1000 : 1) > LONGEST_TIME * parts) {
    const most = LONGEST_TIME * parts;
    const limits = unit !== undefined && milli === "" ? `0.000, ${most / 1000}.000` : `0., ${most}.`;
    fault = `number '${plain}' outside range [${limits}]`;
  }
  if (fault === undefined) return;
  line.refuse(word, {
    after,
    wanted: "a time such as 300ms",
    texts: [...(fault === "" ? [] : [fault]), text.replace("%s", () => word.text)],
  });
}

/** The words that an address belongs to. */
function readAddressWord({ line, draft, asMeant }: RouteReading, word: Word): boolean {
  const family = (found: 4 | 6 | undefined, at: Word, text = MIXED) => {
    if (found !== undefined) draft.family ??= found;
    if (found !== undefined && found !== draft.family)
      line.clash(at, "addresses of both families stand in it", { text, help: ONE_FAMILY });
  };
  switch (word.text) {
    case "inet":
    case "inet6": {
      const [own, other] = word.text === "inet" ? ([4, "IPv6"] as const) : ([6, "IPv4"] as const);
      family(own, word, `${word.text} specified for ${other} route`);
      if (!asMeant) line.skip();
      return true;
    }
    case "src": {
      const address = line.takeAddress({ after: word, text: "invalid route src address %s" });
      if (address !== undefined) family(familyOf(address), word);
      return true;
    }
    case "gw":
    case "via": {
      if (word.text === "gw") tellOldWord(line, word, "via");
      const named = line.skipIf("inet", "inet6")?.text;
      // A gateway of the other family (RFC 5549) is what naming the family is for.
      const free = asMeant && named !== undefined && draft.family !== undefined;
      if (named !== undefined && !free) family(named === "inet" ? 4 : 6, word);
      if (line.over) return true;
      const address = line.takeAddress({ after: word, text: "invalid route via address %s" });
      if (address !== undefined && !free) family(familyOf(address), word);
      draft.via = true;
      return true;
    }
    case "or":
      tellOldWord(line, word, "nexthop");
      if (draft.hops) {
        line.tell(line.skip() ?? word, "word", {
          code: "entry-words-clash",
          severity: "error",
          message: "or stands twice in this route; the second does not count",
          help: "write nexthop via ADDRESS for each gateway",
          texts: ['"or" route already specified - ignoring subsequent'],
        });
        return true;
      }
      line.takeAddress({ after: word, text: 'Invalid "or" address %s' });
      draft.hops = true;
      return true;
    case "from": {
      const value = line.next;
      const network = line.takeNetwork({ after: word, text: "invalid route from address %s" });
      if (network === undefined || value === undefined) return true;
      if (network.family === 6) family(6, value);
      else
        line.clash(value, "from counts for IPv6 alone", {
          text: `route from address only supported with IPv6 (${value.text})`,
          help: "write src ADDRESS, or a rule with from",
        });
      return true;
    }
    default:
      return false;
  }
}

/** The words that a name belongs to. */
function readNameWord({ line, draft, kind }: RouteReading, word: Word): boolean {
  switch (word.text) {
    case "tos":
    case "dsfield":
      line.takeName("fields", { after: word, text: "TOS value %s is invalid" });
      return true;
    case "table":
      line.takeName("tables", { after: word, text: "Routing table %s not found for route" });
      return true;
    case "protocol": {
      const named = line.takeName("protocols", {
        after: word,
        text: "Protocol %s not found or invalid for route",
      });
      if (named) draft.protocol = named;
      return true;
    }
    case "scope":
      line.takeName("scopes", { after: word, text: "Scope %s not found or invalid for route" });
      return true;
    case "realms":
      if (line.takeRealms({ after: word, text: "Invalid realms %s for route" }) === undefined) return true;
      onlyFor(4, { line, draft, word, text: "realms are only valid for IPv4" });
      return true;
    case "dev":
    case "oif":
      if (line.takeInterface("VROUTE nexthop")) draft.device = true;
      return true;
    case "vrf":
      takeVrf(line, word);
      return true;
    case "track_group": {
      if (kind === "virtual") return false;
      const group = line.takeGroup();
      if (group) draft.group = group;
      return true;
    }
    default:
      return false;
  }
}

function takeVrf(line: EntryLine, after: Word): void {
  const value = line.take();
  if (value === undefined || line.hasInterface(value.text)) return;
  line.refuse(value, {
    after,
    wanted: "the name of a VRF interface",
    texts: [`VRF ${value.text} not found for route`],
  });
}

function readOtherWord(reading: RouteReading, word: Word): boolean {
  const { line, draft } = reading;
  switch (word.text) {
    case "as": {
      line.skipIf("to");
      line.skip();
      line.tell(word, "word", {
        code: "entry-words-clash",
        severity: "error",
        message: "as does nothing in a route",
        help: "leave it out",
        texts: ['"as to" for MPLS only - ignoring'],
      });
      return true;
    }
    case "expires":
      // The family counts before the number does.
      onlyFor(6, { line, draft, word, text: "expires is only valid for IPv6" });
      if (!line.over) line.takeNumber({ after: word, text: "Invalid expires time %s specified for route" });
      return true;
    case "pref":
      onlyFor(6, { line, draft, word, text: "pref is only valid for IPv6" });
      if (!line.over && !line.skipIf("low", "medium", "high"))
        line.takeNumber({ after: word, text: "Invalid pref value %s specified for route", most: 255 });
      return true;
    case "features":
      takeOneOf(line, word, { known: ["ecn"], text: "feature %s not supported" });
      return true;
    case "ttl-propagate":
      takeOneOf(line, word, {
        known: ["enabled", "disabled"],
        text: "ttl-propagate value %s not recognised",
      });
      return true;
    case "congctl":
      line.skipIf("lock");
      line.take();
      return true;
    case "encap":
      takeEncapsulation(line, word);
      return true;
    case "nexthop":
      tellHopsTwice(line, word);
      return true;
    case "onlink":
    case "add":
    case "prepend":
    case "append":
      return true;
    case "no_track":
      draft.noTrack = true;
      return true;
    default:
      return false;
  }
}

function takeOneOf(
  line: EntryLine,
  after: Word,
  { known, text }: { readonly known: readonly string[]; readonly text: string },
): void {
  const value = line.take();
  if (value === undefined || known.includes(value.text)) return;
  line.refuse(value, {
    after,
    wanted: known.join(" or "),
    texts: [text.replace("%s", () => value.text)],
    loses: "word",
  });
}

function tellHopsTwice(line: EntryLine, word: Word): void {
  line.tell(word, "line", {
    code: "entry-words-clash",
    severity: "error",
    message: "or and nexthop stand in one route, so it is dropped",
    help: "write nexthop via ADDRESS for each gateway",
    texts: ['Cannot specify nexthops with "or" route', "Route has trailing nonsense - nexthop"],
  });
}

function tellOldWord(line: EntryLine, word: Word, better: string): void {
  line.tell(word, "word", {
    code: "deprecated",
    severity: "warning",
    message: `${word.text} in a route is out of date; it still works`,
    help: `use ${better}`,
    texts: [`"${word.text}" for routes is deprecated. Please use "${better}"`],
  });
}

/** What is no keyword: a destination, after `to` or the type of the route, by its name or number. */
function readDestination({ line, draft, asMeant }: RouteReading, word: Word): void {
  const named = TYPES.has(word.text) || numberFault(word.text, 255, 10) === undefined;
  const value = named || word.text === "to" ? line.take() : word;
  if (value === undefined) return;
  const network = line.network(value);
  if (network === undefined) {
    line.tell(value, "line", {
      code: "unknown-route-word",
      severity: "error",
      message: `'${value.text}' is neither a destination nor a word of a route, so the route is dropped`,
      help: EXAMPLE,
      texts: [`VRRP parsed invalid IP ${value.text}. skipping IP...`, `unknown route keyword ${value.text}`],
    });
    return;
  }
  draft.destination = value;
  if (network.family !== undefined) draft.family ??= network.family;
  const mixed =
    network.family === undefined ? !asMeant && draft.family !== undefined : network.family !== draft.family;
  if (mixed)
    line.clash(value, "what stands before the destination is of another family", {
      text: `${MIXED} (${value.text})`,
      help: "write the destination first",
    });
}

/** What can only be said of the line as a whole; whether the route stays. */
function checkWhole(
  line: EntryLine,
  { draft, words }: { readonly draft: RouteDraft; readonly words: readonly Word[] },
): boolean {
  const [first] = words;
  const last = words[words.length - 1];
  if (first === undefined || last === undefined) return false;
  const { destination, protocol, group } = draft;
  if (destination === undefined) {
    line.tell(first, "line", {
      code: "route-without-destination",
      severity: "error",
      message: "the route leads nowhere, so it is dropped",
      help: EXAMPLE,
      texts: ["Route must have a destination"],
    });
    return false;
  }
  if (!draft.noTrack && protocol !== undefined && !["18", "keepalived"].includes(protocol.text))
    line.tell(protocol, "word", {
      code: "protocol-not-kept",
      severity: "warning",
      message: `a route that is looked after has the protocol 18 (keepalived), not ${protocol.text}`,
      help: "leave protocol out, or add no_track",
      texts: ["Route cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol"],
    });
  if (!draft.noTrack && !draft.device)
    line.tell(last, "word", {
      code: "route-without-interface",
      severity: "warning",
      message: `the route to ${destination.text} names no interface, so nobody notices when it disappears`,
      help: "add dev NAME, or no_track to say that this is meant",
      texts: [`Warning - cannot track route ${destination.text} with no interface specified, not tracking`],
    });
  if (group !== undefined && !draft.device)
    line.tell(group, "word", {
      code: "entry-words-clash",
      severity: "error",
      message: "a track_group wants a route with an interface, so the route goes without the group",
      help: "add dev NAME",
      texts: ["Static route cannot have track group if no oif specified"],
    });
  return true;
}
