import { commandWords } from "../command-words.ts";
import type { ScriptCommand, ScriptUser } from "../model/global-definitions.ts";
import { type BindContext, type Place, placeOf, tell } from "./context.ts";
import type { Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";

/**
 * The command of a script keyword. Where keepalived lets `USER [GROUP]` follow the command (notify and the like), which
 * `withUser` says, the command is one word or one quoted string.
 */
export function bindCommand(
  context: BindContext,
  from: { readonly setting: Setting | undefined; readonly withUser: boolean },
): ScriptCommand | undefined {
  const { setting, withUser } = from;
  if (!setting) return undefined;
  const [first] = setting.words;
  const last = setting.words[setting.words.length - 1];
  if (!first || !last) return undefined;
  const text = context.expanded.text.slice(first.start, last.end);
  const quoted = /^\s*(["'])/.test(text);
  const command = quoted ? headOf(text) : withUser ? firstWordOf(text) : { command: text, rest: "" };
  const words = commandWords(command.command);
  if (words.kind === "open-quote") {
    tell(context, placeOf(setting.directive), {
      code: "unterminated-quote",
      severity: "error",
      message: `the quote ${words.quote} in the command of ${setting.keyword.name} is never closed, so the line has no effect`,
      help: `close it with ${words.quote}`,
      texts: [`String '${setting.keyword.name} ${text}': missing terminating ${words.quote}`],
    });
    return undefined;
  }
  const [path] = words.words;
  if (path === undefined) return undefined;
  const user = withUser ? userOf(command.rest.trim().split(/\s+/)) : undefined;
  const keyword = setting.keyword.name;
  inspect(context, { path, place: first, keyword });
  if (user && context.environment.hasUser?.(user.user) === false) {
    tell(context, last, {
      code: "unknown-user",
      severity: "error",
      message: `this system has no user ${user.user}, so ${path} of ${keyword} is never run`,
      help: quoted
        ? "create the user, or name one that exists"
        : `name a user that exists; a command with arguments stands in quotes: ${keyword} "${text}"`,
    });
    return undefined;
  }
  context.noteCommand?.({ path, keyword, owner: context.owner, stage: context.stage, place: first });
  return { argv: words.words, ...(user ? { user } : {}) };
}

/** The first quoted string of a value, and what follows it. */
function headOf(text: string): { readonly command: string; readonly rest: string } {
  const quote = text[0] as string;
  let at = 1;
  while (at < text.length && text[at] !== quote) at += quote === "'" || text[at] !== "\\" ? 1 : 2;
  return { command: text.slice(0, at + 1), rest: text.slice(at + 1) };
}

/** An unquoted command is one word where a user may follow. */
function firstWordOf(text: string): { readonly command: string; readonly rest: string } {
  const command = /^(?:\\.|[^\s\\])+/.exec(text)?.[0] ?? text;
  return { command, rest: text.slice(command.length) };
}

/** `USER [GROUP]`; undefined when the first word is empty. */
export function userOf(words: readonly string[]): ScriptUser | undefined {
  const [user, group] = words;
  if (user === undefined || user === "") return undefined;
  return group === undefined || group === "" ? { user } : { user, group: group.replace(/^:/, "") };
}

/** `user USER [GROUP]` or `script_user USER [GROUP]`. */
export function bindUser(settings: Settings, name: string): ScriptUser | undefined {
  return userOf(settings.last(name)?.words.map((word) => word.text) ?? []);
}

/** The user of all scripts that name none of their own. */
export function checkScriptUser(context: BindContext, setting: Setting | undefined): void {
  const [user] = setting?.words ?? [];
  if (!user || context.environment.hasUser?.(user.text) !== false) return;
  tell(context, user, {
    code: "unknown-user",
    severity: "error",
    message: `this system has no user ${user.text}, so scripts without a user of their own never run`,
    help: "create the user, or name one that exists",
    texts: ["Error setting global script uid/gid"],
  });
}

function inspect(
  context: BindContext,
  script: { readonly path: string; readonly place: Place; readonly keyword: string },
): void {
  if (script.keyword === "script") return;
  const finding = context.environment.inspectScript?.(script.path);
  if (finding === undefined || finding === "ok") return;
  const reasons = {
    missing: "does not exist or cannot be reached",
    "not-executable": "is not executable",
    insecure: "can be changed by others than root",
  };
  tell(context, script.place, {
    code: `script-${finding}`,
    severity: "warning",
    message: `the command ${script.path} of ${script.keyword} ${reasons[finding]}`,
    help:
      finding === "missing"
        ? "give the full path of an existing file"
        : finding === "insecure"
          ? "take the write permission of others away from the file and its folders"
          : `make it executable: chmod a+x ${script.path}`,
  });
}
