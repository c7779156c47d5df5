import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";
import type { WrittenScript } from "./subject.ts";

const track = "track_script {\n        check_web\n        again\n    }";
const other = script().replace("check_web {", "again {");

/** Two scripts that run the same command count its failure twice. */
export const duplicateScriptCommand = rule({
  code: "duplicate-script-command",
  severity: "hint",
  summary: "Two vrrp_script blocks run the same command.",
  reason:
    "The command runs twice and, with weights, its failure counts twice. Often a block was copied and the command was to be changed.",
  mend: "track one script with the weight that is wanted, or correct the command",
  example: {
    bad: script() + other + instance(track),
    line: 10,
    good: script() + other.replace("check_web", "check_mail") + instance(track),
  },
  check: ({ scripts }, tell) => {
    const seen = new Map<string, WrittenScript>();
    for (const each of scripts) {
      const command = each.script.command.argv.join("\0");
      const first = seen.get(command);
      if (!first) {
        seen.set(command, each);
        continue;
      }
      tell(each.section.placeOf("script"), {
        message: `${each.script.name} runs the same command as ${first.script.name}`,
        related: [{ message: "the first one", place: first.section.placeOf("script") }],
      });
    }
  },
});
