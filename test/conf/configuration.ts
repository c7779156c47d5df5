import {
  type LoadedConfiguration,
  type LoadOptions,
  loadConfiguration,
} from "../../src/conf/load-configuration.ts";
import type { ReadConfig } from "../../src/conf/source.ts";

/** Reads from memory; a pattern names exactly one file, or, ending in `*`, all that start so. */
export function memoryReader(files: Readonly<Record<string, string>>): ReadConfig {
  return (pattern, directory) => {
    const wanted = pattern.startsWith("/") ? pattern : directory + pattern;
    const names = wanted.endsWith("*")
      ? Object.keys(files).filter((name) => name.startsWith(wanted.slice(0, -1)))
      : Object.keys(files).filter((name) => name === wanted);
    return names.map((path) => ({ kind: "file", path, text: files[path] ?? "" }));
  };
}

/** Loads one text as `main.conf`. */
export function load(text: string, options: Partial<LoadOptions> = {}): LoadedConfiguration {
  const read = memoryReader({ "main.conf": text });
  return loadConfiguration({ root: "main.conf", read, options: { configId: "host", ...options } });
}

/** `code@line:column` of each finding, which is what most tests look at. */
export function findings(loaded: LoadedConfiguration): readonly string[] {
  return loaded.diagnostics.map(({ code, span }) => `${code}@${span.line}:${span.column}`);
}

/** A VRRP instance with these lines, which are its lines 2 and following. */
export function instanceText(lines: string): string {
  return `vrrp_instance V {\n${lines}\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\n`;
}
