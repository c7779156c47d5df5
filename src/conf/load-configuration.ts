import { bind } from "./bind/bind.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { expand } from "./expand.ts";
import type { Config } from "./model/config.ts";
import { parse } from "./parser.ts";
import { everyRule } from "./rules/every-rule.ts";
import type { Environment, ReadConfig } from "./source.ts";

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
  readonly environment?: Environment;
  /** `-e`, `--all-config`: every problem with an include is an error. */
  readonly allIncludesMustRead?: boolean;
}

/** A configuration with everything that was found wrong in it, in the order of the text. */
export interface LoadedConfiguration {
  readonly config: Config;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read. */
  readonly files: readonly string[];
}

/**
 * Reads, expands, parses and binds a configuration and runs every rule over it. Never throws on account of its
 * content. A daemon must not run it when `fatalExitCode(diagnostics)` gives a code.
 */
export function loadConfiguration(request: LoadRequest): LoadedConfiguration {
  const { root, read, options } = request;
  const environment = options.environment ?? {};
  const expanded = expand(root, { ...options, read });
  const tree = parse(expanded.text.text);
  const bound = bind(tree, { expanded: expanded.text, environment });
  const ruled: Diagnostic[] = [];
  for (const rule of everyRule) rule(bound.config, (found) => ruled.push(found));
  const diagnostics = [...expanded.diagnostics, ...bound.diagnostics, ...ruled];
  const order = new Map(expanded.text.files.map((file, at) => [file, at]));
  const rank = (found: Diagnostic) => order.get(found.span.file) ?? -1;
  diagnostics.sort((a, b) => rank(a) - rank(b) || a.span.line - b.span.line || a.span.column - b.span.column);
  return { config: bound.config, diagnostics, files: expanded.text.files };
}
