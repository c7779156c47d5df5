import type { Diagnostic } from "../../conf/diagnostic.ts";
import { literalPattern } from "../../conf/features/project.ts";
import { lintConfiguration } from "../../conf/lint-configuration.ts";
import { everyPage } from "../../conf/pages/every-page.ts";
import { hostFacts, inspectFile } from "../../linux/host-facts.ts";
import { overlayReader } from "./overlay.ts";

/** What decides which findings count. */
export interface DiagnoseSettings {
  readonly configId: string;
  readonly compat: "2.2.7" | "latest";
  /** Check interfaces, scripts and users of this machine as well. */
  readonly host: boolean;
}

/** A configuration to look at. */
export interface DiagnoseRequest {
  readonly root: string;
  /** Path and text of every open document. */
  readonly buffers: readonly (readonly [string, string])[];
  readonly settings: DiagnoseSettings;
}

/** What was found, and in which files it was looked for. */
export interface DiagnoseReply {
  readonly root: string;
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds what is wrong with a configuration, open documents first, the disk then. */
export function diagnose(request: DiagnoseRequest): DiagnoseReply {
  const { root, buffers, settings } = request;
  const { configId, compat, host } = settings;
  const linted = lintConfiguration({
    root: literalPattern(root),
    read: overlayReader(new Map(buffers)),
    options: { configId, compat, environment: process.env, host: host ? hostFacts() : { inspectFile } },
    codes: () => new Set(everyPage().keys()),
  });
  return { root, files: linted.files, diagnostics: theWorst(linted.diagnostics) };
}

/** More findings in one file than this are counted, not shown: no one reads them, and an editor would grow slow. */
const SHOWN_PER_FILE = 500;

const RANKS = { error: 0, warning: 1, hint: 2 } as const;

/** At most so many findings of each file, errors first, in the order of the text; one finding says how many are missing. */
function theWorst(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byFile = new Map<string, Diagnostic[]>();
  for (const found of diagnostics) {
    const known = byFile.get(found.span.file);
    if (known) known.push(found);
    else byFile.set(found.span.file, [found]);
  }
  return [...byFile].flatMap(([file, found]) => {
    if (found.length <= SHOWN_PER_FILE) return found;
    const ranked = [...found].sort((a, b) => RANKS[a.severity] - RANKS[b.severity]);
    const shown = new Set(ranked.slice(0, SHOWN_PER_FILE));
    return [more(file, found.length - SHOWN_PER_FILE), ...found.filter((each) => shown.has(each))];
  });
}

function more(file: string, count: number): Diagnostic {
  return {
    code: "more-findings",
    severity: "hint",
    message: `${count} more findings in this file are not shown here`,
    help: `see them all with locum lint ${file}`,
    span: { file, line: 0, column: 1, endColumn: 1 },
    related: [],
  };
}
