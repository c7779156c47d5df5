import { failed, ok, type Result } from "../../base/result.ts";

/** Flag names by bit, for the schedulers that give them a meaning. */
const ownNames: Readonly<Record<string, readonly string[]>> = {
  sh: ["sh-fallback", "sh-port"],
  mh: ["mh-fallback", "mh-port"],
};
const plainNames = ["flag-1", "flag-2", "flag-3"];

/**
 * Reads `-b`: `flag-1` to `flag-3` for any scheduler, the names of sh and mh for these alone. Gives the flags by the
 * names that listings use, in order of their bits. The error is ipvsadm's text.
 */
export function parseSchedulerFlags(
  text: string,
  { scheduler }: { readonly scheduler: string },
): Result<readonly string[], string> {
  const bits = new Set<number>();
  for (const word of text.split(",")) {
    const plain = plainNames.indexOf(word);
    const own = (ownNames[scheduler] ?? []).indexOf(word);
    if (plain >= 0) bits.add(plain);
    else if (own >= 0) bits.add(own);
    else if (Object.values(ownNames).some((names) => names.includes(word))) {
      return failed(`incompatible scheduler flag \`${word}'`);
    } else return failed(`invalid scheduler flag \`${word}'`);
  }
  const sorted = [...bits].sort((a, b) => a - b);
  return ok(sorted.map((bit) => ownNames[scheduler]?.[bit] ?? plainNames[bit] ?? ""));
}
