import type { AddressFamily } from "../../base/ip-address.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { PolicyRule, Route } from "../model/route.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";
import { checkRouteLine } from "./route-checks.ts";
import type { ListKind } from "./route-draft.ts";
import { bindRouteLine } from "./route-line.ts";
import { checkRuleLine } from "./rule-checks.ts";
import { bindRuleLine } from "./rule-line.ts";

/** Binds the lines of `virtual_routes` or `static_routes`, and tells what is wrong with them. */
export function bindRoutes(
  context: BindContext,
  from: { readonly lines: readonly (readonly Word[])[]; readonly kind: ListKind },
): readonly Route[] {
  const { lines, kind } = from;
  return lines
    .map((words) => {
      const kept = judge(context, words, (quiet, asMeant) => checkRouteLine(quiet, { words, kind, asMeant }));
      const route = kept && bindRouteLine(kept);
      return route && withGroup(context, route, route.device !== undefined);
    })
    .filter((route) => route !== undefined);
}

/** Binds the lines of `virtual_rules` or `static_rules`, and tells what is wrong with them. */
export function bindRules(
  context: BindContext,
  from: { readonly lines: readonly (readonly Word[])[]; readonly kind: ListKind },
): readonly PolicyRule[] {
  const { lines, kind } = from;
  const { rulePreferences } = context;
  return lines
    .map((words) => {
      let without: AddressFamily | undefined;
      const nextPreference = (family: AddressFamily) => {
        without = family;
        return rulePreferences?.peek(family) ?? 0;
      };
      const stays = judge(context, words, (quiet, asMeant) => {
        without = undefined;
        return checkRuleLine(quiet, { words, kind, asMeant, nextPreference });
      });
      if (!stays) return undefined;
      if (without !== undefined) rulePreferences?.use(without);
      const rule = bindRuleLine(words);
      return rule && withGroup(context, rule, rule.inputInterface !== undefined);
    })
    .filter((rule) => rule !== undefined);
}

/** An entry without its group when there is none of that name, or nothing to follow. */
function withGroup<Entry extends { readonly trackGroup?: string }>(
  { trackGroups }: BindContext,
  entry: Entry,
  followed: boolean,
): Entry {
  const { trackGroup, ...rest } = entry;
  const kept = trackGroup === undefined || (followed && trackGroups?.has(trackGroup) !== false);
  return kept ? entry : (rest as Entry);
}

/**
 * Judges a line and reports what was found. keepalived passes over the word after `inet` and `inet6`, takes a word for
 * everything for another family than that of an address before it, and wants a gateway of the same family as the
 * destination even where its family is named. A line that it drops for
 * this alone counts as it is meant, and its messages are those of the test.
 */
function judge<Answer>(
  context: BindContext,
  words: readonly Word[],
  check: (context: BindContext, asMeant: boolean) => Answer,
): Answer {
  const run = (asMeant: boolean) => {
    const found: Diagnostic[] = [];
    const answer = check({ ...context, report: (one) => found.push(one) }, asMeant);
    return { answer, found, texts: found.flatMap((one) => one.keepalived?.texts ?? []) };
  };
  const theirs = run(false);
  const meant = run(true);
  const [first] = words;
  if (first === undefined || theirs.texts.join() === meant.texts.join()) {
    for (const one of meant.found) context.report(one);
    return meant.answer;
  }
  for (const { keepalived: _, ...one } of meant.found) context.report(one);
  tell(context, first, {
    code: "family-read-otherwise",
    severity: "warning",
    message: "keepalived does not read this line as it is meant, and drops it; here it counts",
    help: "write addresses of one family, the destination first, and inet or inet6 last or not at all",
    texts: theirs.texts,
    exitCode: theirs.found.some((one) => one.keepalived?.exitCode === 2) ? 2 : 5,
  });
  return meant.answer;
}
