import { loadConfiguration } from "../../../src/conf/load-configuration.ts";
import { stripComment } from "../../../src/conf/strip-comment.ts";
import { memoryReader } from "../configuration.ts";

/** What a text means to every reader: the model and the findings of each machine, without places. */
export function meaningOf(text: string): unknown {
  const ids = [...text.matchAll(/^[ \t]*@\^?(\S+)/gm)].map((match) => match[1] ?? "");
  return [...new Set(["host", ...ids])].map((configId) => {
    const read = memoryReader({ "main.conf": text, "part.conf": "priority 7\n" });
    const { config, diagnostics, files } = loadConfiguration({
      root: "main.conf",
      read,
      options: { configId, environment: { NAME: "value" } },
    });
    return {
      configId,
      config: withoutPlaces(config),
      findings: diagnostics.map((found) => JSON.stringify(withoutPlaces(found))).sort(),
      files,
    };
  });
}

/** The words of a text in their order, and its comments in theirs, whatever blanks stand between them. */
export function substanceOf(text: string): { readonly words: string; readonly comments: readonly string[] } {
  const lines = text.split("\n").map((line) => ({ line, code: stripComment(line).text }));
  return {
    words: lines.map(({ code }) => code.replace(/\s+/g, "")).join(""),
    comments: lines.map(({ line, code }) => line.slice(code.length).trim()).filter(Boolean),
  };
}

const PLACES = new Set(["span", "line", "column", "endColumn", "fix"]);

/** A value without its places; a sentence that names a line names none. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (PLACES.has(key)) return undefined;
      if (typeof inner === "bigint") return String(inner);
      return typeof inner === "string" ? inner.replace(/\b([Ll]ines?) \d+/g, "$1 N") : inner;
    }),
  );
}
