import { preprocessorTokens } from "../../grammar/preprocessor.ts";
import { vocabulary } from "../../grammar/vocabulary.ts";
import { type Fact, factsOf, formOf, meaningOf } from "./facts.ts";
import { everyPlace, type ManualPlace, nameOf, placesInside } from "./places.ts";

const HEAD = `<!-- Written by tools/generate-docs.mjs from src/grammar; do not edit. -->

# Keywords

Every keyword that locum reads, block by block. \`locum explain KEYWORD\` shows the same on a terminal, and
keepalived.conf(5) is made from the same table. What the lines of a file are made of stands in
[keepalived.conf.ebnf](keepalived.conf.ebnf).

The column *locum* says what becomes of a keyword:

- **works**: locum acts on it;
- **accepted**: it is read and checked, and \`locum lint\` warns that nothing acts on it yet;
- **accepted, as there**: nothing acts on it, and keepalived does nothing with it either;
- **without effect**: it is read and checked, and nothing acts on it, for the reason that stands beside it;
- **refused**: it cannot be done here, for the reason that stands beside it;
- **in part**: it works, save for values that are refused; the reason stands beside it.

*Since* is the release of keepalived that brought the keyword; a star marks what keepalived 2.2.7 does not know.
`;

/** docs/keywords.md. */
export function keywordsPage(): string {
  const blocks = [...vocabulary.values()].map(({ path, keywords }) =>
    section(path === "" ? "The top level" : path, {
      places: path === "" ? topLevel() : placesInside(path).filter((place) => place.kind === "keyword"),
      count: keywords.length,
    }),
  );
  return [HEAD, contents(), ...blocks, ...listSections(), preprocessor()].join("\n");
}

function topLevel(): readonly ManualPlace[] {
  return everyPlace().filter((place) => place.kind === "keyword" && !place.path.includes("/"));
}

function contents(): string {
  const links = [...vocabulary.keys()].map((path) => {
    const title = path === "" ? "The top level" : path;
    return `- [${title}](#${anchor(title)})`;
  });
  const lists = [...listsWithWords().keys()].map((title) => `- [${title}](#${anchor(title)})`);
  return [...links, ...lists, "- [Before keywords are read](#before-keywords-are-read)", ""].join("\n");
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(" ", "-")
    .replaceAll(/[^a-z0-9_-]/g, "");
}

function section(
  title: string,
  from: { readonly places: readonly ManualPlace[]; readonly count: number },
): string {
  const rows = from.places.map((place) => {
    const cells = [code(formOf(place)), meaning(place), values(place), since(place), locum(place)];
    return `| ${cells.join(" | ")} |`;
  });
  return `## ${title}\n\n| keyword | meaning | values and default | since | locum |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** Lists whose lines have words of their own; those that share them share a section. */
function listsWithWords(): ReadonlyMap<string, readonly ManualPlace[]> {
  const sections = new Map<string, readonly ManualPlace[]>();
  const titles = new Map<string, string[]>();
  const all = new Map<string, readonly ManualPlace[]>();
  for (const place of everyPlace()) {
    if (place.kind !== "keyword") continue;
    const tokens = placesInside(place.path).filter((each) => each.kind === "token");
    if (tokens.length === 0) continue;
    const key = tokens.map((token) => `${nameOf(token)} ${meaningOf(token)}`).join("\n");
    const known = titles.get(key) ?? [];
    titles.set(key, known.includes(nameOf(place)) ? known : [...known, nameOf(place)]);
    if (!all.has(key)) all.set(key, tokens);
  }
  for (const [key, names] of titles) sections.set(`The lines of ${names.join(", ")}`, all.get(key) ?? []);
  return sections;
}

function listSections(): readonly string[] {
  return [...listsWithWords()].map(([title, places]) => tokenSection(title, places));
}

function tokenSection(title: string, places: readonly ManualPlace[]): string {
  const rows = places.map(
    (place) => `| ${[code(formOf(place)), meaning(place), factText(place, "default")].join(" | ")} |`,
  );
  return `## ${title}\n\n| word | meaning | default |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

function preprocessor(): string {
  const places = preprocessorTokens.tokens.map(
    (token): ManualPlace => ({ kind: "preprocessor", path: token.name, token }),
  );
  return tokenSection("Before keywords are read", places);
}

function meaning(place: ManualPlace): string {
  const notes = [factText(place, "note"), tokenEffect(place)].filter((note) => note !== "").join("; ");
  return `${escaped(meaningOf(place))}${notes === "" ? "" : ` (${notes})`}`;
}

/** A word of a list says what becomes of it where that differs from its list. */
function tokenEffect(place: ManualPlace): string {
  if (place.kind !== "token" || place.token.effect === undefined || place.token.effect === "works") return "";
  return place.token.effect === "accepted" ? "accepted, no effect yet" : factText(place, "locum");
}

function values(place: ManualPlace): string {
  const standard = factText(place, "default");
  const shape = place.kind === "keyword" ? place.keyword.value.kind : "none";
  const told = ["integer", "decimal", "boolean"].includes(shape) ? factText(place, "values") : "";
  return [told, standard === "" ? "" : `default: ${standard}`].filter((part) => part !== "").join("; ");
}

function since(place: ManualPlace): string {
  if (place.kind !== "keyword") return "";
  if (place.keyword.status?.kind === "own") return "locum";
  return `${place.keyword.since}${place.keyword.in227 ? "" : " *"}`.trim();
}

function locum(place: ManualPlace): string {
  if (place.kind !== "keyword") return "";
  const text = factText(place, "locum");
  if (place.keyword.status?.kind === "no-effect" && place.keyword.effect === "accepted")
    return "accepted, as there";
  if (place.keyword.effect === "accepted") return "accepted";
  if (text === "works") return text;
  return text.replace("works, but ", "in part: ").replace(/^accepted without effect/, "without effect");
}

function factText(place: ManualPlace, label: Fact["label"]): string {
  return escaped(factsOf(place).find((fact) => fact.label === label)?.text ?? "");
}

/** Text of a table cell in which nothing but backquotes is taken for Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\|*_<>[\]]/g, "\\$&");
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}
