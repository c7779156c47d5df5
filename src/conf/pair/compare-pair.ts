import type { Diagnostic } from "../diagnostic.ts";
import type { Subject, WrittenInstance } from "../rules/subject.ts";
import { everyPairRule } from "./every-pair-rule.ts";
import type { Pair, RouterPair, Side, SidePlace } from "./pair-rule.ts";

/** Tells what keeps two directors from standing in for each other. */
export function comparePair(sides: { readonly a: Subject; readonly b: Subject }): readonly Diagnostic[] {
  const pair = pairOf(sides);
  const found: Diagnostic[] = [];
  const spanOf = ({ side, place }: SidePlace) => pair[side].spanOf(place);
  for (const rule of everyPairRule) {
    rule.check(pair, (at, { message, help = rule.mend, severity = rule.severity, other }) => {
      found.push({
        code: rule.code,
        severity,
        message,
        help,
        span: spanOf(at),
        related: other ? [{ message: other.message, span: spanOf(other) }] : [],
      });
    });
  }
  return found;
}

/**
 * Finds the instances that belong together: the same virtual router id in the same family (and the same name, where
 * several have it), and of the rest those with the same name or a virtual address in common.
 */
function pairOf(sides: { readonly a: Subject; readonly b: Subject }): Pair {
  const routers: RouterPair[] = [];
  const rest = new Set(sides.b.instances);
  const alone: { readonly side: Side; readonly written: WrittenInstance }[] = [];
  const index = {
    byId: groupedBy(sides.b.instances, ({ instance }) => [idOf(instance)]),
    byName: groupedBy(sides.b.instances, ({ instance }) => [instance.name]),
    byAddress: groupedBy(sides.b.instances, ({ instance }) =>
      instance.virtualAddresses.map(({ address }) => address),
    ),
  };
  const take = (a: WrittenInstance, candidates: readonly WrittenInstance[]): boolean => {
    const free = candidates.filter((each) => rest.has(each));
    const b = free.find((each) => each.instance.name === a.instance.name) ?? free[0];
    if (!b) return false;
    rest.delete(b);
    routers.push({ a, b });
    return true;
  };
  const unmatched = sides.a.instances.filter((a) => !take(a, index.byId.get(idOf(a.instance)) ?? []));
  for (const a of unmatched) {
    const named = index.byName.get(a.instance.name) ?? [];
    const shared = a.instance.virtualAddresses.flatMap(({ address }) => index.byAddress.get(address) ?? []);
    if (!take(a, named) && !take(a, shared)) alone.push({ side: "a", written: a });
  }
  for (const b of rest) alone.push({ side: "b", written: b });
  return { ...sides, routers, alone };
}

function idOf(instance: { readonly virtualRouterId: number; readonly family: number }): string {
  return `${instance.virtualRouterId} ${instance.family}`;
}

function groupedBy(
  all: readonly WrittenInstance[],
  keysOf: (each: WrittenInstance) => readonly string[],
): ReadonlyMap<string, readonly WrittenInstance[]> {
  const groups = new Map<string, WrittenInstance[]>();
  for (const each of all) {
    for (const key of keysOf(each)) {
      const known = groups.get(key);
      if (known) known.push(each);
      else groups.set(key, [each]);
    }
  }
  return groups;
}
