import type { Word } from "../tree.ts";
import type { BindContext } from "./context.ts";
import { EntryLine } from "./entry-line.ts";
import { MOST, numberFault } from "./number-fault.ts";
import type { ListKind } from "./route-draft.ts";

const HIGHEST_SIGNED = 0x7fff_ffff;
/** keepalived's slip: it takes no number of a protocol beyond this, though there are 256. */
const HIGHEST_TRANSPORT = 127;
const MIXED = "rule specification has mixed IPv4 and IPv6";
const EXAMPLE = "write for example: from 192.0.2.0/24 table 100 preference 100";
const ONE_ACTION = "Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable";
/** Types of routes that are actions of rules as well, by name and number. */
const ACTIONS = new Set(["blackhole", "unreachable", "prohibit", "6", "7", "8"]);
const TYPES = new Set("unicast local nat broadcast brd anycast multicast throw xresolve".split(" "));

/** What a line says so far. */
interface Draft {
  family?: 4 | 6;
  action?: Word;
  /** The preference that `goto` leads to. */
  target?: number;
  preference?: number;
  /** A word that counts for tables alone. */
  tableWord?: Word;
  table?: true;
  protocol?: Word;
  input?: true;
  noTrack?: true;
  group?: Word;
}

interface Reading {
  readonly line: EntryLine;
  readonly draft: Draft;
  readonly kind: ListKind;
  readonly asMeant: boolean;
}

/** Tells what is wrong with a line of rules, in keepalived's order. Whether the rule stays, and its family. */
export function checkRuleLine(
  context: BindContext,
  from: {
    readonly words: readonly Word[];
    readonly kind: ListKind;
    readonly asMeant: boolean;
    /** Makes up the preference of a rule of that family that has none. */
    readonly nextPreference: (family: 4 | 6) => number;
  },
): boolean {
  const { words, kind, asMeant } = from;
  const line = new EntryLine(context, { words, what: "rule" });
  const draft: Draft = {};
  while (line.next !== undefined && !line.over) readWord({ line, draft, kind, asMeant });
  const [first] = words;
  if (line.over || first === undefined || !checkWhole(line, { draft, first })) return false;
  if (draft.preference === undefined) {
    const number = from.nextPreference(draft.family ?? 4);
    line.tell(first, "word", {
      code: "rule-without-preference",
      severity: "warning",
      message: "this rule has no preference, so one is made up, which may not put it where you want it",
      help: "add preference N",
      texts: [`Rule has no preference specified - setting to ${number}. This is probably not what you want.`],
    });
  }
  return true;
}

function readWord(reading: Reading): void {
  const word = reading.line.skip() as Word;
  if (!readPlace(reading, word) && !readSelector(reading, word) && !readOption(reading, word))
    readAction(reading, word);
}

/** Where packets come from and go to. */
function readPlace({ line, draft, asMeant }: Reading, word: Word): boolean {
  switch (word.text) {
    case "inet":
    case "inet6": {
      const [own, other] = word.text === "inet" ? ([4, "IPv6"] as const) : ([6, "IPv4"] as const);
      family({ line, draft }, own, { at: word, text: `${word.text} specified for ${other} rule` });
      if (!asMeant) line.skip();
      return true;
    }
    case "from":
    case "to": {
      const network = line.takeNetwork({ after: word, text: `Invalid rule ${word.text} address %s` });
      if (network === undefined) return true;
      // A word for everything is of no family, which is another than that of an address before it.
      if (network.family === undefined && draft.family !== undefined && !asMeant)
        line.clash(word, "what stands before it is of one family", { text: MIXED, help: "leave it out" });
      else family({ line, draft }, network.family, { at: word, text: MIXED });
      return true;
    }
    case "dev":
    case "iif":
      if (line.takeInterface("rule")) draft.input = true;
      return true;
    case "oif":
      line.takeInterface("rule");
      return true;
    default:
      return false;
  }
}

function family(
  { line, draft }: Pick<Reading, "line" | "draft">,
  found: 4 | 6 | undefined,
  { at, text }: { readonly at: Word; readonly text: string },
): void {
  if (found !== undefined) draft.family ??= found;
  if (found === undefined || found === draft.family) return;
  line.clash(at, "both families stand in it", { text, help: "write addresses of one family in a rule" });
}

/** What else a rule looks at in a packet. */
function readSelector({ line, draft }: Reading, word: Word): boolean {
  switch (word.text) {
    case "tos":
    case "dsfield":
      line.takeName("fields", { after: word, text: "TOS value %s is invalid" });
      return true;
    case "fwmark":
      takeMark(line, word);
      return true;
    case "tunnel-id":
      takeTunnel(line, word);
      return true;
    case "uidrange":
      takeRange(line, word, { text: "Invalid uidrange uidrange specified", loses: "line" });
      return true;
    case "sport":
    case "dport":
      takeRange(line, word, { text: `invalid ${word.text} range %s`, loses: "word" });
      return true;
    case "ipproto":
      takeTransport(line, word);
      return true;
    case "realms":
      if (line.takeRealms({ after: word, text: "invalid realms %s for rule" }) === undefined) return true;
      draft.tableWord = word;
      draft.family ??= 4;
      if (draft.family !== 4)
        line.clash(word, "realms count for IPv4 alone", {
          text: "realms is only valid for IPv4",
          help: "leave realms out",
        });
      return true;
    default:
      return false;
  }
}

function takeMark(line: EntryLine, after: Word): void {
  const word = line.take();
  if (word === undefined) return;
  const parts = /^(\d+|0x[0-9a-f]+)(?:\/(\d*|0x[0-9a-f]+))?$/i.exec(word.text);
  if (parts && Number(parts[1]) <= MOST && Number(parts[2] ?? 0) <= MOST) return;
  line.refuse(word, {
    after,
    wanted: "a number, or two with a slash between them",
    texts: [`Invalid rule fwmark ${word.text} specified`],
  });
}

function takeTunnel(line: EntryLine, after: Word): void {
  const word = line.take();
  if (word === undefined) return;
  const fault = numberFault(word.text, MOST, 10);
  const large = /^\+?\d+$/.test(word.text) && BigInt(word.text) >= 1n << 64n;
  if (fault === undefined || (!large && fault.includes("outside"))) return;
  line.refuse(word, {
    after,
    wanted: "a whole number",
    texts: [
      large ? `number '${word.text}' outside unsigned 64 bit range` : fault,
      "Invalid tunnel-id tunnel-id specified",
    ],
  });
}

function takeRange(
  line: EntryLine,
  after: Word,
  { text, loses }: { readonly text: string; readonly loses: "line" | "word" },
): void {
  const word = line.take();
  if (word === undefined || /^\d+-\d+$/.test(word.text)) return;
  line.refuse(word, {
    after,
    wanted: "two numbers with - between them, such as 80-80",
    texts: [text.replace("%s", () => word.text)],
    loses,
  });
}

function takeTransport(line: EntryLine, after: Word): void {
  const word = line.take();
  if (word === undefined) return;
  const number = /^\d+$/.test(word.text) ? Number(word.text) : undefined;
  const texts = [`Invalid ipproto ${word.text}`];
  if (number === undefined ? line.isTransport(word.text) : number <= HIGHEST_TRANSPORT) return;
  if (number !== undefined && number <= 255)
    line.tell(word, "word", {
      code: "protocol-number-not-taken",
      severity: "warning",
      message: `keepalived takes no ipproto above ${HIGHEST_TRANSPORT}, and leaves it out of the rule; it counts here`,
      help: "write the name of the protocol, such as sctp",
      texts,
    });
  else
    line.refuse(word, {
      after,
      wanted: "a protocol of /etc/protocols, or its number",
      texts,
      loses: "word",
    });
}

/** What a rule is told besides. */
function readOption({ line, draft, kind }: Reading, word: Word): boolean {
  switch (word.text) {
    case "not":
      return true;
    case "preference":
    case "order":
    case "priority": {
      const text = `Invalid rule preference ${word.text} specified`;
      const number = line.takeNumber({ after: word, text, base: 0 });
      if (number !== undefined) draft.preference = number;
      return true;
    }
    case "suppress_prefixlength":
    case "sup_pl":
      line.takeNumber({
        after: word,
        text: `Invalid suppress_prefixlength ${word.text} specified`,
        most: HIGHEST_SIGNED,
      });
      draft.tableWord = word;
      return true;
    case "suppress_ifgroup":
    case "sup_group":
      line.takeName("groups", { after: word, text: "suppress_group %s is invalid" });
      draft.tableWord = word;
      return true;
    case "protocol":
      takeProtocol(line, { draft, after: word });
      return true;
    case "no_track":
      draft.noTrack = true;
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

/** keepalived knows no names here; a rule that it looks after has its own protocol all the same. */
function takeProtocol(
  line: EntryLine,
  { draft, after }: { readonly draft: Draft; readonly after: Word },
): void {
  const word = line.take();
  if (word === undefined) return;
  const fault = numberFault(word.text, 255, 10);
  if (fault === undefined) {
    draft.protocol = word;
    return;
  }
  const texts = [fault, `Invalid protocol ${word.text}`];
  if (line.isName("protocols", word.text))
    line.tell(word, "word", {
      code: "protocol-number-not-taken",
      severity: "warning",
      message: `keepalived takes no name of a protocol in a rule, and leaves it out; ${word.text} counts here, with no_track`,
      help: "write its number",
      texts,
    });
  else line.refuse(word, { after, wanted: "a number up to 255", texts, loses: "word" });
}

/** What becomes of the packet. */
function readAction({ line, draft }: Reading, word: Word): void {
  if (word.text === "table" || word.text === "lookup") {
    const value = line.next;
    if (!line.takeName("tables", { after: word, text: "Routing table %s not found for rule" }) || !value)
      return;
    if (/^0x?0*$/i.test(value.text)) {
      line.refuse(value, { after: word, wanted: "another number", texts: ["Table 0 is not valid"] });
      return;
    }
    draft.table = true;
    act({ line, draft }, word, `${ONE_ACTION} for rule`);
    return;
  }
  if (word.text === "l3mdev") {
    act({ line, draft }, word, "Cannot specify l3mdev with other action");
    return;
  }
  const action = word.text === "type" ? line.take() : word;
  if (action === undefined) return;
  const number = numberFault(action.text, 255, 10) === undefined;
  if (action.text === "goto") {
    const target = line.takeNumber({ after: action, text: "Invalid target goto specified" });
    if (target === undefined) return;
    draft.target = target;
  } else if (action.text !== "nop" && !ACTIONS.has(action.text)) {
    const known = number || TYPES.has(action.text);
    line.tell(action, "line", {
      code: "unknown-rule-word",
      severity: "error",
      message: known
        ? `'${action.text}' is nothing that a rule can do, so the rule is dropped`
        : `'${action.text}' is not a word of a rule, so the rule is dropped`,
      help: EXAMPLE,
      texts: [known ? `Invalid rule action ${action.text}` : `Unknown rule option ${action.text}`],
    });
    return;
  }
  act({ line, draft }, action, `${ONE_ACTION}/l3mdev for rule`);
}

/** One action is enough. */
function act({ line, draft }: Pick<Reading, "line" | "draft">, word: Word, text: string): void {
  if (draft.action !== undefined)
    line.clash(word, "it says twice what becomes of the packet", { text, help: "leave one out" });
  draft.action = word;
}

/** What can only be said of the line as a whole; whether the rule stays. */
function checkWhole(
  line: EntryLine,
  { draft, first }: { readonly draft: Draft; readonly first: Word },
): boolean {
  const { action, target, preference, tableWord, protocol, group } = draft;
  if (action !== undefined && target !== undefined && (preference === undefined || preference >= target)) {
    line.clash(action, "a goto leads from its preference to a higher one", {
      text:
        preference === undefined
          ? `Invalid rule - goto target ${target} specified without preference`
          : `Invalid rule - preference ${preference} >= goto target ${target}`,
      help: "write goto N and a lower preference",
    });
    return false;
  }
  if (action === undefined) {
    line.tell(first, "line", {
      code: "rule-without-action",
      severity: "error",
      message: "the rule does not say what becomes of the packet, so it is dropped",
      help: EXAMPLE,
      texts: ["No action specified for rule - ignoring"],
    });
    return false;
  }
  if (tableWord !== undefined && !["table", "lookup", "l3mdev"].includes(action.text)) {
    line.clash(tableWord, `${tableWord.text} counts for a table alone`, {
      text: "suppressor/realm specified for non table action - skipping",
      help: `leave ${tableWord.text} out`,
    });
    return false;
  }
  if (!draft.noTrack && protocol !== undefined && protocol.text !== "18")
    line.tell(protocol, "word", {
      code: "protocol-not-kept",
      severity: "warning",
      message: `a rule that is looked after has the protocol 18 (keepalived), not ${protocol.text}`,
      help: "leave protocol out, or add no_track",
      texts: ["Rule cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol"],
    });
  if (group !== undefined && !draft.input)
    line.tell(group, "word", {
      code: "entry-words-clash",
      severity: "error",
      message: "a track_group wants a rule with iif, so the rule goes without the group",
      help: "add iif NAME",
      texts: ["Static rule cannot have track_group if dev/iif not specified"],
    });
  return true;
}
