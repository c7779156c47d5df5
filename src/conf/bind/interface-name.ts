import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";

/** Longest interface name the kernel takes (IFNAMSIZ less the final zero). */
const LONGEST = 15;

/**
 * Checks the name of an interface: its length always, its existence when the environment knows the interfaces.
 * keepalived ends with code 2 at start when one is missing and `dynamic_interfaces` is not set. `listed`: in a line of a
 * list one with too long a name is merely missing.
 */
export function checkInterface(
  context: BindContext,
  from: { readonly word: Word; readonly what: string; readonly listed?: true },
): boolean {
  const { word, what, listed } = from;
  const missing = `WARNING - interface ${word.text} for ${what} doesn't exist`;
  if (word.text.length > LONGEST) {
    tell(context, word, {
      code: listed ? "interface-missing" : "interface-name-too-long",
      severity: "error",
      message: `the interface name '${word.text}' has ${word.text.length} characters; the kernel takes at most ${LONGEST}`,
      help: "write the name as `ip link` shows it, without an @ part",
      texts: [listed ? missing : `Interface name '${word.text}' too long - ignoring`],
    });
    return false;
  }
  const { interfaces, dynamicInterfaces } = context.environment;
  if (interfaces === undefined || interfaces.includes(word.text)) return true;
  tell(context, word, {
    code: "interface-missing",
    severity: dynamicInterfaces ? "warning" : "error",
    message: `there is no interface ${word.text} on this host; there are ${interfaces.join(", ") || "none"}`,
    help: dynamicInterfaces
      ? "the instance waits until it appears"
      : "correct the name, create the interface first, or set dynamic_interfaces in global_defs to wait for it",
    ...(dynamicInterfaces ? {} : { fatal: 2 }),
    texts: [missing],
  });
  return true;
}
