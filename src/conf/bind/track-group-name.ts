import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";

/** Looks up the group of a static entry, and tells when there is none. keepalived finds only those that stand before. */
export function checkTrackGroup(context: BindContext, word: Word): boolean {
  const { trackGroups } = context;
  const start = trackGroups?.get(word.text);
  if (trackGroups === undefined || (start !== undefined && start < word.start)) return true;
  const texts = [`track_group ${word.text} not found`];
  if (start !== undefined)
    tell(context, word, {
      code: "track-group-below",
      severity: "warning",
      message: `the track_group ${word.text} stands below, where keepalived does not find it; here it counts`,
      help: "move the track_group block up, before the static entries",
      texts,
    });
  else
    tell(context, word, {
      code: "unknown-track-group",
      severity: "error",
      message: `there is no track_group ${word.text}, so nobody minds when this is lost`,
      help: `write track_group ${word.text} { group { INSTANCE } } before it`,
      texts,
    });
  return start !== undefined;
}
