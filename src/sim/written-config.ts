import { failed, ok, type Result } from "../base/result.ts";
import { fatalExitCode } from "../conf/diagnostic.ts";
import { loadConfiguration } from "../conf/load-configuration.ts";
import type { Config } from "../conf/model/config.ts";

/** Configurations read once: worlds read the same few thousands of times. */
const known = new Map<string, Result<Config, string>>();
const KNOWN_AT_MOST = 500;

/** Reads the text of a keepalived.conf, as the daemon would; refused when the daemon would refuse it. */
export function readWrittenConfig(text: string): Result<Config, string> {
  const found = known.get(text);
  if (found !== undefined) return found;
  const loaded = loadConfiguration({
    root: "keepalived.conf",
    read: () => [{ kind: "file", path: "keepalived.conf", text }],
    options: { configId: "simulated", rules: false },
  });
  const errors = loaded.diagnostics.filter((found) => found.severity === "error");
  const first = errors[0];
  const result =
    first === undefined && fatalExitCode(loaded.diagnostics) === undefined
      ? ok(loaded.config)
      : failed(`line ${first?.span.line} of the configuration: ${first?.message}`);
  if (known.size >= KNOWN_AT_MOST) known.clear();
  known.set(text, result);
  return result;
}
