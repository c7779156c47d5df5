import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../docs/rules/", import.meta.url));

const known = new Map<string, string | undefined>();

/** The URI of the page about a rule that came with this installation; undefined when there is none. */
export function rulePage(code: string): string | undefined {
  if (known.has(code)) return known.get(code);
  const path = `${FOLDER}${code}.md`;
  const uri = /^[a-z0-9-]+$/.test(code) && existsSync(path) ? pathToFileURL(path).href : undefined;
  known.set(code, uri);
  return uri;
}
