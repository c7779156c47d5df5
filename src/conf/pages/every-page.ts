import { everyPairRule } from "../pair/every-pair-rule.ts";
import { everyRule } from "../rules/every-rule.ts";
import { commentPages } from "./comment-pages.ts";
import { entryPages } from "./entry-pages.ts";
import { globalPages } from "./global-pages.ts";
import { groupPages } from "./group-pages.ts";
import { hmacPages } from "./hmac-pages.ts";
import { instancePages } from "./instance-pages.ts";
import type { Page } from "./page.ts";
import { readingPages } from "./reading-pages.ts";
import { scriptPages } from "./script-pages.ts";
import { servicePages } from "./service-pages.ts";

/** The page of every finding there is, by its code. */
export function everyPage(): ReadonlyMap<string, Page> {
  const language = [
    readingPages,
    globalPages,
    entryPages,
    instancePages,
    hmacPages,
    groupPages,
    scriptPages,
    servicePages,
  ].flat();
  return new Map<string, Page>([
    ...language.map((page) => [page.code, { ...page, kind: "single", source: "language" }] as const),
    ...everyRule.map(
      ({ check: _, ...page }) => [page.code, { ...page, kind: "single", source: "rule" }] as const,
    ),
    ...commentPages.map((page) => [page.code, { ...page, kind: "single", source: "comment" }] as const),
    ...everyPairRule.map(({ check: _, ...page }) => [page.code, { ...page, kind: "pair" }] as const),
  ]);
}
