import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

const track = "track_script {\n        check_web\n    }";

/** A bare name is looked up in PATH, which is another one under systemd than in a terminal. */
export const scriptWithoutFullPath = rule({
  code: "script-without-full-path",
  severity: "warning",
  summary: "A script is named without its full path.",
  reason:
    "A bare name is looked up in the PATH of the daemon, which is shorter than that of a terminal, and whoever can write to one of its folders decides what runs as root.",
  mend: "write the full path, beginning with /",
  example: {
    bad: script('script "pgrep nginx"') + instance(track),
    line: 2,
    good: script('script "/usr/bin/pgrep nginx"') + instance(track),
  },
  check: ({ scripts }, tell) => {
    for (const { script, section } of scripts) {
      const path = (script.command.argv[0] ?? "").replace(/^<\s*/, "");
      if (path.startsWith("/") || path === "") continue;
      tell(section.last("script")?.words[1] ?? section.place, {
        message: `${script.name} runs '${path}', which is looked up in the daemon's PATH`,
      });
    }
  },
});
