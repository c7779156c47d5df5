import type { OracleAnswer } from "./keepalived-oracle.ts";

/** Our answer to the same text: what `locum keepalived -t` would end with, and the codes of our findings. */
export interface OurAnswer {
  readonly exit: number;
  readonly lines: readonly string[];
  readonly codes: ReadonlySet<string>;
}

/** One text and both answers to it. */
export interface Answers {
  readonly text: string;
  readonly theirs: OracleAnswer;
  readonly ours: OurAnswer;
}

/** A reason why the exit codes may differ, with the test of whether it is the reason here. */
export interface Explanation {
  readonly name: string;
  readonly reason: string;
  readonly holds: (answers: Answers) => boolean;
}

/** How keepalived ends when it does not end by itself: SIGABRT, SIGSEGV, SIGTERM by its own hand, and our patience. */
const CRASHES = new Set([124, 134, 135, 136, 139, 143]);

/** Findings after which keepalived reads the following lines at another level than we do. */
const BRACES = [
  "bad-block-name",
  "extra-close",
  "missing-close",
  "missing-block",
  "unexpected-block",
  "unterminated-quote",
  "undefined-variable",
];

/** After a block it does not know keepalived looks the lines inside up one level too high. */
const UNKNOWN_BLOCK = /Unexpected '\{' - ignoring$/;

/** Lines about the machine and not about the text. */
const ENVIRONMENT =
  /iptables not supported|Invalid smtp server|Unable to load module|Error setting global script|Couldn't get (?:uid|gid)|uid\/gid/;

/** Every difference of exit code that is known, understood and meant; anything else fails the fuzzer. */
export const explanations: readonly Explanation[] = [
  {
    name: "keepalived does not survive",
    reason: "it crashes or loops without end; locum judges the text and goes on",
    holds: ({ theirs }) => CRASHES.has(theirs.exit),
  },
  {
    name: "a file that includes itself",
    reason: "keepalived opens it until no descriptor is left; locum reports the circle once",
    holds: ({ ours, theirs }) => ours.codes.has("include-cycle") && ours.exit !== 0 && theirs.exit !== 0,
  },
  {
    name: "recovery after a misplaced brace",
    reason: "both refuse the text, but which of the later lines is reached, and at which level, differs",
    holds: ({ ours, theirs }) =>
      ours.exit !== 0 &&
      theirs.exit !== 0 &&
      (BRACES.some((code) => ours.codes.has(code)) || ours.lines.some((line) => UNKNOWN_BLOCK.test(line))),
  },
  {
    name: "a condition after a brace",
    reason:
      "keepalived starts a line anew after each brace and looks for @ there as well; locum looks at its beginning",
    holds: ({ text }) => /[{}]\s*@/.test(text),
  },
  {
    name: "an include after a condition",
    reason: "keepalived reads the file twice; locum once",
    holds: ({ text }) => /^\s*@\S*\s+include/m.test(text),
  },
  {
    name: "a quoted brace",
    reason:
      "keepalived takes it for a brace, as the quotes are gone when it looks; locum takes it for a word",
    holds: ({ text }) => /"[{}]"/.test(text),
  },
  {
    name: "a definition inside a definition",
    reason:
      "in a definition of several lines keepalived loses what follows a line that is a definition itself",
    holds: ({ text }) => /\\[ \t\r]*\n\s*\$\w+=/.test(text),
  },
  {
    name: "a missing interface",
    reason:
      "keepalived says no more of VRRP after one that is missing, and looks for it before it reads the rest of the line",
    holds: ({ theirs, ours }) =>
      ours.exit !== 0 && theirs.lines.includes("Non-existent interface specified in configuration"),
  },
  {
    name: "a quoted include",
    reason: "2.2.7 takes the quotes for part of the name; locum reads the file, as later versions do",
    holds: ({ text }) => /^\s*include[rmwba]?\s+"/m.test(text),
  },
  {
    name: "a list without its opening brace",
    reason:
      "keepalived reads the lines up to the next closing brace as the list all the same; locum asks for the brace",
    holds: ({ ours, theirs }) => theirs.exit === 0 && ours.codes.has("missing-block"),
  },
  {
    name: "the machine",
    reason: "all that keepalived reports concerns this machine: no iptables in its build, no name server",
    holds: ({ ours, theirs }) =>
      ours.exit === 0 && theirs.exit === 5 && theirs.lines.every((line) => ENVIRONMENT.test(line)),
  },
];

/** The first explanation that holds; undefined when the difference is a mistake, ours or one not yet known. */
export function explain(answers: Answers): Explanation | undefined {
  return explanations.find((each) => each.holds(answers));
}
