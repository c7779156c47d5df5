import type { Place } from "../bind/context.ts";
import type { Directive } from "../tree.ts";
import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";
import type { Section } from "./section.ts";
import { isCheck } from "./written-check.ts";

const track = "track_script {\n        check_web\n    }";
const COMMANDS = new Set(
  "script notify notify_master notify_backup notify_fault notify_stop notify_up notify_down quorum_up quorum_down misc_path".split(
    " ",
  ),
);

/** Commands are split into words and executed; no shell ever sees them. */
export const shellSyntaxInCommand = rule({
  code: "shell-syntax-in-command",
  severity: "warning",
  summary: "A command uses pipes, redirections or other words of a shell.",
  reason:
    "Commands are not run by a shell. A |, > or && becomes an argument of the program, which mostly ignores it or fails, so the check says something else than it seems to.",
  mend: "put the line into a script, or write: /bin/sh -c '...'",
  example: {
    bad: script('script "/usr/bin/pgrep nginx > /dev/null"') + instance(track),
    line: 2,
    good: script("script \"/bin/sh -c '/usr/bin/pgrep nginx > /dev/null'\"") + instance(track),
  },
  check: ({ root, services }, tell) => {
    const look = (line: Directive): void => {
      const found = COMMANDS.has(line.words[0]?.text ?? "") ? shellWord(line) : undefined;
      if (!found) return;
      tell(found.place, {
        message: `no shell runs this command, so '${found.sign}' is handed to the program as it stands`,
      });
    };
    const blocks = ["vrrp_script", "vrrp_instance", "vrrp_sync_group", "virtual_server"];
    for (const section of blocks.flatMap((name): readonly Section[] => root(name)))
      section.lines.forEach(look);
    for (const { section } of services.flatMap((each) => each.realServers)) {
      section.lines.forEach(look);
      for (const check of section.lines.filter(isCheck)) check.block?.directives.forEach(look);
    }
  },
});

/** The first sign of a shell in the command of a line. */
function shellWord(line: Directive): { readonly sign: string; readonly place: Place } | undefined {
  const [first, ...rest] = line.words.slice(1);
  if (!first) return undefined;
  const text = [first, ...rest].map((word) => word.text).join(" ");
  const program = text.trimStart().split(/\s+/)[0] ?? "";
  if (/(^|\/)(ba|da|z|k|a)?sh$/.test(program) || program.startsWith("<")) return undefined;
  const bare = text.replace(/'[^']*'/g, "").replace(/\\./g, "");
  const sign = /\|\|?|&&|;(?=\s|$)|\$\(|`|(?<=\s)\d?>{1,2}|(?<=\s)<(?=\s|\/)|(?<=\s)&$/.exec(bare);
  const last = rest[rest.length - 1] ?? first;
  return sign ? { sign: sign[0], place: { start: first.start, end: last.end } } : undefined;
}
