import type { Diagnostic, Edit, Span } from "../../conf/diagnostic.ts";
import type { Page } from "../../conf/pages/page.ts";
import { VERSION } from "../version.ts";
import type { LintReport } from "./lint-report.ts";

const LEVELS = { error: "error", warning: "warning", hint: "note" } as const;

/** What `--format sarif` prints: SARIF 2.1.0 (OASIS), with a description of every rule that found something. */
export function sarifOutput({ diagnostics }: LintReport, pages: ReadonlyMap<string, Page>): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))];
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "locum lint",
            semanticVersion: VERSION,
            rules: codes.map((code) => ruleOf(code, pages.get(code))),
          },
        },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((found) => resultOf(found, codes.indexOf(found.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(code: string, page: Page | undefined): unknown {
  if (!page) return { id: code };
  return {
    id: code,
    shortDescription: { text: page.summary },
    fullDescription: { text: page.reason },
    help: { text: page.mend },
    defaultConfiguration: { level: LEVELS[page.severity] },
  };
}

function resultOf(found: Diagnostic, ruleIndex: number): unknown {
  const { fix } = found;
  return {
    ruleId: found.code,
    ruleIndex,
    level: LEVELS[found.severity],
    message: {
      text: found.help === undefined ? found.message : `${found.message}. To mend it: ${found.help}.`,
    },
    locations: [{ physicalLocation: physical(found.span) }],
    ...(found.related.length > 0
      ? {
          relatedLocations: found.related.map((each, id) => ({
            id,
            message: { text: each.message },
            physicalLocation: physical(each.span),
          })),
        }
      : {}),
    ...(fix ? { fixes: [{ description: { text: fix.title }, artifactChanges: changesOf(fix.edits) }] } : {}),
  };
}

function changesOf(edits: readonly Edit[]): unknown {
  const files = [...new Set(edits.map(({ span }) => span.file))];
  return files.map((file) => ({
    artifactLocation: { uri: uriOf(file) },
    replacements: edits
      .filter(({ span }) => span.file === file)
      .map(({ span, text }) => ({
        deletedRegion: regionOf(span),
        ...(text === "" ? {} : { insertedContent: { text } }),
      })),
  }));
}

function physical(span: Span): unknown {
  const artifactLocation = { uri: uriOf(span.file) };
  return span.line === 0 ? { artifactLocation } : { artifactLocation, region: regionOf(span) };
}

/** A region without columns is the whole line. */
function regionOf({ line, column, endColumn }: Span): unknown {
  return endColumn > column
    ? { startLine: line, startColumn: column, endLine: line, endColumn }
    : { startLine: line };
}

/** A path as a relative or absolute URI reference. */
function uriOf(file: string): string {
  const encoded = file
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  return file.startsWith("/") ? `file://${encoded}` : encoded;
}
