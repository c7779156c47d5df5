import type { Duration } from "../base/time.ts";
import type { ScriptCommand } from "../conf/model/global-definitions.ts";
import type { Journal } from "./journal.ts";
import type { ScriptProcess } from "./script-process.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** Runs `startup_script` or `shutdown_script`; as in keepalived, what comes of it is logged and stops nothing. */
export function runWholeScript(
  scripts: ScriptRunner,
  options: {
    readonly keyword: string;
    readonly command: ScriptCommand;
    readonly timeout: Duration;
    readonly journal: Journal;
    readonly done: () => void;
  },
): ScriptProcess | undefined {
  const { keyword, command, timeout, journal, done } = options;
  const text = command.argv.join(" ");
  journal.log("debug", `Running ${keyword} ${text}`);
  return scripts.start(command, {
    timeout,
    done: (outcome) => {
      if (outcome.kind === "exited" && outcome.code !== 0) {
        journal.log("info", `${keyword} "${text}" failed with status ${outcome.code}; going on without it`);
      } else if (outcome.kind === "timed-out") {
        journal.log("warning", `${keyword} "${text}" ran longer than its limit and was ended; going on`);
      } else if (outcome.kind === "killed") {
        journal.log("warning", `${keyword} "${text}" was ended by ${outcome.signal}; going on`);
      } else if (outcome.kind === "not-started" || outcome.kind === "shortage") {
        journal.log("warning", `${keyword} "${text}" could not be started: ${outcome.reason}; going on`);
      }
      done();
    },
  });
}
