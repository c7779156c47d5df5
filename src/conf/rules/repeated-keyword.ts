import type { Keyword } from "../../grammar/keyword.ts";
import { keywordsOf } from "../../grammar/vocabulary.ts";
import type { Directive } from "../tree.ts";
import { instance } from "./example.ts";
import type { Tell } from "./rule.ts";
import { rule } from "./rule.ts";
import type { Section } from "./section.ts";

/** Keywords that may be written several times, or (state) of which another finding tells what counts. */
const SEVERAL = new Set(["status_code", "vrrp_ipsets", "include", "state"]);

/** The last of several lines with one keyword counts; the others are lost in silence. */
export const repeatedKeyword = rule({
  code: "repeated-keyword",
  severity: "warning",
  summary: "A keyword of one value is written twice in a block.",
  reason:
    "The last line counts and the others are dropped without a word. Whoever reads or changes the first one is misled.",
  mend: "remove the line that does not count",
  example: { bad: instance("priority 100", "priority 150"), line: 4, good: instance("priority 150") },
  check: ({ root, services }, tell) => {
    for (const section of root("vrrp_instance")) look(section, "vrrp_instance", tell);
    for (const section of root("vrrp_script")) look(section, "vrrp_script", tell);
    for (const { section, realServers } of services) {
      look(section, "virtual_server", tell);
      for (const each of realServers) look(each.section, "virtual_server/real_server", tell);
    }
  },
});

function look(section: Section, path: string, tell: Tell): void {
  const keywords = keywordsOf(path);
  const last = new Map<string, Directive>();
  for (let at = section.lines.length - 1; at >= 0; at--) {
    const line = section.lines[at];
    const word = line?.words[0];
    const keyword = keywords?.get(word?.text ?? "");
    if (!line || !word || !keyword || !isSingle(keyword)) continue;
    const counts = last.get(word.text);
    if (!counts) {
      last.set(word.text, line);
      continue;
    }
    const [written, counting] = [line, counts].map((each) => each.words[1]?.text ?? "");
    tell(
      { start: word.start, end: line.words[line.words.length - 1]?.end ?? word.end },
      {
        message:
          written === counting
            ? `${word.text} is written twice with the same value`
            : `${word.text} ${written} does not count, because a later line says ${word.text} ${counting}`,
        related: [
          {
            message: "this line counts",
            place: { start: counts.words[0]?.start ?? 0, end: counts.words[0]?.end ?? 0 },
          },
        ],
      },
    );
  }
}

/** True when a second line with the keyword can only replace the first. */
function isSingle(keyword: Keyword): boolean {
  if (SEVERAL.has(keyword.name)) return false;
  return ["boolean", "integer", "decimal", "enum", "address", "interface", "none", "command"].includes(
    keyword.value.kind,
  );
}
