import { familyOf, type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { RouteNameList } from "../source.ts";
import type { Word } from "../tree.ts";
import { type BindContext, type Finding, tell } from "./context.ts";
import { checkInterface } from "./interface-name.ts";
import { missingWord } from "./missing-word.ts";
import { MOST, numberFault } from "./number-fault.ts";
import { parsePrefix } from "./prefix.ts";
import { checkTrackGroup } from "./track-group-name.ts";

/** The largest number that keepalived takes in a list of names. */
const MOST_OF: Readonly<Record<RouteNameList, number>> = {
  tables: MOST,
  protocols: 255,
  scopes: 255,
  realms: 255,
  fields: 255,
  groups: 0x7fff_ffff,
};

/** What a line loses by what is wrong in it. */
type Loss = "line" | "word";

/**
 * Goes through the words of a line of a list as keepalived 2.2.7 does, and tells what it would tell. `take...` answer
 * undefined when the word is not there or not what it must be; `over` then says whether the line is dropped for it.
 */
export class EntryLine {
  readonly #context: BindContext;
  readonly #words: readonly Word[];
  /** What the line is, in messages. */
  readonly #what: "route" | "rule";
  #at = 0;
  #over = false;
  #fatal = false;

  constructor(
    context: BindContext,
    from: { readonly words: readonly Word[]; readonly what: "route" | "rule" },
  ) {
    this.#context = context;
    this.#words = from.words;
    this.#what = from.what;
  }

  /** Whether keepalived has dropped the line. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether keepalived has ended altogether. */
  get fatal(): boolean {
    return this.#fatal;
  }

  /** The place among the words of what comes next. */
  get at(): number {
    return this.#at;
  }

  get next(): Word | undefined {
    return this.#words[this.#at];
  }

  /** The word after the next one. */
  get after(): Word | undefined {
    return this.#words[this.#at + 1];
  }

  /** The next word, if there is one. */
  skip(): Word | undefined {
    return this.#words[this.#at++];
  }

  /** The next word, if it is one of these. */
  skipIf(...known: readonly string[]): Word | undefined {
    return this.next !== undefined && known.includes(this.next.text) ? this.skip() : undefined;
  }

  /** The next word. keepalived ends on the spot where there is none. */
  take(): Word | undefined {
    const word = this.skip();
    const last = this.#words[this.#words.length - 1];
    if (word === undefined && last && !this.#over) this.tell(last, "line", missingWord(this.#words));
    return word;
  }

  /** A whole number from 0 to `most`; `text` is what keepalived says of another. `base` 0 takes hexadecimal ones too. */
  takeNumber(how: {
    readonly after: Word;
    readonly text: string;
    readonly most?: number;
    readonly base?: 0 | 10;
    readonly loses?: Loss;
  }): number | undefined {
    const word = this.take();
    if (word === undefined) return undefined;
    const { after, text, most = MOST, base = 10, loses } = how;
    const fault = numberFault(word.text, most, base);
    if (fault === undefined) return Number(word.text);
    this.refuse(word, {
      after,
      wanted: `a whole number from 0 to ${most}`,
      texts: [fault, text.replace("%s", () => word.text)],
      ...(loses ? { loses } : {}),
    });
    return undefined;
  }

  /** An address without a length. */
  takeAddress(how: { readonly after: Word; readonly text: string }): IpAddress | undefined {
    const word = this.take();
    if (word === undefined) return undefined;
    const parsed = parseIpAddress(word.text);
    if (parsed.ok) return parsed.value;
    this.refuse(word, {
      after: how.after,
      wanted: "an address without a length",
      texts: [`VRRP parsed invalid IP ${word.text}. skipping IP...`, how.text.replace("%s", () => word.text)],
    });
    return undefined;
  }

  /** A network, or a word for all of them, which has no family. */
  takeNetwork(how: { readonly after: Word; readonly text: string }): { readonly family?: 4 | 6 } | undefined {
    const word = this.take();
    if (word === undefined) return undefined;
    const network = this.network(word);
    if (network !== undefined) return network;
    this.refuse(word, {
      after: how.after,
      wanted: "an address with or without its length",
      texts: [`VRRP parsed invalid IP ${word.text}. skipping IP...`, how.text.replace("%s", () => word.text)],
    });
    return undefined;
  }

  /** The family of a destination; undefined when the word is none. keepalived takes a bad length for that of a host. */
  network(word: Word): { readonly family?: 4 | 6 } | undefined {
    if (["default", "any", "all"].includes(word.text)) return {};
    if (word.text === "default6") {
      this.tell(word, "word", {
        code: "deprecated",
        severity: "warning",
        message: "default6 is out of date; it still works",
        help: "write ::/0",
      });
      return { family: 6 };
    }
    const prefix = parsePrefix(word.text);
    if (prefix !== undefined) return { family: familyOf(prefix.address) };
    const [host = "", length] = word.text.split("/", 2);
    const address = parseIpAddress(host);
    if (!address.ok || length === undefined) return undefined;
    const most = familyOf(address.value) === 4 ? 32 : 128;
    this.tell(word, "word", {
      code: "bad-prefix-length",
      severity: "error",
      message: `the prefix length of ${host} is '${length}', but it must be a number from 0 to ${most}; ${most} counts instead`,
      help: `write ${host}/24, or the length of your network`,
      texts: [
        numberFault(length, most, 10) ?? "",
        `Invalid address prefix len ${length} for address ${word.text} - using ${most}`,
      ],
    });
    return { family: familyOf(address.value) };
  }

  /** A number, or a name of that list; any name where nobody knows the names of the machine. */
  takeName(list: RouteNameList, how: { readonly after: Word; readonly text: string }): Word | undefined {
    const word = this.take();
    if (word === undefined || this.isName(list, word.text)) return word;
    this.refuse(word, {
      after: how.after,
      wanted: `a number up to ${MOST_OF[list]}, or a name that iproute2 knows`,
      texts: [how.text.replace("%s", () => word.text)],
    });
    return undefined;
  }

  /** One realm or two with a slash between them. */
  takeRealms(how: { readonly after: Word; readonly text: string }): Word | undefined {
    const word = this.take();
    const known = word?.text.split("/", 2).every((text) => this.isName("realms", text));
    if (word === undefined || known) return word;
    this.refuse(word, {
      after: how.after,
      wanted: "one realm, or two with a slash between them",
      texts: [how.text.replace("%s", () => word.text)],
    });
    return undefined;
  }

  /** The name of an interface that is there. */
  takeInterface(what: string): Word | undefined {
    const word = this.take();
    if (word === undefined) return undefined;
    if (!checkInterface(this.#context, { word, what, listed: true })) this.#over = true;
    const { interfaces, dynamicInterfaces } = this.#context.environment;
    if (interfaces?.includes(word.text) === false && dynamicInterfaces !== true) this.#over = true;
    return this.#over ? undefined : word;
  }

  /** Whether the machine has an interface of that name, as far as is known. */
  hasInterface(name: string): boolean {
    return this.#context.environment.interfaces?.includes(name) ?? true;
  }

  /** Whether the machine knows an IP protocol of that name, as far as is known. */
  isTransport(name: string): boolean {
    const { transportNumber } = this.#context.environment;
    return transportNumber === undefined || transportNumber(name) !== undefined;
  }

  /** The name of a group; undefined when there is none of that name. */
  takeGroup(): Word | undefined {
    const word = this.take();
    return word !== undefined && checkTrackGroup(this.#context, word) ? word : undefined;
  }

  /** The value of a word cannot be used, and the line is dropped, or goes without the word. */
  refuse(
    word: Word,
    how: {
      readonly after: Word;
      readonly wanted: string;
      readonly texts: readonly string[];
      readonly loses?: Loss;
    },
  ): void {
    const { loses = "line" } = how;
    const outcome = loses === "line" ? `the ${this.#what} is dropped` : `${how.after.text} does not count`;
    this.tell(word, loses, {
      code: "bad-entry-value",
      severity: "error",
      message: `${how.after.text} is '${word.text}', which it cannot be, so ${outcome}`,
      help: `write ${how.after.text} and ${how.wanted}`,
      texts: how.texts,
    });
  }

  /** Two words that do not go together. */
  clash(word: Word, message: string, how: { readonly text: string; readonly help: string }): void {
    this.tell(word, "line", {
      code: "entry-words-clash",
      severity: "error",
      message: `${message}, so the ${this.#what} is dropped`,
      help: how.help,
      texts: [how.text],
    });
  }

  /** Something else that is wrong. */
  tell(word: Word, loses: Loss, finding: Finding): void {
    if (loses === "line") this.#over = true;
    if (finding.fatal !== undefined) this.#fatal = true;
    tell(this.#context, word, finding);
  }

  /** Whether that is a number or a name of the list. */
  isName(list: RouteNameList, text: string): boolean {
    if (/^(?:\d+|0x[0-9a-f]+)$/i.test(text)) return list === "tables" || Number(text) <= MOST_OF[list];
    const { routeName } = this.#context.environment;
    return routeName === undefined || routeName(list, text) !== undefined;
  }
}
