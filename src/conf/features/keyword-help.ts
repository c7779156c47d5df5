import type { EntryToken, Keyword, ValueShape } from "../../grammar/keyword.ts";

/** What is known of a keyword, as Markdown: its form, meaning, values, default, age, and what locum does with it. */
export function keywordHelp(keyword: Keyword, path: string): string {
  const { name, syntax, meaning } = keyword;
  const rows = [
    row("Where", path === "" ? "at the top level" : `in \`${path}\``),
    row("Values", valuesOf(keyword.value)),
    row("Default", keyword.default === "" ? undefined : plain(keyword.default)),
    row("Since", sinceOf(keyword)),
    row("Note", noteOf(keyword)),
    row("locum", effectText(keyword)),
  ];
  return [code(`${name} ${syntax}`.trim()), `${plain(meaning)}.`, rows.filter(Boolean).join("\n")].join(
    "\n\n",
  );
}

function effectText({ effect }: Keyword): string {
  if (effect === "works") return "acts on it";
  if (effect === "accepted") return "reads and checks it, but does not act on it";
  return effect.kind === "refused" ? `refuses it: ${effect.why}` : `does not act on it: ${effect.why}`;
}

/** What is known of a word inside an entry, as Markdown. */
export function tokenHelp(token: EntryToken, list: string): string {
  const { name, syntax, meaning, status } = token;
  const rows = [
    row("Where", `in the entries of \`${list}\``),
    row("Default", token.default === "" ? undefined : plain(token.default)),
    row("Note", status ? statusText(status) : undefined),
  ];
  return [code(`${name} ${syntax}`.trim()), `${plain(meaning)}.`, rows.filter(Boolean).join("\n")].join(
    "\n\n",
  );
}

function code(text: string): string {
  return `\`\`\`keepalived\n${text}\n\`\`\``;
}

function row(name: string, text: string | undefined): string {
  return text === undefined ? "" : `- **${name}**: ${text}`;
}

/** Text in which nothing is taken for Markdown. */
function plain(text: string): string {
  return text.replace(/[\\*_<>[\]]/g, "\\$&");
}

/** What may follow, in words; undefined where the form says it all. */
export function valuesOf(shape: ValueShape): string | undefined {
  switch (shape.kind) {
    case "boolean":
      return "`true`, `on`, `yes` or `false`, `off`, `no`; nothing means true";
    case "integer":
      return `a whole number from ${shape.min} to ${shape.max}${shape.unit ? ` (${shape.unit})` : ""}`;
    case "decimal":
      return `a number from ${shape.min} to ${shape.max} (${shape.unit}, ${shape.places} decimal places)`;
    case "enum":
      return `${shape.words.map((word) => `\`${word}\``).join(", ")}${shape.anyCase ? ", in any case" : ""}`;
    case "address":
      return "an IPv4 or IPv6 address";
    case "endpoint":
      return "an address and, if wanted, a port";
    case "interface":
      return "the name of a network interface";
    case "command":
      return "a command with its arguments";
    case "none":
    case "word":
    case "words":
    case "entries":
    case "block":
      return undefined;
  }
}

function sinceOf(keyword: Keyword): string | undefined {
  if (keyword.status?.kind === "own") return undefined;
  const newer = keyword.in227 ? "" : "not in keepalived 2.2.7";
  if (keyword.since === "") return newer || undefined;
  return `keepalived ${keyword.since}${newer && `, ${newer}`}`;
}

function noteOf(keyword: Keyword): string | undefined {
  return keyword.status ? statusText(keyword.status) : undefined;
}

function statusText(status: NonNullable<Keyword["status"]>): string {
  switch (status.kind) {
    case "deprecated":
      return status.use === "" ? "deprecated" : `deprecated; use ${plain(status.use)}`;
    case "alias":
      return `another name for \`${status.of}\``;
    case "no-effect":
      return "keepalived reads it without any effect";
    case "own":
      return "locum's own; keepalived ignores it as an unknown keyword";
  }
}
