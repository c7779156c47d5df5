import { keepalivedMessages } from "../../src/cli/keepalived-test.ts";
import type { Diagnostic } from "../../src/conf/diagnostic.ts";
import { loadConfiguration } from "../../src/conf/load-configuration.ts";
import type { CorpusFile } from "./corpus.ts";

/** Lines that depend on the machine: interfaces, scripts, users, name servers. */
const ENVIRONMENT =
  /Disabling track script|SECURITY|Config files missing|Invalid smtp server|iptables not supported|Unable to set default user|doesn't exist$|uid\/gid|Non-existent interface/;

/** The machine that the recordings suppose: every interface, no script, only root and nobody. */
const host = { hasUser: (user: string): boolean => user === "root" || user === "nobody" };

/** One message of keepalived's about the configuration, and whether we say something about the same line. */
export interface JudgedMessage {
  readonly file: string;
  readonly line: number | undefined;
  readonly text: string;
  readonly met: boolean;
}

/** What we say of one file of the corpus, beside what keepalived said. */
export interface Agreement {
  readonly name: string;
  readonly theirsClean: boolean;
  readonly oursClean: boolean;
  readonly messages: readonly JudgedMessage[];
}

/** Judges a file as keepalived 2.2.7 would, and holds every recorded message against our findings. */
export function agreement(file: CorpusFile): Agreement {
  const { diagnostics } = loadConfiguration({
    root: file.name,
    read: (pattern) => (pattern === file.name ? [{ kind: "file", path: file.name, text: file.text }] : []),
    options: { configId: "host", host, compat: "2.2.7" },
  });
  const counted = diagnostics.filter(
    ({ keepalived }) => keepalived?.exitCode && !keepalived.texts.some((text) => ENVIRONMENT.test(text)),
  );
  const theirs = file.lines.filter((line) => !ENVIRONMENT.test(line));
  return {
    name: file.name,
    theirsClean: file.exit !== 2 && theirs.length === 0,
    oursClean: counted.length === 0,
    messages: judgeMessages(file, diagnostics),
  };
}

interface Message {
  readonly line: number | undefined;
  readonly text: string;
}

/**
 * The recipe of the corpus: messages as a set of line and text; a run of unknown words after an unknown block counts by
 * its first line; two lines about one value are one; lines about the machine are left out.
 */
function judgeMessages(file: CorpusFile, diagnostics: readonly Diagnostic[]): readonly JudgedMessage[] {
  const told = file.lines.filter((line) => !ENVIRONMENT.test(line)).map(messageOf);
  const runs = cascadedLines(file, told);
  const ourLines = new Set(diagnostics.flatMap(linesOf));
  const ourTexts = new Set(keepalivedMessages(diagnostics, { mainFile: diagnostics[0]?.span.file }).lines);
  return oneEach(told)
    .filter(({ line, text }) => line === undefined || !(CASCADE.test(text) && runs.has(line)))
    .map((message) => ({
      ...message,
      file: file.name,
      met: message.line === undefined ? ourTexts.has(message.text) : ourLines.has(message.line),
    }));
}

/** What keepalived says of lines that it looks up at the wrong level. */
const CASCADE = /^(?:Unknown keyword|Unexpected '\{'|Extra '\}')/;

/** The lines that are unknown only because the block around them is: all that follow its opener without a known one between. */
function cascadedLines(file: CorpusFile, told: readonly Message[]): ReadonlySet<number> {
  const unknown = new Set(told.filter(({ text }) => CASCADE.test(text)).map(({ line }) => line));
  const openers = new Set(
    told.filter(({ text }) => text.startsWith("Unexpected '{'")).map(({ line }) => line),
  );
  const lines = new Set<number>();
  let inside = false;
  for (const [index, text] of file.text.split("\n").entries()) {
    const line = index + 1;
    if (/^\s*(?:[#!].*)?$/.test(text)) continue;
    if (inside && unknown.has(line)) lines.add(line);
    else inside = openers.has(line) && unknown.has(line);
  }
  return lines;
}

/** The written lines a finding stands on, and the line keepalived names for it. */
function linesOf(found: Diagnostic): readonly number[] {
  return found.keepalived?.line === undefined ? [found.span.line] : [found.span.line, found.keepalived.line];
}

function messageOf(written: string): Message {
  const match = /^\((?:[^()]*: )?Line (\d+)\) (.*)$/.exec(written);
  return match ? { line: Number(match[1]), text: match[2] ?? "" } : { line: undefined, text: written };
}

/** Each message once, whichever pass said it, and of several about one line the first. */
function oneEach(told: readonly Message[]): readonly Message[] {
  const seen = new Map<string, Message>();
  for (const message of told) {
    const key = message.line === undefined ? message.text : String(message.line);
    if (!seen.has(key)) seen.set(key, message);
  }
  return [...seen.values()];
}
