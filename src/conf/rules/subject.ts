import { type Place, placeOf } from "../bind/context.ts";
import type { Diagnostic, Span } from "../diagnostic.ts";
import { type Expanded, writtenSpan } from "../expanded.ts";
import type { Config, SourceLine } from "../model/config.ts";
import type { RealServer, VirtualServer } from "../model/virtual-server.ts";
import type { VrrpInstance } from "../model/vrrp-instance.ts";
import type { VrrpScript } from "../model/vrrp-script.ts";
import type { Environment } from "../source.ts";
import type { Directive, Document } from "../tree.ts";
import { Section } from "./section.ts";

/** What a rule looks at: what a configuration means, and how it is written. */
export interface Subject {
  readonly config: Config;
  readonly environment: Environment;
  /** Every file that was read. */
  readonly files: readonly string[];
  readonly instances: readonly WrittenInstance[];
  readonly scripts: readonly WrittenScript[];
  readonly services: readonly WrittenService[];
  /** The root blocks with a keyword, in the order written. */
  readonly root: (keyword: string) => readonly Section[];
  readonly spanOf: (place: Place) => Span;
  /**
   * True when a line of the block was not understood: then a keyword that seems to be missing may be the misspelt one,
   * and the finding about the line is enough.
   */
  readonly isMisread: (section: Section) => boolean;
}

/** An instance and its block. */
export interface WrittenInstance {
  readonly instance: VrrpInstance;
  readonly section: Section;
}

/** A tracked script and its block. */
export interface WrittenScript {
  readonly script: VrrpScript;
  readonly section: Section;
}

/** A virtual server and its block. */
export interface WrittenService {
  readonly server: VirtualServer;
  readonly section: Section;
  readonly realServers: readonly WrittenRealServer[];
}

/** A real server and its block. */
export interface WrittenRealServer {
  readonly server: RealServer;
  readonly section: Section;
}

/** Puts what was bound beside the blocks it was bound from. */
export function subjectOf(from: {
  readonly config: Config;
  readonly tree: Document;
  readonly expanded: Expanded;
  readonly environment: Environment;
  /** What binding found wrong. */
  readonly bound: readonly Diagnostic[];
}): Subject {
  const { config, tree, expanded, environment, bound } = from;
  const roots = new Map<string, Section[]>();
  for (const directive of tree.directives) {
    const keyword = directive.words[0]?.text;
    if (keyword === undefined) continue;
    const known = roots.get(keyword);
    if (known) known.push(new Section(directive));
    else roots.set(keyword, [new Section(directive)]);
  }
  const root = (keyword: string): readonly Section[] => roots.get(keyword) ?? [];
  const spanOf = (place: Place): Span => writtenSpan(expanded, place);
  const lineOf = (directive: Directive): SourceLine => spanOf(placeOf(directive));
  return {
    config,
    environment,
    files: expanded.files,
    instances: beside(config.vrrpInstances, root("vrrp_instance"), lineOf).map(([instance, section]) => ({
      instance,
      section,
    })),
    scripts: beside(config.vrrpScripts, root("vrrp_script"), lineOf).map(([script, section]) => ({
      script,
      section,
    })),
    services: beside(config.virtualServers, root("virtual_server"), lineOf).map(([server, section]) => ({
      server,
      section,
      realServers: beside(server.realServers, section.sections("real_server"), lineOf).map(
        ([realServer, own]) => ({ server: realServer, section: own }),
      ),
    })),
    root,
    spanOf,
    isMisread: misreadBlocks(bound, spanOf),
  };
}

/** Findings that say that a line was not understood. */
const MISREAD = new Set([
  "unknown-keyword",
  "unexpected-block",
  "missing-block",
  "missing-value",
  "unused-words",
]);

function misreadBlocks(
  bound: readonly Diagnostic[],
  spanOf: (place: Place) => Span,
): (section: Section) => boolean {
  const lines = new Set(
    bound.filter(({ code }) => MISREAD.has(code)).map(({ span }) => `${span.file}:${span.line}`),
  );
  if (lines.size === 0) return () => false;
  const misread = (line: Directive): boolean => {
    const { file, line: number } = spanOf(placeOf(line));
    return lines.has(`${file}:${number}`) || (line.block?.directives.some(misread) ?? false);
  };
  return (section) => misread(section.directive);
}

/** Pairs bound things with their blocks by line; both are in the order of the text, and some blocks gave nothing. */
function beside<Bound extends { readonly at: SourceLine }>(
  bound: readonly Bound[],
  sections: readonly Section[],
  lineOf: (directive: Directive) => SourceLine,
): readonly (readonly [Bound, Section])[] {
  const pairs: (readonly [Bound, Section])[] = [];
  let at = 0;
  for (const each of bound) {
    for (; at < sections.length; at++) {
      const section = sections[at];
      if (!section) break;
      const line = lineOf(section.directive);
      if (line.line !== each.at.line || line.file !== each.at.file) continue;
      pairs.push([each, section]);
      at++;
      break;
    }
  }
  return pairs;
}
