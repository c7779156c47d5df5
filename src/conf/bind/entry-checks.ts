import { parseIpAddress } from "../../base/ip-address.ts";
import type { Word } from "../tree.ts";
import { type BindContext, closeOf, sourceLine, tell } from "./context.ts";
import { readEndpoint } from "./endpoint.ts";
import { missingWord } from "./missing-word.ts";
import { entriesOf, type Setting } from "./setting.ts";

/**
 * Checks of the lines of lists that this version reads but does not act on, so that `locum lint` finds in them what
 * keepalived finds. Binding them comes later and takes these places.
 */
export function checkEntries(context: BindContext, setting: Setting): void {
  switch (setting.keyword.name) {
    case "virtual_server_group":
      checkGroup(context, setting);
      return;
    case "notification_email":
      if (entriesOf(setting).length === 0) tellNoEmail(context, setting);
      return;
  }
}

function tellMissingWord(context: BindContext, words: readonly Word[]): void {
  const last = words[words.length - 1];
  if (last) tell(context, last, missingWord(words));
}

function checkGroup(context: BindContext, setting: Setting): void {
  const name = setting.words[0]?.text ?? "";
  const good = entriesOf(setting).filter((words) => isGroupEntry({ ...context, owner: name }, words));
  if (good.length > 0 || !setting.directive.block) return;
  const [keyword] = setting.directive.words;
  tell(context, keyword ?? closeOf(setting.directive), {
    code: "empty-group",
    severity: "error",
    message: `the virtual_server_group ${name} has no entries, so it is removed`,
    help: "add lines such as 192.0.2.1 80",
    texts: [`virtual server group ${name} has no entries - removing`],
    line: sourceLine(context, closeOf(setting.directive)).line,
  });
}

/** keepalived takes words that are no address for one without telling which part is wrong. */
function isGroupEntry(context: BindContext, words: readonly Word[]): boolean {
  const [first, second, family] = words;
  if (!first) return true;
  if (first.text === "fwmark" && /^\d+$/.test(second?.text ?? "")) {
    if (!family || family.text === "inet" || family.text === "inet6") return true;
    tell(context, family, {
      code: "bad-group-entry",
      severity: "error",
      message: `'${family.text}' after the mark is no address family, so the entry is left out`,
      help: "write fwmark N, fwmark N inet or fwmark N inet6",
      texts: [`(${context.owner}): fwmark '${second?.text}' family ${family.text} unknown - ignoring`],
    });
    return false;
  }
  if (first.text === "fwmark" && !second) {
    tellMissingWord(context, words);
    return false;
  }
  const host = first.text.replace(/[-/][0-9a-fA-F.:]+$/, "");
  const port = readEndpoint([{ ...first, text: host }, ...(second ? [second] : [])]);
  if (!("message" in port) && parseIpAddress(host).ok) return true;
  const shown = `${first.text} ${second ? `/port/${second.text}` : ""}`;
  tell(context, first, {
    code: "bad-group-entry",
    severity: "error",
    message: `'${words.map((word) => word.text).join(" ")}' is not an entry of a virtual_server_group; it is left out`,
    help: "write ADDRESS [PORT], ADDRESS-LAST [PORT] or fwmark N, one per line; other keywords belong into virtual_server",
    texts: [
      ...("message" in port ? port.texts : []),
      `Invalid virtual server group IP address ${shown} - skipping`,
    ],
  });
  return false;
}

function tellNoEmail(context: BindContext, setting: Setting): void {
  const [word] = setting.directive.words;
  if (!word) return;
  tell(context, word, {
    code: "empty-notification-email",
    severity: "warning",
    message: "notification_email lists nobody, so no mail can be sent",
    help: "add an address, or remove the block",
    texts: ["Warning - empty notification_email block"],
    line: sourceLine(context, closeOf(setting.directive)).line,
  });
}
