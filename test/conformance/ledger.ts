import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Requirement, requirements } from "./requirements.ts";

/** A rule with what proves it. */
export interface LedgerRow extends Requirement {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

/** What the ledger is, and what is wrong with it. */
export interface Ledger {
  readonly rows: readonly LedgerRow[];
  readonly faults: readonly string[];
}

/** A rule's id, wherever it stands. */
const ID = /\b(?:TX|RX|TM|ST|B)-\d+\b/g;
const idsIn = (title: string): readonly string[] => title.match(ID) ?? [];
/** A title with one of these words is of the negative side of each rule that it names, any other of the positive one. */
const NEGATIVE = /\b(?:refuse[sd]?|never|ignores?)\b/;

/** Reads the titles below `folder` (the repository's `test`) and holds them against the requirements. */
export function readLedger(folder: string): Ledger {
  return ledger(titlesBelow(folder), requirements);
}

/** The same from titles at hand. */
export function ledger(titles: readonly string[], rules: readonly Requirement[]): Ledger {
  const rows = rules.map((rule): LedgerRow => {
    const naming = titles.filter((title) => idsIn(title).includes(rule.id));
    return {
      ...rule,
      positive: naming.filter((title) => !NEGATIVE.test(title)),
      negative: naming.filter((title) => NEGATIVE.test(title)),
    };
  });
  const known = new Set(rules.map(({ id }) => id));
  const strange = titles.flatMap((title) =>
    idsIn(title)
      .filter((id) => !known.has(id))
      .map((id) => `${id}: no such rule, in "${title}"`),
  );
  return { rows, faults: [...strange, ...rows.flatMap(faultsOf)] };
}

function faultsOf(row: LedgerRow): readonly string[] {
  return (["positive", "negative"] as const).flatMap((side) => {
    const proven = row[side].length > 0;
    const reason = row.withoutTest?.[side];
    if (proven && reason !== undefined)
      return [`${row.id}: there is a ${side} test, "${row[side][0]}", and a reason why there is none`];
    if (proven || reason !== undefined || row.level !== "MUST") return [];
    return [`${row.id}: neither a ${side} test nor a reason why there is none (${row.rule})`];
  });
}

/** What stands in quotes and names a rule: titles of tests. The comment of a scenario is its title. */
function titlesBelow(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return files.flatMap((path) => {
    const scenario = path.startsWith("scenario/") && path.endsWith(".txt");
    if (!scenario && !path.endsWith(".test.ts")) return [];
    if (path.startsWith("conformance/")) return [];
    const text = readFileSync(join(folder, path), "utf8");
    const strings = scenario ? [comment(text)] : quoted(text);
    return strings.filter((title) => idsIn(title).length > 0);
  });
}

function comment(text: string): string {
  return (text.match(/^#.*$/gm) ?? []).map((line) => line.slice(1).trim()).join(" ");
}

function quoted(text: string): readonly string[] {
  return (text.match(/"[^"\n]*"|`[^`]*`/g) ?? []).map((title) => title.slice(1, -1).replaceAll(/\s+/g, " "));
}
