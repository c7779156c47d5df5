import type { LogLevel } from "./host.ts";
import type { StepContext } from "./vrrp-director-state.ts";

/** One line for what may come thousands of times a second, then a summary a minute. */
export function logNowAndThen(
  line: { readonly key: string; readonly level: LogLevel; readonly message: () => string },
  { state, now, out }: StepContext,
): void {
  const due = state.rejections.note(line.key, now);
  if (due === undefined) return;
  const more = due.suppressed === 0 ? "" : ` (and ${due.suppressed} more since the last such line)`;
  out.push({ kind: "log", level: line.level, message: `${line.message()}${more}` });
}
