import type { Page } from "../../conf/pages/page.ts";
import { pageMarkdown } from "../../conf/pages/page-markdown.ts";

/** What `--list-rules` prints: one line for each rule, in the order of their names. */
export function ruleList(pages: ReadonlyMap<string, Page>): string {
  const codes = [...pages.keys()].sort();
  const width = Math.max(...codes.map((code) => code.length));
  return codes
    .map((code) => {
      const page = pages.get(code);
      return page ? `${code.padEnd(width)}  ${page.severity.padEnd(7)}  ${page.summary}\n` : "";
    })
    .join("");
}

/** What `--explain RULE` prints: the page of the rule. */
export function ruleExplanation(page: Page): string {
  return pageMarkdown(page);
}
