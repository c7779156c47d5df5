import type { Keyword } from "./keyword.ts";

/** What a keyword of several checkers is in all of them. */
type SharedKeyword = Omit<Keyword, "since" | "effect">;

/** Where a check goes, where it comes from, and when and how often it is made. */
const shared = [
  {
    name: "connect_ip",
    value: { kind: "address" },
    needs: 1,
    syntax: "IP",
    default: "RS address",
    in227: true,
    meaning: "Address that the check goes to",
  },
  {
    name: "connect_port",
    value: { kind: "integer", min: 1, max: 65535 },
    needs: 1,
    syntax: "uint 1..65535",
    default: "RS port",
    in227: true,
    meaning: "Port that the check goes to",
  },
  {
    name: "bindto",
    value: { kind: "address" },
    needs: 1,
    syntax: "IP",
    default: "any",
    in227: true,
    meaning: "Address that the check comes from",
  },
  {
    name: "bind_port",
    value: { kind: "integer", min: 1, max: 65535 },
    needs: 1,
    syntax: "uint 1..65535",
    default: "any",
    in227: true,
    meaning: "Port that the check comes from",
  },
  {
    name: "bind_if",
    value: { kind: "interface" },
    needs: 1,
    syntax: "IF",
    default: "none",
    in227: true,
    meaning: "Interface by which the check leaves",
  },
  {
    name: "connect_timeout",
    value: { kind: "decimal", min: 1e-6, max: 4294.967295, unit: "seconds", places: 6 },
    needs: 1,
    syntax: "decimal seconds >0..4294.967295",
    default: "RS/VS/5",
    in227: true,
    meaning: "Time limit of the check",
  },
  {
    name: "fwmark",
    value: { kind: "integer", min: 0, max: 4294967295 },
    needs: 1,
    syntax: "uint32",
    default: "0",
    in227: true,
    meaning: "Firewall mark on the packets of the check",
  },
  {
    name: "retry",
    value: { kind: "integer", min: 0, max: 4294967295 },
    needs: 1,
    syntax: "uint ≥0",
    default: "RS/VS/1 (MISC 0, DNS 3)",
    in227: true,
    meaning: "Further tries before a failure counts",
  },
  {
    name: "delay_before_retry",
    value: { kind: "decimal", min: 0, max: 18446744073709.55, unit: "seconds", places: 6 },
    needs: 1,
    syntax: "decimal seconds ≥0",
    default: "RS/VS/1 (HTTP,SSL 3; DNS delay_loop)",
    in227: true,
    meaning: "Pause before each of those tries",
  },
  {
    name: "warmup",
    value: { kind: "decimal", min: 0, max: 18446744073709.55, unit: "seconds", places: 6 },
    needs: 1,
    syntax: "decimal seconds ≥0",
    default: "delay_loop",
    in227: true,
    meaning: "The first check starts after a random part of this",
  },
  {
    name: "delay_loop",
    value: { kind: "decimal", min: 1e-6, max: 18446744073709.55, unit: "seconds", places: 6 },
    needs: 1,
    syntax: "decimal seconds >0",
    default: "RS/VS/60",
    in227: true,
    meaning: "Time from one check to the next",
  },
  {
    name: "alpha",
    value: { kind: "boolean" },
    needs: 0,
    syntax: "[BOOL]",
    default: "RS/VS/off",
    in227: true,
    meaning: "Counts as failed until its first success",
  },
  {
    name: "log_all_failures",
    value: { kind: "boolean" },
    needs: 0,
    syntax: "[BOOL]",
    default: "global checker_log_all_failures",
    in227: true,
    meaning: "Logs each failed try",
  },
] as const satisfies readonly SharedKeyword[];

/** The name of a keyword that several checkers have. */
export type CheckerKeywordName = (typeof shared)[number]["name"];

/**
 * The keywords that a checker has in common with others, always in the same order: all of them where `since` is one release
 * of keepalived; otherwise those that it names, under the release that brought them to this checker. Nothing acts yet on
 * those of `accepted`.
 */
export function checkerKeywords(checker: {
  readonly since: string | Readonly<Record<string, readonly CheckerKeywordName[]>>;
  readonly accepted: readonly CheckerKeywordName[] | "all";
}): readonly Keyword[] {
  return shared.flatMap((keyword) => {
    const since = releaseOf(keyword.name, checker.since);
    if (since === undefined) return [];
    const isAccepted = checker.accepted === "all" || checker.accepted.includes(keyword.name);
    return [{ ...keyword, since, effect: isAccepted ? "accepted" : "works" }];
  });
}

function releaseOf(
  name: CheckerKeywordName,
  since: Parameters<typeof checkerKeywords>[0]["since"],
): string | undefined {
  if (typeof since === "string") return since;
  return Object.keys(since).find((release) => since[release]?.includes(name));
}
