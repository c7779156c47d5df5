import { keywordsOf } from "../../grammar/vocabulary.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, tell } from "./context.ts";
import { readBlock, type Settings } from "./settings.ts";

/** Reads a root block that this version does not act on, so that mistakes in it are told all the same. */
export function checkOther(
  outer: BindContext,
  from: { readonly name: string; readonly directive: Directive },
): void {
  const { name, directive } = from;
  if (!keywordsOf(name)) return;
  const context = { ...outer, owner: directive.words[1]?.text ?? "" };
  const settings = checkNested(context, { directive, path: name });
  const needed = NEEDED[name];
  if (!needed || needed.keywords.some((keyword) => settings.has(keyword))) return;
  tell(context, closeOf(directive), {
    code: "missing-keyword",
    severity: "error",
    message: `the ${name} ${context.owner} says no ${needed.keywords[0]}, so it is left out`,
    help: `add ${needed.keywords[0]}`,
    texts: [needed.text.replaceAll("%o", context.owner)],
  });
}

/** What a block cannot be without, and what keepalived says when it is missing. */
const NEEDED: Readonly<Record<string, { readonly keywords: readonly string[]; readonly text: string }>> = {
  bfd_instance: {
    keywords: ["neighbor_ip", "neighbour_ip"],
    text: "Configuration error: BFD instance %o has no neighbor address set, disabling instance",
  },
  track_file: { keywords: ["file"], text: "No file set for track_file %o - ignoring" },
  vrrp_track_file: { keywords: ["file"], text: "No file set for track_file %o - ignoring" },
  vrrp_track_process: { keywords: ["process"], text: "track process '%o' process name not specified" },
};

function checkNested(
  context: BindContext,
  from: { readonly directive: Directive; readonly path: string },
): Settings {
  const { directive, path } = from;
  for (const inner of directive.block?.directives ?? []) {
    const keyword = keywordsOf(path)?.get(inner.words[0]?.text ?? "");
    if (keyword?.value.kind === "block")
      checkNested(context, { directive: inner, path: keyword.value.block });
  }
  return readBlock(context, { block: directive.block, path });
}
