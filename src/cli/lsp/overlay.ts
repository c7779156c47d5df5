import { isAbsolute, join, normalize } from "node:path";
import type { FoundFile, ReadConfig } from "../../conf/source.ts";
import { globPattern, readConfig } from "../../linux/read-config.ts";

/** Unsaved texts by their absolute path. */
export type Buffers = ReadonlyMap<string, string>;

/** Reads from open buffers first and from the disk then; files that exist in a buffer only are found by patterns as well. */
export function overlayReader(buffers: Buffers, disk: ReadConfig = readConfig): ReadConfig {
  return (pattern, directory) => {
    const absolute = isAbsolute(pattern) || directory === "" ? pattern : join(directory, pattern);
    const plain = plainPath(absolute);
    const open = plain === undefined ? undefined : buffers.get(normalize(plain));
    if (plain !== undefined && open !== undefined)
      return [{ kind: "file", path: normalize(plain), text: open }];
    const found = disk(absolute, "").map((each) => overlaid(each, buffers));
    if (plain !== undefined) return found;
    const known = new Set(found.map((each) => each.path));
    const unsaved = [...buffers].filter(([path]) => !known.has(path) && matches(absolute, path));
    const all = [...found, ...unsaved.map(([path, text]): FoundFile => ({ kind: "file", path, text }))];
    return unsaved.length === 0 ? all : all.sort((a, b) => a.path.localeCompare(b.path));
  };
}

function overlaid(found: FoundFile, buffers: Buffers): FoundFile {
  const path = normalize(found.path);
  const text = found.kind === "file" ? buffers.get(path) : undefined;
  return text === undefined ? { ...found, path } : { kind: "file", path, text };
}

/** The path that a pattern without wildcards names; undefined when it has some. */
function plainPath(pattern: string): string | undefined {
  if (/(?<!\\)[*?[]/.test(pattern)) return undefined;
  return pattern.replace(/\\(.)/g, "$1");
}

function matches(pattern: string, path: string): boolean {
  const [patterns, parts] = [normalize(pattern).split("/"), path.split("/")];
  return (
    patterns.length === parts.length &&
    patterns.every((each, at) => {
      const part = parts[at] ?? "";
      return globPattern(each).test(part) && (each.startsWith(".") || !part.startsWith("."));
    })
  );
}
