import { ebnf } from "./ebnf.ts";
import { keywordsPage } from "./keywords-page.ts";
import { manPage } from "./man-page.ts";
import { textMateGrammar } from "./textmate-grammar.ts";

/** A file of the repository that is made from the vocabulary; `path` counts from the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Every such file as it has to be. `version` is that of locum. */
export function generatedFiles(version: string): readonly GeneratedFile[] {
  return [
    { path: "docs/keywords.md", text: keywordsPage() },
    { path: "docs/keepalived.conf.ebnf", text: ebnf() },
    { path: "packaging/man/keepalived.conf.5", text: manPage(version) },
    {
      path: "packaging/vscode/syntaxes/keepalived.tmLanguage.json",
      text: `${JSON.stringify(textMateGrammar(), null, 2)}\n`,
    },
  ];
}
