import { type Duration, milliseconds, seconds } from "../../base/time.ts";
import type { GlobalDefinitions, ScriptUser } from "../model/global-definitions.ts";
import type { VrrpScript } from "../model/vrrp-script.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, type Place, placeOf, sourceLine, tell } from "./context.ts";
import { bindCommand, bindUser } from "./script-command.ts";
import type { Setting } from "./setting.ts";
import { readBlock } from "./settings.ts";

/** Binds one `vrrp_script NAME { }`; undefined when it has no usable command. */
export function bindVrrpScript(
  outer: BindContext,
  from: { readonly directive: Directive; readonly global: GlobalDefinitions },
): VrrpScript | undefined {
  const { directive, global } = from;
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const settings = readBlock(context, { block: directive.block, path: "vrrp_script" });
  const command = bindCommand(context, { setting: settings.last("script"), withUser: false });
  const interval = atLeastOne(context, settings.last("interval")) ?? seconds(1);
  const timeout = atLeastOne(context, settings.last("timeout"));
  const weight = readWeight(context, settings.last("weight"));
  const user = bindUser(settings, "user");
  if (!command) {
    tell(context, closeOf(directive), {
      code: "script-without-command",
      severity: "error",
      message: `the vrrp_script ${name} says no script, so it is removed`,
      help: 'add a line such as: script "/usr/local/bin/check_web"',
      texts: [`No script set for vrrp_script ${name} - removing`],
    });
    return undefined;
  }
  const inherited =
    global.scriptUser?.user ?? (global.enableScriptSecurity ? "keepalived_script" : undefined);
  if (!user && inherited !== undefined && lacksUser(context, inherited)) {
    tell(context, closeOf(directive), {
      code: "no-script-user",
      severity: "error",
      message: `this system has no user ${inherited}, which scripts without one of their own run as, so the vrrp_script ${name} is removed`,
      help: "add script_user USER to global_defs, or user USER to the script, or create the user keepalived_script",
      texts: [`Unable to set default user for vrrp script ${name} - removing`],
    });
    return undefined;
  }
  if (user && lacksUser(context, user.user)) {
    tell(context, placeOf(settings.last("user")?.directive ?? directive), {
      code: "unknown-user",
      severity: "error",
      message: `this system has no user ${user.user}, so the vrrp_script ${name} cannot run and is removed`,
      help: "create the user, or name one that exists",
      texts: [`Unable to set uid/gid for script '${command.argv.join("' '")}'`],
    });
    return undefined;
  }
  checkPath(context, {
    path: command.argv[0] ?? "",
    user: user ?? global.scriptUser,
    place: placeOf(settings.last("script")?.directive ?? directive),
  });
  return {
    name,
    at: sourceLine(context, placeOf(directive)),
    command: { ...command, timeout: timeout ?? interval, ...(user ? { user } : {}) },
    interval,
    timeout: timeout ?? interval,
    weight: weight.weight,
    reverse: weight.reverse,
    rise: settings.number("rise") ?? 1,
    fall: settings.number("fall") ?? 1,
    initFail: settings.has("init_fail"),
  };
}

function lacksUser(context: BindContext, user: string): boolean {
  return context.environment.hasUser?.(user) === false;
}

/** A tracked script that does not exist is not run; keepalived goes on without it. `</path` asks whether it does. */
function checkPath(
  context: BindContext,
  script: { readonly path: string; readonly user: ScriptUser | undefined; readonly place: Place },
): void {
  const { path, user } = script;
  if (path.startsWith("<")) return;
  const finding = context.environment.inspectScript?.(path, user);
  if (finding === undefined || finding === "ok") return;
  const words = {
    missing: "does not exist",
    "not-executable": user ? `cannot be executed by ${user.user}` : "is not executable",
    insecure: "can be changed by others than root",
  };
  tell(context, script.place, {
    code: `script-${finding}`,
    severity: "warning",
    message: `the script ${path} ${words[finding]}`,
    help:
      finding === "insecure"
        ? "take the write permission of others away from the file and its folders"
        : "give the full path of an existing file that its user may execute",
    ...(finding === "insecure"
      ? {}
      : {
          texts: [`Disabling track script ${context.owner} since not found/accessible`],
          stage: "vrrp-end" as const,
        }),
  });
}

/** keepalived counts milliseconds here, takes 0 for one second and says so. */
function atLeastOne(context: BindContext, setting: Setting | undefined): Duration | undefined {
  if (setting?.value?.kind !== "number") return undefined;
  const rounded = milliseconds(Math.round(setting.value.value / 1_000));
  if (rounded > 0) return rounded;
  tell(context, placeOf(setting.directive), {
    code: "zero-becomes-one",
    severity: "warning",
    message: `${setting.keyword.name} is 0, but must be more, so one second counts`,
    help: `write ${setting.keyword.name} 1`,
    texts: [`(${context.owner}): vrrp script ${setting.keyword.name} must be greater than 0, setting to 1`],
  });
  return seconds(1);
}

/** `weight N [reverse]`, N from -253 to 253. */
function readWeight(
  context: BindContext,
  setting: Setting | undefined,
): { readonly weight: number; readonly reverse: boolean } {
  const [number, turn] = setting?.words ?? [];
  if (!setting || !number) return { weight: 0, reverse: false };
  const weight = Number(number.text);
  if (!/^[+-]?\d+$/.test(number.text) || Math.abs(weight) > 253) {
    const reason = /^[+-]?\d+$/.test(number.text)
      ? `number '${number.text}' outside range [-253, 253]`
      : `invalid number '${number.text}'`;
    tell(context, number, {
      code: "weight-out-of-range",
      severity: "error",
      message: `the weight is '${number.text}', but it must be a whole number from -253 to 253; 0 counts instead`,
      help: "write a weight in -253..253; 0 means that a failure is a fault",
      texts: [reason, `vrrp_script ${context.owner} weight ${number.text} must be in [-253, 253]`],
    });
    return { weight: 0, reverse: false };
  }
  if (turn && turn.text !== "reverse") {
    tell(context, turn, {
      code: "unknown-track-option",
      severity: "error",
      message: `'${turn.text}' means nothing after the weight`,
      help: "write reverse, or nothing",
      texts: [`unknown vrrp_script weight option ${turn.text}`],
    });
  }
  return { weight, reverse: turn?.text === "reverse" };
}
