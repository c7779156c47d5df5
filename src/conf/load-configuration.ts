import { bind } from "./bind/bind.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { expand } from "./expand.ts";
import type { Config } from "./model/config.ts";
import { parse } from "./parser.ts";
import { applyRules } from "./rules/apply-rules.ts";
import { everyRule } from "./rules/every-rule.ts";
import { type Subject, subjectOf } from "./rules/subject.ts";
import type { Environment, HostFacts, ReadConfig } from "./source.ts";

/** What a configuration is read from and against. */
export interface LoadRequest {
  /** The main file; a glob may name several. */
  readonly root: string;
  readonly read: ReadConfig;
  readonly options: LoadOptions;
}

/** The parts that differ between a daemon, a linter and a test. */
export interface LoadOptions {
  /** `-i ID`; the host name up to its first dot when keepalived is given none. */
  readonly configId: string;
  /** Environment variables, for `${_ENV NAME}`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What is known of the machine; without it interfaces, scripts and users are not checked. */
  readonly host?: HostFacts;
  /** Which keepalived decides what is unknown; 2.2.7 when absent. */
  readonly compat?: "2.2.7" | "latest";
  /** Numbers in [0, 1) for `${_RANDOM}`. */
  readonly random?: () => number;
  /** False leaves out the rules for what keepalived does not see: a daemon judges by the language alone. */
  readonly rules?: false;
  /** `-e`, `--all-config`: every problem with an include is an error. */
  readonly allIncludesMustRead?: boolean;
}

/** A configuration with everything that was found wrong in it, in the order of the text. */
export interface LoadedConfiguration {
  readonly config: Config;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read. */
  readonly files: readonly string[];
  /** The same as rules see it: what was bound beside the blocks it was bound from. Not for another process. */
  readonly subject: Subject;
}

/**
 * Reads, expands, parses and binds a configuration and, unless told otherwise, runs every rule over it. Never throws on account of its
 * content. A daemon must not run it when `fatalExitCode(diagnostics)` gives a code.
 */
export function loadConfiguration(request: LoadRequest): LoadedConfiguration {
  const { root, read, options } = request;
  const environment = environmentOf(options);
  const expanded = expand(root, {
    read,
    configId: options.configId,
    environment,
    allIncludesMustRead: options.allIncludesMustRead ?? false,
  });
  const tree = parse(expanded.text.text);
  const bound = bind(tree, { expanded: expanded.text, environment });
  const subject = subjectOf({
    config: bound.config,
    tree,
    expanded: expanded.text,
    environment,
    bound: bound.diagnostics,
  });
  const ruled = options.rules === false ? [] : applyRules(subject, everyRule);
  const diagnostics = [...expanded.diagnostics, ...bound.diagnostics, ...ruled];
  const order = new Map(expanded.text.files.map((file, at) => [file, at]));
  const rank = (found: Diagnostic) => order.get(found.span.file) ?? -1;
  diagnostics.sort((a, b) => rank(a) - rank(b) || a.span.line - b.span.line || a.span.column - b.span.column);
  return { config: bound.config, diagnostics, files: expanded.text.files, subject };
}

function environmentOf(options: LoadOptions): Environment {
  const { environment, host, compat, random } = options;
  return {
    ...host,
    ...(environment ? { variables: environment } : {}),
    ...(compat ? { compat } : {}),
    ...(random ? { random } : {}),
  };
}
