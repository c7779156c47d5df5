import { type AddressFamily, familyOf } from "../../base/ip-address.ts";
import type { PolicyRule, RuleAction } from "../model/route.ts";
import type { Word } from "../tree.ts";
import { WordReader } from "./word-reader.ts";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Draft = Mutable<Omit<PolicyRule, "action">> & { action?: RuleAction };

type Reader = (draft: Draft, reader: WordReader) => unknown;

/** Stores what was read; what could not be read leaves the field out. */
function set<Key extends keyof Draft>(
  key: Key,
  read: (reader: WordReader) => Draft[Key] | undefined,
): Reader {
  return (draft, reader) => {
    const value = read(reader);
    if (value !== undefined) draft[key] = value;
  };
}

const text = (reader: WordReader) => reader.take();
const number = (reader: WordReader) => reader.takeNumber();
const range = (reader: WordReader) => reader.takeRange();
const network = (reader: WordReader) => reader.takeNetwork();
const action = (kind: Exclude<RuleAction["kind"], "table" | "goto">): Reader =>
  set("action", () => ({ kind }));
const family = (value: AddressFamily): Reader => set("family", () => value);
const table = set("action", (reader) => ({ kind: "table", table: reader.take() ?? "" }));
const preference = set("preference", number);
const tos = set("tos", number);
const prefixLength = set("suppressPrefixLength", number);
const interfaceGroup = set("suppressInterfaceGroup", text);
const input = set("inputInterface", text);

/** What each word of a rule does. */
const READERS: Readonly<Record<string, Reader>> = {
  inet: family(4),
  inet6: family(6),
  from: set("from", network),
  to: set("to", network),
  table,
  lookup: table,
  not: set("inverted", () => true),
  preference,
  order: preference,
  priority: preference,
  tos,
  dsfield: tos,
  fwmark: set("mark", (reader) => readMark(reader.take() ?? "")),
  realms: set("realms", text),
  suppress_prefixlength: prefixLength,
  sup_pl: prefixLength,
  suppress_ifgroup: interfaceGroup,
  sup_group: interfaceGroup,
  dev: input,
  iif: input,
  oif: set("outputInterface", text),
  "tunnel-id": set("tunnelId", text),
  uidrange: set("userIds", range),
  l3mdev: action("l3mdev"),
  protocol: set("protocol", text),
  ipproto: set("transport", text),
  sport: set("sourcePorts", range),
  dport: set("destinationPorts", range),
  type: () => undefined,
  goto: set("action", (reader) => ({ kind: "goto", preference: reader.takeNumber() ?? 0 })),
  nop: action("nop"),
  blackhole: action("blackhole"),
  unreachable: action("unreachable"),
  prohibit: action("prohibit"),
  // By their numbers in the kernel.
  6: action("blackhole"),
  7: action("unreachable"),
  8: action("prohibit"),
  no_track: set("noTrack", () => true),
  track_group: set("trackGroup", text),
};

/**
 * Binds one line of `virtual_rules` or `static_rules`; undefined when it has no action or a word that is not known, in
 * which case keepalived drops it too. What is wrong with it is told by `checkEntries`.
 */
export function bindRuleLine(words: readonly Word[]): PolicyRule | undefined {
  const reader = new WordReader(words);
  const draft: Draft = { inverted: false, noTrack: false };
  for (let word = reader.take(); word !== undefined; word = reader.take()) {
    const read = READERS[word];
    if (!read) return undefined;
    read(draft, reader);
  }
  if (!draft.action) return undefined;
  const named = [draft.from, draft.to].find((each) => each && each.prefixLength > 0);
  return {
    ...draft,
    action: draft.action,
    ...(draft.family === undefined && named ? { family: familyOf(named.address) } : {}),
  };
}

function readMark(text: string): PolicyRule["mark"] {
  const match = /^(\d+|0x[0-9a-f]+)(?:\/(\d*|0x[0-9a-f]+))?$/i.exec(text);
  if (!match) return undefined;
  return { value: Number(match[1]), ...(match[2] === undefined ? {} : { mask: Number(match[2]) }) };
}
