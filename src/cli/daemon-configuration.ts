import { type Diagnostic, fatalExitCode } from "../conf/diagnostic.ts";
import { loadConfiguration } from "../conf/load-configuration.ts";
import type { Config } from "../conf/model/config.ts";
import type { HostFacts } from "../conf/source.ts";
import { readConfig } from "../linux/read-config.ts";

/** keepalived's exit code when the configuration file is not there. */
const NO_CONFIGURATION = 6;

/** A configuration as the daemon reads it, with everything that was found. */
export interface DaemonConfiguration {
  readonly config: Config;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the daemon may not run with it, with keepalived's exit code; undefined when it may. */
  readonly refusal: { readonly code: number; readonly message: string } | undefined;
}

/** Reads a configuration as the daemon does at start and at reload; `host` absent: nothing of the machine is checked. */
export function loadDaemonConfiguration(
  file: string,
  options: { readonly configId: string; readonly host?: HostFacts },
): DaemonConfiguration {
  const { config, diagnostics } = loadConfiguration({
    root: file,
    read: readConfig,
    options: {
      configId: options.configId,
      environment: process.env,
      // A daemon says what the language says; advice is the linter's, and what an older keepalived would make of the
      // file is for `locum keepalived -t` to say.
      rules: false,
      compat: "latest",
      ...(options.host === undefined ? {} : { host: options.host }),
    },
  });
  const code = fatalExitCode(diagnostics);
  if (code === undefined) return { config, diagnostics, refusal: undefined };
  const message =
    code === NO_CONFIGURATION ? "Nothing to run" : "The configuration cannot be used, see above";
  return { config, diagnostics, refusal: { code, message } };
}

/** The same finding on another line is the same finding. */
export function findingText(found: Pick<Diagnostic, "code" | "message">): string {
  return `${found.code} ${found.message}`;
}

/**
 * Why a daemon does not take a new configuration at a reload, and the findings behind it: it must not run with it, or
 * there are errors that the running one (`before`, each as `findingText`) does not have.
 */
export function reloadRefusal(
  loaded: DaemonConfiguration,
  before: ReadonlySet<string>,
): { readonly message: string; readonly findings: readonly Diagnostic[] } | undefined {
  if (loaded.refusal !== undefined) {
    const findings = loaded.diagnostics.filter((found) => found.fatal !== undefined);
    return { message: `${loaded.refusal.message}. Going on with the configuration that runs`, findings };
  }
  const findings = loaded.diagnostics.filter(
    (found) => found.severity === "error" && !before.has(findingText(found)),
  );
  if (findings.length === 0) return undefined;
  const message = `The new configuration has ${findings.length} error(s) that the running one has not, see above. Going on with the configuration that runs; mend the file and reload again`;
  return { message, findings };
}
