import type { Diagnostic, KeepalivedStage, Related, Report, Severity, Span } from "../diagnostic.ts";
import { type Expanded, writtenSpan } from "../expanded.ts";
import type { SourceLine } from "../model/config.ts";
import type { Environment } from "../source.ts";
import type { Directive, Word } from "../tree.ts";
import type { RulePreferences } from "./rule-preferences.ts";
import type { NamedCommand } from "./script-security.ts";

/** What binding a block needs besides the block. */
export interface BindContext {
  readonly expanded: Expanded;
  readonly environment: Environment;
  readonly report: Report;
  /** Which of keepalived's passes reads this block. */
  readonly stage: KeepalivedStage;
  /** The name keepalived puts into its messages about this block: an instance, a script, a service. */
  readonly owner: string;
  /** The `bfd_instance` blocks that checks may follow; in the pass of the checkers. */
  readonly bfdNames?: ReadonlySet<string>;
  /** Where each `track_group` begins in the text; in the pass of VRRP. */
  readonly trackGroups?: ReadonlyMap<string, number>;
  /** What rules without a preference get; in the pass of VRRP. */
  readonly rulePreferences?: RulePreferences;
  /** Takes every command that a block names. */
  readonly noteCommand?: (command: NamedCommand) => void;
}

/** A finding before it has its place. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly fatal?: number;
  readonly related?: readonly Related[];
  readonly fix?: Diagnostic["fix"];
  /** keepalived's own lines; absent when it says nothing. */
  readonly texts?: readonly string[];
  /** When it says them, if not in the pass that reads the block. */
  readonly stage?: KeepalivedStage;
  readonly exitCode?: 0 | 2 | 4 | 5 | 6;
  /** The line keepalived names, when it is not the line of the place. */
  readonly line?: number;
}

/** A place in the text: a word, a whole directive, or anything else with offsets. */
export type Place = { readonly start: number; readonly end: number };

/** The words of a directive, from the first to the last; a block without words is its brace. */
export function placeOf(directive: Directive): Place {
  const first = directive.words[0];
  const last = directive.words[directive.words.length - 1];
  if (first && last) return { start: first.start, end: last.end };
  const open = directive.block?.open ?? 0;
  return { start: open, end: open + 1 };
}

/** The place of the brace that closes a directive's block; the directive itself when there is none. */
export function closeOf(directive: Directive): Place {
  const close = directive.block?.close;
  return close === undefined ? placeOf(directive) : { start: close, end: close + 1 };
}

/** The written span of a place. */
export function spanAt(context: BindContext, place: Place): Span {
  return writtenSpan(context.expanded, place);
}

/** The file and line of a place. */
export function sourceLine(context: BindContext, place: Place): SourceLine {
  const { file, line } = spanAt(context, place);
  return { file, line };
}

/** Reports a finding at a place. Three arguments, because every line of the binder says where and what. */
export function tell(context: BindContext, place: Place, finding: Finding): void {
  const { code, severity, message, help, fatal, related = [], fix, texts } = finding;
  context.report({
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    span: spanAt(context, place),
    related,
    ...(fix === undefined ? {} : { fix }),
    ...(fatal === undefined ? {} : { fatal }),
    ...(texts === undefined
      ? {}
      : {
          keepalived: {
            texts,
            stage: finding.stage ?? context.stage,
            exitCode: finding.exitCode ?? 5,
            ...(finding.line === undefined ? {} : { line: finding.line }),
          },
        }),
  });
}

/** The text of a word for a message. */
export function shown(word: Word | undefined): string {
  return word ? `'${word.text}'` : "nothing";
}
