import type { BfdChecker } from "../model/virtual-server.ts";
import type { Directive } from "../tree.ts";
import { readTiming, settleTiming } from "./check-target.ts";
import { type BindContext, closeOf, placeOf, tell } from "./context.ts";
import type { ReadCheck } from "./other-checker.ts";

/** The names of the `bfd_instance` blocks that checks may follow. */
export function followedByChecks(directives: readonly Directive[]): ReadonlySet<string> {
  const followed = directives.filter(({ block }) => {
    const keywords = new Set(block?.directives.map(({ words }) => words[0]?.text));
    return keywords.has("checker") || !keywords.has("vrrp");
  });
  return new Set(followed.map(({ words }) => words[1]?.text ?? ""));
}

/** Binds one BFD_CHECK; undefined when it follows no session. */
export function bindBfdCheck(
  context: BindContext,
  { setting, settings, surroundings }: ReadCheck,
): BfdChecker | undefined {
  const name = settings.word("name");
  const at = settings.last("name");
  const { endpoint } = surroundings;
  const protocol = context.owner.split(":").at(-2) ?? "none";
  const owner = `([${endpoint.address}]:${protocol}:${endpoint.port ?? 0})`;
  if (name === undefined || at === undefined) {
    tell(context, closeOf(setting.directive), {
      code: "check-without-session",
      severity: "error",
      message: "this BFD_CHECK names no bfd_instance, so it is left out",
      help: "add name BFD_INSTANCE",
      texts: [`${owner} No name has been specified for BFD_CHECKER - skipping`],
    });
    return undefined;
  }
  const known = [...(context.bfdNames ?? [])];
  if (!known.includes(name)) {
    tell(context, placeOf(at.directive), {
      code: "unknown-session",
      severity: "error",
      message: `no bfd_instance for checks is called ${name}, so the check is left out; there ${known.length === 1 ? "is" : "are"} ${known.join(", ") || "none"}`,
      help: `define it with bfd_instance ${name} { ... }, or correct the name`,
      texts: [`${owner} BFD_CHECK - BFD ${name} not configured`],
    });
    return undefined;
  }
  if (surroundings.followed?.has(name)) {
    tell(context, placeOf(at.directive), {
      code: "duplicate-session-check",
      severity: "warning",
      message: `another BFD_CHECK of this real server follows ${name} already, so this one is left out`,
      help: "remove one of them",
      texts: [`${owner} BFD_CHECK - RS already monitoring ${name}`],
    });
    return undefined;
  }
  surroundings.followed?.add(name);
  return { kind: "bfd", name, timing: settleTiming(readTiming(settings, surroundings.timing), "BFD_CHECK") };
}
