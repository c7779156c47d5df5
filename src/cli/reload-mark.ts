import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { ReloadDefinitions } from "../conf/model/service-definitions.ts";

/**
 * `reload_file`: a file that is there, and empty, while the configuration is read, so that whoever writes configurations
 * waits. Calls `read` in between, whatever becomes of the file.
 */
export function whileMarked<Read>(
  { markFile }: ReloadDefinitions,
  { pidFolder, read }: { readonly pidFolder: string; readonly read: () => Read },
): Read {
  if (markFile === undefined) return read();
  const path = markFile === "" ? join(pidFolder, "keepalived.reload") : markFile;
  attempt(() => closeSync(openSync(path, "w", 0o644)));
  try {
    return read();
  } finally {
    attempt(() => unlinkSync(path));
  }
}

/** The mark is a courtesy: where it cannot be set, the reload goes on. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Nobody waits for a file that cannot be there.
  }
}
