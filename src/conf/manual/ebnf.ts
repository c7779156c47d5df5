import type { BlockGrammar, EntryToken, Keyword, ValueShape } from "../../grammar/keyword.ts";
import { vocabulary } from "../../grammar/vocabulary.ts";
import { entryTokensOf, isLiteralToken } from "../features/place.ts";

const LANGUAGE = `(*
   The configuration language of keepalived as locum reads it, in EBNF (ISO/IEC 14977).
   Written by tools/generate-docs.mjs from src/grammar; do not edit.

   A file is read in two steps. The first one works on lines: comments go, conditions, definitions, sequences and
   includes are carried out. The second one reads words and braces. Blanks (space, tab) separate words and are left out
   below. Where a comment gives a range, values outside it are refused or replaced by the default.
*)

(* ---- First step: lines ---- *)

file = { line, line-end } ;
line = [ condition ], { sequence }, [ definition | include | text ], [ comment ] ;
condition = "@", [ "^" ], word (* without ^: keeps the rest of the line when the configuration id is this word *) ;
sequence = ( "~SEQ" | "~SEQx" ), "(", name, ",", [ number, ",", [ number, "," ] ], number, ")"
  | "~LST", "(", ( name | name-group ), { ",", ( value-word | value-group ) }, ")" ;
name-group = "{", name, { ",", name }, "}" ;
value-group = "{", value-word, { ",", value-word }, "}" ;
definition = "$", name, "=", text, { "\\", line-end, text } (* no blank before the equals sign *) ;
include = ( "include" | "includer" | "includem" | "includew" | "includeb" | "includea" ), pattern ;
use = "$", name (* before a blank, a comma, a closing parenthesis or the end of the line *)
  | "$", "{", name, "}"
  | "$", "{", ( "_PWD" | "_INSTANCE" | "_HASH" | "_BANG" | "_RANDOM", [ number, [ number ] ] | "_ENV", word ), "}" ;
comment = ( "#" | "!" ), { character } (* also inside a word; not between double quotes, not after a backslash *) ;

(* ---- Second step: words and braces ---- *)

configuration = { top-level-line } ;
statement = word, { word }, [ block ] (* what every line below is a case of *) ;
block = { line-end }, "{", { statement | line-end }, "}" ;
word = quoted | bare ;
quoted = '"', { character - '"' }, '"' ;
bare = bare-character, { bare-character } (* anything but blanks, braces and comment signs *) ;
list = "{", { entry, ( line-end | "}" ) } (* one entry on each line *) ;
entry = word, { word } ;
boolean = "true" | "on" | "yes" | "false" | "off" | "no" ;
integer = [ "-" ], digit, { digit } ;
decimal = integer, [ ".", digit, { digit } ] ;
address = word (* of IPv4 or IPv6 *) ;
port = integer (* 1..65535 *) ;
interface = word (* at most 15 bytes *) ;
command = word, { word } (* split by rules of its own: quotes of both kinds group, a backslash escapes *) ;
name = letter-or-underscore, { letter-or-underscore | digit } ;
number = integer ;
pattern = text ;
text = { character | use } ;
value-word = word ;
digit = ? 0 to 9 ? ;
letter-or-underscore = ? A to Z, a to z, _ ? ;
character = ? any byte but NUL and the end of the line ? ;
bare-character = ? any byte but blanks, braces, #, ! and the end of the line ? ;
line-end = ? LF, or CR LF ? ;
`;

/** The grammar of the language: how it is built, then each block with its lines. */
export function ebnf(): string {
  const blocks = [...vocabulary.values()].map(blockRules);
  return `${LANGUAGE}\n(* ---- Vocabulary ---- *)\n\n${blocks.join("\n")}\n${listRules()}`;
}

function blockRules(block: BlockGrammar): string {
  const rule = ruleName(block.path);
  const lines = block.keywords.map((keyword) => line(keyword));
  const body = `${rule}-line\n  = ${lines.join("\n  | ")} ;\n`;
  return block.path === ""
    ? body
    : `${rule} = { line-end }, "{", { ${rule}-line | line-end }, "}" ;\n${body}`;
}

function ruleName(path: string): string {
  return path === "" ? "top-level" : path.replaceAll(/[^A-Za-z0-9]+/g, "-");
}

function line(keyword: Keyword): string {
  const parts = [`"${keyword.name}"`, ...valueParts(keyword)].join(", ");
  const notes = [shapeNote(keyword), keyword.in227 ? "" : "not in 2.2.7"].filter((note) => note !== "");
  return notes.length === 0 ? parts : `${parts} (* ${notes.join("; ").replaceAll("*)", "* )")} *)`;
}

function valueParts(keyword: Keyword): readonly string[] {
  const { value, needs } = keyword;
  const one = (part: string): readonly string[] => (needs === 0 ? [`[ ${part} ]`] : [part]);
  switch (value.kind) {
    case "none":
      return [];
    case "boolean":
      return ["[ boolean ]"];
    case "integer":
    case "decimal":
    case "address":
    case "interface":
    case "word":
    case "command":
      return one(value.kind);
    case "endpoint":
      return one("address, [ port ]");
    case "enum":
      return one(`( ${value.words.map((word) => `"${word}"`).join(" | ")} )`);
    case "words":
      return [...Array.from({ length: needs }, () => "word"), "{ word }"];
    case "entries":
      return [
        ...Array.from({ length: needs }, () => "word"),
        entryTokensOf(keyword.name).length > 0 ? `${keyword.name.replaceAll("_", "-")}-list` : "list",
      ];
    case "block":
      return [
        ...Array.from({ length: needs }, () => "word"),
        ...(needs > 0 ? ["{ word }"] : []),
        ruleName(value.block),
      ];
  }
}

function shapeNote({ value, syntax }: Keyword): string {
  switch (value.kind) {
    case "integer":
    case "decimal":
      return range(value);
    case "enum":
      return value.anyCase ? "in any case" : "";
    case "words":
    case "block":
      return syntax === "{ }" ? "" : syntax;
    default:
      return "";
  }
}

function range(value: Extract<ValueShape, { readonly kind: "integer" | "decimal" }>): string {
  return `${value.min}..${value.max}${value.unit ? ` ${value.unit}` : ""}`;
}

/** The lists whose entries have words of their own. */
function listRules(): string {
  const keywords = [...vocabulary.values()].flatMap((block) => block.keywords);
  const names = keywords.filter(({ value }) => value.kind === "entries").map(({ name }) => name);
  const rules = [...new Set(names)].flatMap((name) => {
    const tokens = entryTokensOf(name);
    if (tokens.length === 0) return [];
    const rule = name.replaceAll("_", "-");
    const words = tokens.map(entryPart).join("\n  | ");
    return [
      `${rule}-list = { line-end }, "{", { ${rule}-entry | line-end }, "}" ;\n${rule}-entry = ${rule}-word, { ${rule}-word } ;\n${rule}-word\n  = ${words} ;\n`,
    ];
  });
  return rules.join("\n");
}

function entryPart(token: EntryToken): string {
  const literal = isLiteralToken(token);
  const note = [literal ? "" : token.name, token.syntax].filter((part) => part !== "").join(": ");
  const takes = literal && token.syntax !== "" ? ", word" : "";
  return `${literal ? `"${token.name}"` : "word"}${takes}${note === "" ? "" : ` (* ${note} *)`}`;
}
