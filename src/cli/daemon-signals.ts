import type { Journal } from "../linux/journal.ts";
import { listenForDumpSignals } from "../linux/process/dump-signals.ts";
import type { DumpKind } from "../linux/process/messages.ts";

/** What the daemon does when it is told something by a signal. */
export interface SignalActions {
  stop(): void;
  reload(): void;
  dump(kind: DumpKind): void;
}

/** Listens for keepalived's signals; `ignoreInterrupt` is `--ignore-sigint`. */
export function listenForSignals(
  actions: SignalActions,
  { journal, ignoreInterrupt }: { readonly journal: Journal; readonly ignoreInterrupt: boolean },
): void {
  process.on("SIGTERM", () => actions.stop());
  process.on("SIGINT", () => {
    if (!ignoreInterrupt) actions.stop();
  });
  process.on("SIGPIPE", () => undefined);
  process.on("SIGHUP", () => actions.reload());
  const refusal = listenForDumpSignals((kind) => actions.dump(kind));
  if (refusal !== undefined) journal.log("warning", refusal);
}
