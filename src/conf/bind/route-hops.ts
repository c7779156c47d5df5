import { familyOf } from "../../base/ip-address.ts";
import type { Word } from "../tree.ts";
import type { EntryLine } from "./entry-line.ts";
import { ONE_FAMILY, onlyFor, type RouteReading } from "./route-draft.ts";

/** Reads the next hops; the place of the first word that does not count any more. */
export function checkNextHops({ line, draft, asMeant }: Omit<RouteReading, "kind">): number | undefined {
  while (line.next?.text === "nexthop") {
    const start = line.at;
    line.skip();
    while (line.next !== undefined && readHopWord({ line, draft, asMeant }))
      if (line.over) return line.fatal ? undefined : start;
  }
  const { next, at } = line;
  if (next !== undefined)
    line.tell(next, "word", {
      code: "unknown-route-word",
      severity: "error",
      message: `'${next.text}' is no word of a next hop, so it and what comes after it does not count`,
      help: "write what concerns the whole route before the first nexthop",
      texts: [`Route has trailing nonsense after nexthops - ${next.text}`],
    });
  return at;
}

/** Whether the next word belongs to a next hop. */
function readHopWord({ line, draft, asMeant }: Omit<RouteReading, "kind">): boolean {
  const word = line.next as Word;
  const known = ["via", "dev", "weight", "onlink", "encap", "realms", "as"];
  if (!known.includes(word.text)) return false;
  line.skip();
  switch (word.text) {
    case "via":
      takeHopAddress({ line, draft, asMeant }, word);
      return true;
    case "dev":
      line.takeInterface("VROUTE nexthop");
      return true;
    case "weight":
      takeWeight(line, word);
      return true;
    case "encap":
      takeEncapsulation(line, word);
      return true;
    case "realms":
      if (line.takeRealms({ after: word, text: "Invalid realms %s for route" }))
        onlyFor(4, { line, draft, word, text: "realms are only supported for IPv4" });
      return true;
    case "as":
      line.clash(word, "as does nothing in a next hop", {
        text: "'as [to]' (nat) not supported",
        help: "leave it out",
      });
      return true;
    default:
      return true;
  }
}

function takeWeight(line: EntryLine, after: Word): void {
  const value = line.next;
  const weight = line.takeNumber({ after, text: "Invalid weight %s specified for route", most: 256 });
  if (weight !== 0 || value === undefined) return;
  line.refuse(value, {
    after,
    wanted: "a number from 1 to 256",
    texts: ["Invalid weight 0 specified for route"],
  });
}

function takeHopAddress({ line, draft, asMeant }: Omit<RouteReading, "kind">, word: Word): void {
  const clash = (text: string) =>
    line.clash(word, "the next hop is of another family", { text, help: ONE_FAMILY });
  const named = line.skipIf("inet", "inet6")?.text;
  const free = asMeant && named !== undefined && draft.family !== undefined;
  if (named !== undefined && !free) {
    const family = named === "inet" ? 4 : 6;
    draft.family ??= family;
    if (draft.family !== family) {
      clash("IPv4/6 mismatch for nexthop");
      return;
    }
  }
  const address = line.takeAddress({ after: word, text: "invalid nexthop address %s" });
  if (address === undefined || free) return;
  draft.family ??= familyOf(address);
  if (draft.family !== familyOf(address)) clash("Address family mismatch for next hop");
}

/** Words of a tunnel; each has a value after it. */
const TUNNEL_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  ip: new Set(["id", "dst", "src", "tos", "ttl", "flags"]),
  ip6: new Set(["id", "dst", "src", "tc", "hoplimit", "flags"]),
};

/** The words after `encap`; whether their values are good is for the kernel's side to say. */
export function takeEncapsulation(line: EntryLine, after: Word): void {
  const kind = line.skip();
  const refuse = (text: string) =>
    line.refuse(kind ?? after, {
      after,
      wanted: "ip, ip6, mpls or ila and its words",
      texts: [text],
      loses: "word",
    });
  if (kind === undefined) {
    refuse("Missing encap type");
    return;
  }
  const words = TUNNEL_WORDS[kind.text];
  if (kind.text === "mpls" || kind.text === "ila") {
    if (line.skip() === undefined)
      refuse(
        kind.text === "mpls"
          ? "missing address for MPLS encapsulation"
          : "missing locator for ILA encapsulation",
      );
  } else if (words === undefined) {
    refuse(`Unknown encap type - ${kind.text}`);
    line.skip();
  } else {
    let led = false;
    while (line.next !== undefined && words.has(line.next.text) && line.after !== undefined) {
      led ||= line.next.text === "id" || line.next.text === "dst";
      line.skip();
      line.skip();
    }
    if (!led) refuse(`address or id missing for ${kind.text} encapsulation`);
  }
}
