import type { Config } from "../model/config.ts";
import type { GlobalDefinitions } from "../model/global-definitions.ts";
import type { TrackedScript } from "../model/vrrp-instance.ts";
import type { VrrpScript } from "../model/vrrp-script.ts";
import type { BindContext } from "./context.ts";

type Part = Pick<Config, "vrrpScripts" | "vrrpInstances" | "syncGroups">;

/**
 * keepalived goes on without a tracked script that is not there, that its user may not execute, or, under
 * `enable_script_security`, that others than root could change while it runs as root: whoever tracks it no longer
 * does. The finding has been told where the script is bound.
 */
export function withoutDisabledScripts<Bound extends Part>(
  context: BindContext,
  { bound, global }: { readonly bound: Bound; readonly global: GlobalDefinitions },
): Bound {
  const disabled = new Set(
    bound.vrrpScripts.filter((script) => isDisabled(context, { script, global })).map(({ name }) => name),
  );
  if (disabled.size === 0) return bound;
  const tracked = <Tracker extends { readonly trackScripts: readonly TrackedScript[] }>(
    tracker: Tracker,
  ) => ({
    ...tracker,
    trackScripts: tracker.trackScripts.filter(({ name }) => !disabled.has(name)),
  });
  return {
    ...bound,
    vrrpScripts: bound.vrrpScripts.filter(({ name }) => !disabled.has(name)),
    vrrpInstances: bound.vrrpInstances.map(tracked),
    syncGroups: bound.syncGroups.map(tracked),
  };
}

function isDisabled(
  { environment }: BindContext,
  { script, global }: { readonly script: VrrpScript; readonly global: GlobalDefinitions },
): boolean {
  const path = script.command.argv[0] ?? "";
  // A test whether a file can be opened is no script.
  if (/^<[ \t]*\//.test(path)) return false;
  const user = script.command.user ?? global.scriptUser;
  const finding = environment.inspectScript?.(path, user);
  if (finding !== "insecure") return finding === "missing" || finding === "not-executable";
  const isRoot = [user?.user, user?.group].some((name) => name === "root" || name === "0");
  return global.enableScriptSecurity && isRoot;
}
