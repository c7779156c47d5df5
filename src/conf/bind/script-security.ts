import type { KeepalivedStage } from "../diagnostic.ts";
import type { GlobalDefinitions } from "../model/global-definitions.ts";
import { type BindContext, type Place, tell } from "./context.ts";

/** A command that the configuration names: what it is for decides which process would run it. */
export interface NamedCommand {
  /** The first word of the command. */
  readonly path: string;
  /** `script`, `notify_master`, `misc_path` and so on. */
  readonly keyword: string;
  /** The `vrrp_script`, instance or service it belongs to. */
  readonly owner: string;
  readonly stage: KeepalivedStage;
  readonly place: Place;
}

/**
 * Scripts that would run while `enable_script_security` is not set: keepalived reports this once for each of its
 * processes, and ends `-t` with 6. Scripts that do not exist do not count, nor those of a user who does not.
 */
export function checkScriptSecurity(
  context: BindContext,
  from: {
    readonly global: GlobalDefinitions;
    /** Whether the file has a vrrp_instance at all; without one no VRRP process would run. */
    readonly anyInstance: boolean;
    readonly commands: readonly NamedCommand[];
  },
): void {
  const { global, anyInstance, commands } = from;
  if (global.enableScriptSecurity || !context.environment.inspectScript) return;
  const { scriptUser } = global;
  if (scriptUser && context.environment.hasUser?.(scriptUser.user) === false) return;
  tellProcess(context, {
    what: "start/shutdown scripts",
    stage: "global",
    commands: commands.filter(({ keyword }) => /^(?:startup|shutdown)_script$/.test(keyword)),
  });
  tellProcess(context, {
    what: "check scripts",
    stage: "checker-end",
    commands: commands.filter(({ stage }) => stage === "checker"),
  });
  tellProcess(context, {
    what: "scripts",
    stage: "vrrp-end",
    commands: commands.filter(({ stage }) => anyInstance && stage === "vrrp"),
  });
}

function tellProcess(
  context: BindContext,
  scripts: {
    readonly what: string;
    readonly stage: KeepalivedStage;
    readonly commands: readonly NamedCommand[];
  },
): void {
  const found = scripts.commands
    .map((command) => ({
      command,
      finding: context.environment.inspectScript?.(command.path.replace(/^</, "")),
    }))
    .filter(({ finding }) => finding === "ok" || finding === "insecure");
  const [first] = found;
  if (!first) return;
  const insecure = found.some(({ finding }) => finding === "insecure");
  tell(context, first.command.place, {
    code: "script-security-off",
    severity: "warning",
    message: `${scripts.what} run, but enable_script_security is not set, so nobody checks who may change them`,
    help: "add enable_script_security and script_user USER to global_defs",
    texts: [
      `SECURITY VIOLATION - ${scripts.what} are being executed but script_security not enabled.${insecure ? " There are insecure scripts." : ""}`,
    ],
    stage: scripts.stage,
    exitCode: 6,
    line: 0,
  });
}
