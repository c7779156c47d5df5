import { readFileSync } from "node:fs";
import { failed, ok, type Result } from "../base/result.ts";
import type { GlobalDefinitions, ScriptUser } from "../conf/model/global-definitions.ts";
import { isShortage } from "./shortage.ts";

/** Whom a script runs as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The user that keepalived's packages make for scripts. */
const DEFAULT_USER = "keepalived_script";

/**
 * Whom a script runs as: its own user, else `script_user`, else keepalived_script where that user exists, else we
 * ourselves. Under `enable_script_security` the last is no way out: as keepalived, such a script does not run.
 *
 * Looks in /etc/passwd and /etc/group, where accounts of services live; a number needs no account.
 */
export function scriptIdentity(
  user: ScriptUser | undefined,
  { scriptUser, enableScriptSecurity }: Pick<GlobalDefinitions, "scriptUser" | "enableScriptSecurity">,
): Result<Identity, string> {
  const wanted = user ?? scriptUser;
  if (wanted !== undefined) return identityOf(wanted);
  const standard = identityOf({ user: DEFAULT_USER });
  if (standard.ok) return standard;
  if (enableScriptSecurity) {
    return failed(
      `enable_script_security is set, no user is named and there is no user ${DEFAULT_USER}; name one as script_user, or create it`,
    );
  }
  return ok({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });
}

/**
 * The ids of a user, and of the group when it is not the user's own.
 * @throws {Error} as `isShortage` knows it, when nothing can be looked up.
 */
export function identityOf({ user, group }: ScriptUser): Result<Identity, string> {
  const account = lookUp("/etc/passwd", user);
  if (account === undefined)
    return failed(`there is no user "${user}"; create it or name another as script_user`);
  if (group === undefined) return ok({ uid: Number(account[2]), gid: Number(account[3]) });
  const found = lookUp("/etc/group", group);
  if (found === undefined)
    return failed(`there is no group "${group}"; create it or name another as script_user`);
  return ok({ uid: Number(account[2]), gid: Number(found[2]) });
}

function lookUp(file: string, name: string): string[] | undefined {
  try {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const fields = line.split(":");
      if (fields[0] === name || (fields[2] === name && /^\d+$/.test(name))) return fields;
    }
  } catch (error) {
    if (isShortage(error)) throw error;
    // No such file: nobody is known.
  }
  return undefined;
}
