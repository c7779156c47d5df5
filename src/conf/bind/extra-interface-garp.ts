import { seconds } from "../../base/time.ts";
import type { ExtraInterfaceGarp } from "../model/global-definitions.ts";
import { placeOf, tell } from "./context.ts";
import type { FieldSource } from "./fields.ts";

/** Longest time between two such packets, in seconds: a day. */
const LONGEST = 86_400;

/** `[all] SECONDS` of `garp_extra_if` and its global sister, under any of their names; 0 switches it off. */
export function bindExtraInterfaceGarp(
  { settings, context }: FieldSource,
  names: readonly string[],
): ExtraInterfaceGarp | undefined {
  const setting = settings.lastOf(...names);
  if (!setting) return undefined;
  const all = setting.words[0]?.text === "all";
  // keepalived reads the second word whenever there is one.
  const word = setting.words[all ? 1 : setting.words.length > 1 ? 1 : 0];
  const least = setting.keyword.name.startsWith("vrrp_") ? 1 : 0;
  const value = Number(word?.text);
  if (word && /^\+?\d+$/.test(word.text) && value >= least && value <= LONGEST)
    return { all, interval: seconds(value) };
  const owner = context.owner === "" ? "" : `(${context.owner}): `;
  tell(context, word ?? placeOf(setting.directive), {
    code: "bad-garp-extra-if",
    severity: "error",
    message: `${setting.keyword.name} is '${word?.text ?? ""}', but it must be a number of seconds from ${least} to ${LONGEST}, so it has no effect`,
    help: `write ${setting.keyword.name} SECONDS, or ${setting.keyword.name} all SECONDS`,
    texts: [
      word
        ? `${owner}Invalid ${setting.keyword.name} '${word.text}'`
        : `${owner}${setting.keyword.name} specified without time - ignoring`,
    ],
  });
  return undefined;
}
