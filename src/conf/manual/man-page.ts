import { vocabulary } from "../../grammar/vocabulary.ts";
import { type Fact, factsOf, formOf, meaningOf } from "./facts.ts";
import { everyPlace, type ManualPlace, nameOf, placesInside } from "./places.ts";

const LANGUAGE: readonly (readonly [string, readonly string[]])[] = [
  [
    "DESCRIPTION",
    [
      'A configuration is one or more text files. This page tells which of them \\fBlocum\\fR understands; it is the language of \\fBkeepalived\\fR. Every keyword is read and checked. Those that this version does not act on are marked "no effect yet", and \\fBlocum lint\\fR names each place where a file uses one.',
    ],
  ],
  [
    "LINES AND WORDS",
    [
      "A line holds a keyword and its values, separated by blanks. Words in double quotes may hold blanks; nothing is escaped within them. Keywords are written in the case shown here.",
      "A comment begins with \\fB#\\fR or \\fB!\\fR and goes to the end of the line. It may begin within a word; only double quotes, or a backslash right before it, keep the sign. Single quotes do not.",
      "Some keywords open a block. Its \\fB{\\fR stands on the same line or on the next one, and each line in it ends where the line of the file ends. What follows a brace on its line counts as a line of its own.",
      "The value of a script is split into words by rules of its own: single and double quotes group, a backslash escapes the next character, and no shell is run.",
      "Truth values are \\fBtrue\\fR, \\fBon\\fR, \\fByes\\fR and \\fBfalse\\fR, \\fBoff\\fR, \\fBno\\fR; a keyword without one is true. When a keyword appears twice in a block the last one counts, unless it makes a list.",
    ],
  ],
];

const TAIL = `.SH FILES
.TP
.I /etc/keepalived/keepalived.conf
What is read when no other file is named.
.SH SEE ALSO
\\fBlocum explain\\fR \\fIKEYWORD\\fR shows one entry of this page,
\\fBlocum lint\\fR checks files, \\fBlocum fmt\\fR brings them into shape.
.PP
.BR keepalived (8),
.BR ipvsadm (8)
`;

/** packaging/man/keepalived.conf.5, in roff with the man macros. `version` is that of locum. */
export function manPage(version: string): string {
  const head = `.\\" Written by tools/generate-docs.mjs from src/grammar; do not edit.
.TH KEEPALIVED.CONF 5 "" "locum ${version}" "File formats"
.SH NAME
keepalived.conf \\- configuration of locum, in keepalived's language
`;
  const language = LANGUAGE.map(
    ([title, paragraphs]) => `.SH ${title}\n${paragraphs.map(full).join("\n.PP\n")}\n`,
  );
  const before = everyPlace().filter((place) => place.kind === "preprocessor");
  const preprocessor = `.SH BEFORE KEYWORDS ARE READ\nThese are carried out line by line, in files and in what they include.\n${before.map(entry).join("")}`;
  const blocks = [...vocabulary.keys()].map((path) => {
    const inside = path === "" ? topLevel() : placesInside(path).filter((place) => place.kind === "keyword");
    return `.SS ${path === "" ? "The top level" : roff(path)}\n${inside.map(entry).join("")}`;
  });
  const words = ".SH WORDS IN LISTS\nThe lines of some lists are made of words of their own.\n";
  const parts = [
    head,
    ...language,
    preprocessor,
    ".SH KEYWORDS\n",
    ...blocks,
    words,
    ...listSections(),
    TAIL,
  ];
  return parts.join("");
}

function topLevel(): readonly ManualPlace[] {
  return everyPlace().filter((place) => place.kind === "keyword" && !place.path.includes("/"));
}

/** One section for all lists that take the same words. */
function listSections(): readonly string[] {
  const sections = new Map<string, Set<string>>();
  for (const place of everyPlace()) {
    if (place.kind !== "keyword") continue;
    const tokens = placesInside(place.path).filter((each) => each.kind === "token");
    const body = tokens.map(entry).join("");
    if (body !== "") sections.set(body, (sections.get(body) ?? new Set()).add(nameOf(place)));
  }
  return [...sections].map(([body, names]) => `.SS ${roff([...names].join(", "))}\n${body}`);
}

function entry(place: ManualPlace): string {
  const form = formOf(place);
  const name = form.startsWith(nameOf(place)) ? nameOf(place) : form;
  const rest = form.slice(name.length);
  const blank = rest.startsWith(" ") ? " " : "";
  const tag = `\\fB${roff(name)}\\fR${rest === "" ? "" : `${blank}\\fI${roff(rest.trim())}\\fR`}`;
  return `.TP\n${tag}\n${full(roff(`${meaningOf(place)}.`))}\n${details(place)}`;
}

/** Values, default, age and effect, as short sentences. */
function details(place: ManualPlace): string {
  const sentences = factsOf(place).map((fact) => sentence(fact, place));
  return sentences.map((each) => (each === "" ? "" : `${full(roff(each))}\n`)).join("");
}

function sentence({ label, text }: Fact, place: ManualPlace): string {
  const plain = text.replaceAll("`", "");
  const isNumber = place.kind === "keyword" && ["integer", "decimal"].includes(place.keyword.value.kind);
  switch (label) {
    case "values":
      return isNumber ? `Takes ${plain}.` : "";
    case "default":
      return `Default: ${plain}.`;
    case "since":
      return `Since ${plain}.`;
    case "note":
      return `Note: ${plain}.`;
    case "locum":
      // What is true of the whole list is said once, at the list.
      if (plain === "works" || (place.kind === "token" && place.token.effect === undefined)) return "";
      return plain.startsWith("accepted, no effect yet")
        ? "No effect yet."
        : `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`;
  }
}

/** Text that roff prints as it is; what is outside of ASCII by its number. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("`", "\\(ga")
    .replace(/[^\n\x20-\x7e]/gu, (character) => {
      const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      return `\\[u${number}]`;
    });
}

/** A line that does not begin with what roff takes for a request. */
function full(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
