import { basename } from "node:path";
import { partOf, pureParts } from "./dependency-table.ts";
import { importsOf, lineAt, type SourceText } from "./source-text.ts";

/** Looks at one file and returns `path:line: what is wrong` for each fault. */
export type HouseRule = (file: SourceText) => readonly string[];

/** The longest function and the longest file, in lines. */
export const limits = { functionLines: 70, fileLines: 400 } as const;

const isTypeScript = ({ path }: SourceText): boolean => path.endsWith(".ts");
const isSource = ({ path }: SourceText): boolean => /^(src|grammar)\//.test(path);
const isVocabulary = ({ path }: SourceText): boolean => /^(src\/)?grammar\//.test(path);

/** A rule that forbids a pattern in the code (comments and strings apart) of the files that `applies` picks. */
function forbid(
  pattern: RegExp,
  say: string,
  applies: (file: SourceText) => boolean = isTypeScript,
): HouseRule {
  return (file) =>
    applies(file)
      ? [...file.code.matchAll(pattern)].map((match) => {
          const written = match[0].trim().replaceAll(/\s+/g, " ");
          return `${file.path}:${lineAt(file.code, match.index)}: \`${written}\`: ${say}`;
        })
      : [];
}

const isPure = (file: SourceText): boolean =>
  isTypeScript(file) && pureParts.includes(partOf(file.path) ?? "");

/**
 * Loads chevrotain's bundle when the module is loaded, which saves 300 ms of start-up over its usual entry and can only
 * be written with `await`. Nothing in it waits once the module is there.
 */
const loadsItsLibrary = ({ path }: SourceText): boolean => path === "src/conf/tokens.ts";
const isSynchronous = (file: SourceText): boolean => isPure(file) && !loadsItsLibrary(file);

/** Clocks, randomness, promises and Node's globals stay out of the parts that decide. */
export const pureRules: readonly HouseRule[] = [
  forbid(/(?<![.\w#])(?:async|await)\s/g, "a pure part is synchronous", isSynchronous),
  forbid(
    /(?<![.\w#])(?:Promise|setTimeout|setInterval|setImmediate|queueMicrotask)\b/g,
    "a pure part keeps deadlines in its state and never waits",
    isSynchronous,
  ),
  forbid(
    /(?<![.\w#])(?:Date\s*[.(]|new Date\b|performance\s*\.|Math\.random\b|crypto\s*\.)/g,
    "a pure part is given the time and its random numbers",
    isPure,
  ),
  forbid(
    /(?<![.\w#])(?:process|console|globalThis)\s*\.|(?<![.\w#])(?:Buffer|fetch|require)\s*[.(]/g,
    "a pure part knows nothing of Node",
    isPure,
  ),
];

/**
 * TM-7: what waits, waits by a monotonic clock. Two files have to do with the time of day: lines of the log carry it, and
 * `auth_hmac` has it in its packets.
 */
const tellsTheTimeOfDay: readonly string[] = ["src/linux/journal.ts", "src/linux/process/vrrp-process.ts"];
export const clockRule: HouseRule = forbid(
  /(?<![.\w#])(?:Date\s*[.(]|new Date\b)/g,
  "a wall clock is set back and forth: use monotonicNow",
  (file) => isTypeScript(file) && partOf(file.path) === "linux" && !tellsTheTimeOfDay.includes(file.path),
);

/** What the language offers and this project does without. */
export const languageRules: readonly HouseRule[] = [
  forbid(
    /\bexport\s+default\b/g,
    "export by name",
    (file) => isTypeScript(file) && file.path !== "vitest.config.ts",
  ),
  forbid(/(?<![.\w])(?:const\s+)?enum\s+\w+/g, "use a union of literals"),
  forbid(/(?<![.\w])namespace\s+\w+\s*\{/g, "use a module"),
  forbid(/(?::|<|\||\bas)\s*any\b(?!\s*[:(?])/g, "use unknown and narrow it"),
  forbid(/[\w)\]]!(?![=\w])/g, "handle the missing value"),
  (file) =>
    [...file.text.matchAll(/@ts-(?:ignore|nocheck)\b/g)]
      .filter(({ index }) => isTypeScript(file) && file.code[index] === " ")
      .map(({ 0: word, index }) => `${file.path}:${lineAt(file.text, index)}: ${word}: mend the type`),
];

/** No test is switched off by hand; `describeWith` is the one way to skip. */
export const skipRule: HouseRule = forbid(
  /(?<![.\w])(?:it|test|describe|suite|bench)\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)\b|\b(?:context|ctx)\.skip\b/g,
  "a test is never switched off; describeWith({ title, needs }) skips for a missing capability",
  (file) => isTypeScript(file) && file.path !== "test/support/require.ts",
);

const bannedWords =
  /(^|[/-])(utils?|helpers?|managers?|misc-functions|common)(?=[-./]|$)|-(data|info)(?=[./]|$)/;

/**
 * Names that say nothing: utils, helper, manager, something-data, something-info, and barrels. `dgram-extra` speaks as
 * node:dgram does, where the sender of a message is a RemoteInfo, so its types may end so.
 */
export const nameRule: HouseRule = ({ path, code }) => {
  const faults: string[] = [];
  const word = bannedWords.exec(path.replace(/^src\/dgram-extra\/index\.ts$/, ""));
  if (word !== null) faults.push(`${path}:1: the name \`${word[0].replace(/^[/-]/, "")}\` says nothing`);
  if (basename(path) === "index.ts" && path !== "src/dgram-extra/index.ts") {
    faults.push(`${path}:1: no barrels: name the file after its main export`);
  }
  for (const match of code.matchAll(/^export\s+(?:abstract\s+)?(?:class|interface|type)\s+(\w+)/gm)) {
    const likeNode = path.startsWith("src/dgram-extra/") && match[1]?.endsWith("Info");
    if (!likeNode && /(Manager|Helper|Util|Utils|Data|Info)$/.test(match[1] ?? "")) {
      faults.push(`${path}:${lineAt(code, match.index)}: the name ${match[1]} says nothing`);
    }
  }
  return faults;
};

/** Nothing is passed on from another file: whoever needs it imports it from where it is. */
export const barrelRule: HouseRule = (file) =>
  isSource(file) && file.path !== "src/dgram-extra/index.ts"
    ? importsOf(file)
        .filter(({ passedOn }) => passedOn)
        .map(({ line, specifier }) => `${file.path}:${line}: do not pass on ${specifier}: no barrels`)
    : [];

/** Files stay within the limit, save for tables of vocabulary. */
export const fileLengthRule: HouseRule = (file) => {
  const lines = file.text.trimEnd().split("\n").length;
  if (lines <= limits.fileLines || isVocabulary(file)) return [];
  return [`${file.path}:1: ${lines} lines, at most ${limits.fileLines}: split it by concern`];
};

/** Functions of the program (C included) stay within the limit; a test's `describe` is a table of contents and may be longer. */
export const functionLengthRule: HouseRule = (file) => {
  if (file.path.startsWith("test/") || /\/test\//.test(file.path)) return [];
  const faults: string[] = [];
  const opened: number[] = [];
  for (const { 0: brace, index } of file.code.matchAll(/[{}]/g)) {
    if (brace === "{") {
      opened.push(index);
      continue;
    }
    const from = opened.pop();
    if (from === undefined) continue;
    const lines = file.code.slice(from, index).split("\n").length;
    if (lines <= limits.functionLines || !opensFunction(file.code, from)) continue;
    const line = lineAt(file.code, from);
    faults.push(`${file.path}:${line}: a function of ${lines} lines, at most ${limits.functionLines}`);
  }
  return faults;
};

const notFunctions = /\b(if|for|while|switch|catch|with)\s*(await\s*)?\(\)\s*$/;

/** Whether the `{` at `brace` begins the body of a function, judged by what stands before it. */
function opensFunction(code: string, brace: number): boolean {
  const header = headerBefore(code, brace);
  if (/=>\s*$/.test(header)) return true;
  return !notFunctions.test(header) && /[\w>\]]\s*\(\)\s*(:\s*[^=]*)?$/.test(header);
}

/** The statement up to `brace`, with what stands in its brackets left out: `function read()`, `if ()`, `async close(): {}`. */
function headerBefore(code: string, brace: number): string {
  let header = "";
  let depth = 0;
  for (let at = brace - 1; at >= 0 && brace - at < 2_000; at -= 1) {
    const char = code[at] ?? "";
    const closes = char === ")" || char === "]" || (char === "}" && !/^[^\S\n]*\n/.test(code.slice(at + 1)));
    const ends = char === ";" || char === "{" || char === "(" || char === "[" || char === "}";
    if (depth > 0 && "([{".includes(char)) depth -= 1;
    else if (closes || (depth > 0 && char === "}")) depth += 1;
    else if (depth === 0 && ends) break;
    if (depth === 0 || (depth === 1 && closes)) header = char + header;
  }
  return header;
}

/**
 * Every exported symbol of src/ says what it is, in which units, and where the rule comes from. Exports that stand in
 * lines one under the other share the comment above the first.
 */
export const docCommentRule: HouseRule = (file) => {
  if (!isSource(file) || !isTypeScript(file) || /\/test\//.test(file.path)) return [];
  const faults: string[] = [];
  const documented = new Set<string>();
  let sharedUpTo = -1;
  const declaration =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|type|const|let)\s+(\w+)/gm;
  for (const match of file.code.matchAll(declaration)) {
    const name = match[1] ?? "";
    const shares = match.index === sharedUpTo;
    const endOfLine = file.code.indexOf("\n", match.index);
    const told = shares || documented.has(name) || followsDocComment(file.text, match.index);
    if (told && file.code.slice(match.index, endOfLine).endsWith(";")) sharedUpTo = endOfLine + 1;
    if (!told) {
      faults.push(`${file.path}:${lineAt(file.code, match.index)}: ${name} has no doc comment`);
    }
    documented.add(name);
  }
  return faults;
};

function followsDocComment(text: string, position: number): boolean {
  const before = text.slice(0, position).trimEnd();
  return before.endsWith("*/") && before.slice(before.lastIndexOf("/*")).startsWith("/**");
}

/** Exported functions take at most two things and then an options object. */
export const parameterRule: HouseRule = ({ path, code }) => {
  const faults: string[] = [];
  for (const match of code.matchAll(/^export\s+(?:async\s+)?function\*?\s+(\w+)(?:<[^(]*>)?\(/gm)) {
    const count = countParameters(code, match.index + match[0].length);
    if (count > 3) {
      faults.push(
        `${path}:${lineAt(code, match.index)}: ${match[1]} takes ${count} parameters: use an options object`,
      );
    }
  }
  return faults;
};

function countParameters(code: string, from: number): number {
  let depth = 0;
  let count = 0;
  let pending = false;
  for (let at = from; at < code.length; at += 1) {
    const char = code[at] ?? "";
    if (char === ")" && depth === 0) break;
    if ("([{<".includes(char)) depth += 1;
    else if (")]}".includes(char) || (char === ">" && code[at - 1] !== "=")) depth -= 1;
    if (char === "," && depth === 0) pending = false;
    else if (!pending && /\S/.test(char)) {
      pending = true;
      count += 1;
    }
  }
  return count;
}

/** Every rule that looks at one file alone, by the name under which test/tidy.test.ts reports it. */
export const houseRules: Readonly<Record<string, readonly HouseRule[]>> = {
  "pure parts know no clock, randomness, promise or Node": pureRules,
  "no timer reads the wall clock": [clockRule],
  "no default exports, enums, namespaces, any, non-null assertions or silenced types": languageRules,
  "no test is switched off": [skipRule],
  "names say something": [nameRule],
  "no barrels": [barrelRule],
  "files are short": [fileLengthRule],
  "functions are short": [functionLengthRule],
  "every export of src/ has a doc comment": [docCommentRule],
  "at most two parameters and an options object": [parameterRule],
};
