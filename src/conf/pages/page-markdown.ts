import type { Page, PairPage, SinglePage } from "./page.ts";

/** The page of a rule as docs/rules/CODE.md holds it. */
export function pageMarkdown(page: Page): string {
  const example = page.kind === "pair" ? pairExample(page) : singleExample(page);
  return `# ${page.code}

**${page.severity}** - ${origin(page)}

${page.summary}

## Why

${page.reason}

## How to mend it

${sentence(page.mend)}

## Example

${example}
## To turn it off

${turnOff(page)}
`;
}

/** The index of all pages, docs/rules/README.md. */
export function indexMarkdown(pages: ReadonlyMap<string, Page>): string {
  const sorted = [...pages.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const table = (wanted: (page: Page) => boolean): string => {
    const rows = sorted
      .filter(wanted)
      .map(
        ({ code, severity, summary }) =>
          `| [${code}](${code}.md) | ${severity} | ${summary.replaceAll("|", "\\|")} |\n`,
      );
    return `| rule | severity | what it finds |\n| --- | --- | --- |\n${rows.join("")}`;
  };
  const single = (source: SinglePage["source"]) => (page: Page) =>
    page.kind === "single" && page.source === source;
  return `# The rules of \`locum lint\`

Generated from the rules; do not edit. \`locum lint --explain RULE\` prints a page, \`locum lint --list-rules\` this list.

An **error** will not do what it says, a **warning** is probably not what is meant, a **hint** could be said better.

A comment turns a rule off: \`# locum-disable-next-line RULE\` for the next line that says something,
\`# locum-disable-line RULE\` for its own line, \`# locum-disable RULE\` for the whole file. Several rules may be named,
with commas between them, and after \`--\` may stand why. What keeps a daemon from starting cannot be turned off.

## Mistakes that keepalived does not see

${table(single("rule"))}
## What keepalived finds too, and slips of the language

${table(single("language"))}
## Two directors that are to work together (\`--pair\`)

${table((page) => page.kind === "pair")}
## Comments that turn rules off

${table(single("comment"))}`;
}

function origin(page: Page): string {
  if (page.kind === "pair") return "found with `--pair`, between two files";
  if (page.source === "rule") return "a rule of locum; keepalived does not see it";
  if (page.source === "comment") return "about a comment of locum's own";
  return page.keepalived === false
    ? "found while reading; keepalived does not see it"
    : "keepalived finds it too";
}

function singleExample({ example }: SinglePage): string {
  const files = Object.entries(example.files ?? {}).map(
    ([name, text]) => `\`${name}\`:\n\n${fenced(text)}\n`,
  );
  const note = example.note === undefined ? "" : `${example.note}\n\n`;
  return `${files.join("")}${note}This gets the finding, on line ${example.line}:

${fenced(example.bad)}
This does not:

${fenced(example.good)}`;
}

function pairExample({ example }: PairPage): string {
  const { a, b, goodA, goodB } = example;
  const good = [
    ...(goodA === undefined ? [] : [`\`a.conf\`:\n\n${fenced(goodA)}`]),
    ...(goodB === undefined ? [] : [`\`b.conf\`:\n\n${fenced(goodB)}`]),
  ];
  return `These two get the finding, on line ${example.line} of \`${example.side}.conf\`. \`a.conf\`:

${fenced(a)}
\`b.conf\`:

${fenced(b)}
They do not with:

${good.join("\n")}`;
}

function fenced(text: string): string {
  return `\`\`\`\n${text.endsWith("\n") ? text : `${text}\n`}\`\`\`\n`;
}

function turnOff(page: Page): string {
  if (page.kind === "pair") return "Findings between two files cannot be turned off by a comment.";
  return `\`# locum-disable-next-line ${page.code}\` before the line, or \`# locum-disable ${page.code}\` for the whole file.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
