import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { FoundFile, ReadConfig } from "../conf/source.ts";

/**
 * Reads configuration files from the disk: all that a glob pattern names, in collation order, as glob(3) gives them.
 * Folders and executable files are reported as skipped, as keepalived does; names that cannot be read as well.
 */
export const readConfig: ReadConfig = (pattern, directory) => {
  const from = isAbsolute(pattern) || directory === "" ? pattern : join(directory, pattern);
  return matchingPaths(from).map(readOne);
};

function readOne(path: string): FoundFile {
  try {
    const status = statSync(path);
    if (status.isDirectory()) return { kind: "skipped", path, reason: "directory" };
    if (!status.isFile() || (status.mode & 0o111) !== 0)
      return { kind: "skipped", path, reason: "executable" };
    return { kind: "file", path, text: readFileSync(path, "utf8") };
  } catch (error) {
    return { kind: "skipped", path, reason: "unreadable", detail: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EACCES"
    ? "Permission denied"
    : code === "ENOENT"
      ? "No such file or directory"
      : error.message;
}

/** The existing paths a pattern names; a pattern without wildcards names itself. */
function matchingPaths(pattern: string): readonly string[] {
  const absolute = pattern.startsWith("/");
  const parts = pattern.split("/").filter((part) => part !== "");
  let found = [absolute ? "/" : ""];
  for (const [at, part] of parts.entries()) {
    const last = at === parts.length - 1;
    found = found.flatMap((base) => matchingIn(base, { part, last }));
  }
  return found;
}

function matchingIn(
  base: string,
  step: { readonly part: string; readonly last: boolean },
): readonly string[] {
  const { part, last } = step;
  if (!/[*?[\\]/.test(part)) {
    const path = base + part;
    return exists(path) ? [last ? path : `${path}/`] : [];
  }
  const pattern = globPattern(part);
  let names: string[];
  try {
    names = readdirSync(base === "" ? "." : base);
  } catch {
    return [];
  }
  return names
    .filter((name) => pattern.test(name) && (part.startsWith(".") || !name.startsWith(".")))
    .sort((a, b) => a.localeCompare(b))
    .map((name) => base + name + (last ? "" : "/"))
    .filter((path) => last || exists(path));
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** One path component of a glob as a regular expression: `*`, `?`, `[a-z]`, `[!a]` and `\` before any of them. */
export function globPattern(part: string): RegExp {
  let source = "";
  for (let at = 0; at < part.length; at++) {
    const character = part[at] as string;
    const close = character === "[" ? part.indexOf("]", at + 2) : -1;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (close > 0) {
      source += `[${part
        .slice(at + 1, close)
        .replace(/^!/, "^")
        .replaceAll("\\", "\\\\")}]`;
      at = close;
    } else if (character === "\\" && at + 1 < part.length) source += escapeForPattern(part[++at] as string);
    else source += escapeForPattern(character);
  }
  return new RegExp(`^${source}$`, "s");
}

function escapeForPattern(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
