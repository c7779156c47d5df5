import { isLiteralToken } from "../features/place.ts";
import { everyPlace } from "./places.ts";

/** A rule of a TextMate grammar; the expressions are Oniguruma's. */
interface TextMateRule {
  readonly name?: string;
  readonly match?: string;
  readonly include?: string;
  readonly captures?: Readonly<Record<string, TextMateRule>>;
  readonly patterns?: readonly TextMateRule[];
}

/** A grammar as an editor reads it from a JSON file. */
export interface TextMateGrammar {
  readonly $schema: string;
  readonly name: string;
  readonly scopeName: string;
  readonly patterns: readonly TextMateRule[];
  readonly repository: Readonly<Record<string, TextMateRule>>;
}

/**
 * Where a statement may begin: at the start of a line, behind its `@ID` condition, or behind a brace or the head of a
 * sequence. Group 1 is the condition.
 */
const START = "(?:^[ \\t]*(?:(@\\^?[^\\s]*)[ \\t]+)?|(?<=[{})])[ \\t]*)";

/** What may follow a whole word. */
const END = "(?=[\\s{}#!]|$)";

const IPV4 = "(?:\\d{1,3}\\.){3}\\d{1,3}(?:-\\d{1,3})?(?:/\\d{1,2})?";
const IPV6 =
  "(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\\d{1,3}\\.){3}\\d{1,3}|[0-9A-Fa-f]{0,4})(?:-[0-9A-Fa-f]+)?(?:/\\d{1,3})?";

const scope = (name: string): string => `${name}.keepalived`;
const include = (name: string): TextMateRule => ({ include: `#${name}` });

/** The colours of an editor, from the same vocabulary as everything else. */
export function textMateGrammar(): TextMateGrammar {
  const repository = { ...preprocessorRules(), ...statementRules(), ...valueRules() };
  return {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "keepalived configuration",
    scopeName: "source.keepalived",
    patterns: Object.keys(repository)
      .filter((name) => name !== "blockName")
      .map(include),
    repository,
  };
}

function preprocessorRules(): Readonly<Record<string, TextMateRule>> {
  const condition = { name: scope("keyword.control.conditional") };
  return {
    comment: { name: scope("comment.line"), match: "(?<!\\\\)[#!].*$" },
    string: {
      match: '"[^"]*"',
      captures: { "0": { name: scope("string.quoted.double"), patterns: [include("variable")] } },
    },
    openString: { name: scope("invalid.illegal.unclosed-string"), match: '"[^"]*$' },
    definition: {
      match: `${START}(\\$[A-Za-z_][A-Za-z0-9_]*)(=)`,
      captures: {
        "1": condition,
        "2": { name: scope("variable.other.definition") },
        "3": { name: scope("keyword.operator.assignment") },
      },
    },
    include: {
      match: `${START}(include[rmwba]?)(?:[ \\t]+([^#!]*[^#!\\s]))?(?=\\s|[#!]|$)`,
      captures: {
        "1": condition,
        "2": { name: scope("keyword.control.import") },
        "3": { name: scope("string.unquoted.path"), patterns: [include("variable")] },
      },
    },
    sequence: {
      match: `${START}(~(?:SEQx?|LST))(\\([^)]*\\)?)`,
      captures: {
        "1": condition,
        "2": { name: scope("keyword.control.repeat") },
        "3": { name: scope("meta.sequence"), patterns: [include("number"), include("variable")] },
      },
    },
  };
}

function statementRules(): Readonly<Record<string, TextMateRule>> {
  const condition = { name: scope("keyword.control.conditional") };
  const { blocks, others } = keywordNames();
  return {
    block: {
      match: `${START}(${alternatives(blocks)})(?:[ \\t]+([^\\s{}#!"$]+))?${END}`,
      captures: {
        "1": condition,
        "2": { name: scope("storage.type.block") },
        "3": { patterns: [include("address"), include("number"), include("blockName")] },
      },
    },
    keyword: {
      match: `${START}(${alternatives(others)})${END}`,
      captures: { "1": condition, "2": { name: scope("keyword.other") } },
    },
    condition: { match: "^[ \\t]*(@\\^?[^\\s]*)", captures: { "1": condition } },
    blockName: { name: scope("entity.name.section"), match: ".+" },
  };
}

function valueRules(): Readonly<Record<string, TextMateRule>> {
  return {
    variable: {
      name: scope("variable.other"),
      match: "\\$\\{[^}\\n]*\\}|\\$[A-Za-z_][A-Za-z0-9_]*(?=[\\s,)]|$)",
    },
    address: {
      name: scope("constant.other.ip-address"),
      match: `(?<![\\w.:])(?:${IPV4}|${IPV6})(?![\\w.:])`,
    },
    number: { name: scope("constant.numeric"), match: "(?<![\\w.:/-])-?\\d+(?:\\.\\d+)?(?=[\\s{}#!,)]|$)" },
    parameter: {
      name: scope("keyword.other.parameter"),
      match: `(?<=\\s)(?:${alternatives(parameterNames())})${END}`,
    },
    constant: {
      name: scope("constant.language"),
      match: `(?<=\\s)(?:${alternatives([...constantWords(), "on", "off", "true", "false", "yes", "no"])})${END}`,
    },
    brace: { name: scope("punctuation.section.block"), match: "[{}]" },
    continuation: { name: scope("constant.character.escape.line-continuation"), match: "\\\\[ \\t]*$" },
  };
}

function keywordNames(): { readonly blocks: readonly string[]; readonly others: readonly string[] } {
  const keywords = everyPlace().flatMap((place) => (place.kind === "keyword" ? [place.keyword] : []));
  const isBlock = (kind: string): boolean => kind === "block" || kind === "entries";
  const blocks = keywords.filter(({ value }) => isBlock(value.kind)).map(({ name }) => name);
  const others = keywords.map(({ name }) => name).filter((name) => !blocks.includes(name));
  return { blocks, others };
}

function parameterNames(): readonly string[] {
  return everyPlace().flatMap((place) =>
    place.kind === "token" && isLiteralToken(place.token) ? [place.token.name] : [],
  );
}

/** Words that stand for themselves as values: those of enumerations, and of forms that list nothing else. */
function constantWords(): readonly string[] {
  return everyPlace().flatMap((place) => {
    if (place.kind !== "keyword") return [];
    const { value, syntax } = place.keyword;
    if (value.kind === "enum") return value.words.filter((word) => /^[A-Za-z]/.test(word));
    return /^[\w-]+(?:\s*\|\s*[\w-]+)+$/.test(syntax) ? syntax.split("|").map((word) => word.trim()) : [];
  });
}

/** The words as one expression, the longer before the shorter, each once. */
function alternatives(words: readonly string[]): string {
  return [...new Set(words)]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((word) => word.replace(/[^\w-]/g, "\\$&"))
    .join("|");
}
