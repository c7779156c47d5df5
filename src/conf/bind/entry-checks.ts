import { parseIpAddress } from "../../base/ip-address.ts";
import { routeTokens } from "../../grammar/route-tokens.ts";
import { ruleTokens } from "../../grammar/rule-tokens.ts";
import type { Word } from "../tree.ts";
import { parsePrefix } from "./address-line.ts";
import { type BindContext, closeOf, sourceLine, tell } from "./context.ts";
import { readEndpoint } from "./endpoint.ts";
import { entriesOf, type Setting } from "./setting.ts";

/**
 * Checks of the lines of lists that this version reads but does not act on, so that `locum lint` finds in them what
 * keepalived finds. Binding them comes later and takes these places.
 */
export function checkEntries(context: BindContext, setting: Setting): void {
  switch (setting.keyword.name) {
    case "virtual_routes":
    case "static_routes":
      for (const words of entriesOf(setting)) checkRoute(context, words);
      return;
    case "virtual_rules":
    case "static_rules":
      checkRules(context, entriesOf(setting));
      return;
    case "virtual_server_group":
      checkGroup(context, setting);
      return;
    case "notification_email":
      if (entriesOf(setting).length === 0) tellNoEmail(context, setting);
      return;
  }
}

/** `group` came after 2.2.7. */
const ROUTE_WORDS = new Set(routeTokens.tokens.map((token) => token.name).filter((name) => name !== "group"));
const ROUTE_TYPES = new Set(
  "unicast local nat broadcast brd anycast multicast throw unreachable prohibit blackhole xresolve".split(
    " ",
  ),
);
const ROUTE_FLAGS = new Set(["inet", "inet6", "onlink", "add", "prepend", "append", "no_track"]);

function tellNoDestination(context: BindContext, first: Word): void {
  tell(context, first, {
    code: "route-without-destination",
    severity: "error",
    message: "the route leads nowhere, so it is dropped",
    help: "write for example: 10.0.0.0/8 via 192.0.2.1 dev eth0",
    texts: ["Route must have a destination"],
  });
}

/** A type by its name, or by its number in the kernel. */
function isRouteType(text: string): boolean {
  return ROUTE_TYPES.has(text) || (/^\d{1,3}$/.test(text) && Number(text) <= 255);
}

function checkRoute(context: BindContext, words: readonly Word[]): void {
  let destination: string | undefined;
  const seen = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word;
    if (seen.has("nexthop") || seen.has("encap") || ROUTE_TYPES.has(word.text) || word.text === "to")
      continue;
    if (ROUTE_FLAGS.has(word.text)) {
      seen.add(word.text);
    } else if (ROUTE_WORDS.has(word.text) && word.text !== "DST" && word.text !== "TYPE") {
      tellOldRouteWord(context, word);
      seen.add(word.text);
      at += ["lock", "inet", "inet6", "to"].includes(words[at + 1]?.text ?? "") ? 2 : 1;
      if (at >= words.length) {
        tellMissingWord(context, words);
        return;
      }
    } else if (destination === undefined && readDestination(word.text) !== undefined) {
      destination = readDestination(word.text);
    } else {
      tell(context, word, {
        code: "unknown-route-word",
        severity: "error",
        message: `'${word.text}' is neither a destination nor a word of a route, so the route is dropped`,
        help: "write for example: 10.0.0.0/8 via 192.0.2.1 dev eth0",
        texts: [`VRRP parsed invalid IP ${word.text}. skipping IP...`, `unknown route keyword ${word.text}`],
      });
      return;
    }
  }
  const [first] = words;
  if (destination === undefined && first) {
    if (words.length === 1 && isRouteType(first.text)) tellMissingWord(context, words);
    else tellNoDestination(context, first);
    return;
  }
  const tracked = !["dev", "oif", "no_track", "table", "nexthop"].some((word) => seen.has(word));
  if (destination === undefined || !first || !tracked) return;
  tell(context, first, {
    code: "route-without-interface",
    severity: "warning",
    message: `the route to ${destination} names no interface, so nobody notices when it disappears`,
    help: "add dev NAME, or no_track to say that this is meant",
    texts: [`Warning - cannot track route ${destination} with no interface specified, not tracking`],
  });
}

/** A destination as keepalived prints it. */
function readDestination(text: string): string | undefined {
  if (["default", "any", "all", "default6"].includes(text)) return text === "default6" ? "::/0" : "0.0.0.0/0";
  const prefix = parsePrefix(text);
  if (!prefix) return undefined;
  return `${prefix.address}/${prefix.length ?? (prefix.address.includes(":") ? 128 : 32)}`;
}

function tellOldRouteWord(context: BindContext, word: Word): void {
  const better = word.text === "gw" ? "via" : word.text === "or" ? "nexthop" : undefined;
  if (!better) return;
  tell(context, word, {
    code: "deprecated",
    severity: "warning",
    message: `${word.text} in a route is out of date; it still works`,
    help: `use ${better}`,
    texts: [`"${word.text}" for routes is deprecated. Please use "${better}"`],
  });
}

const RULE_WORDS = new Set(ruleTokens.tokens.map((token) => token.name));
const RULE_FLAGS = new Set([
  "inet",
  "inet6",
  "not",
  "l3mdev",
  "type",
  "nop",
  "blackhole",
  "unreachable",
  "prohibit",
  "no_track",
]);

function checkRules(context: BindContext, lines: readonly (readonly Word[])[]): void {
  for (const words of lines) {
    let preference = false;
    let refused = false;
    for (let at = 0; at < words.length && !refused; at++) {
      const word = words[at] as Word;
      if (["preference", "order", "priority"].includes(word.text)) preference = true;
      if (RULE_FLAGS.has(word.text)) continue;
      if (RULE_WORDS.has(word.text) && at + 1 === words.length) {
        tellMissingWord(context, words);
        refused = true;
      } else if (RULE_WORDS.has(word.text)) refused = checkRuleValue(context, word, words[++at]);
      else refused = tellRuleWord(context, word);
    }
    const [first] = words;
    if (refused || preference || !first) continue;
    tell(context, first, {
      code: "rule-without-preference",
      severity: "warning",
      message: "this rule has no preference, so one is made up, which may not put it where you want it",
      help: "add preference N",
      texts: ["Rule has no preference specified - setting to 16384. This is probably not what you want."],
    });
  }
}

/** keepalived ends on the spot where a word wants another after it and the line is over. */
function tellMissingWord(context: BindContext, words: readonly Word[]): void {
  const [first] = words;
  const last = words[words.length - 1];
  if (!first || !last) return;
  tell(context, last, {
    code: "missing-value",
    severity: "error",
    message: `a word is missing after ${last.text}`,
    help: "complete the line, or remove it; keepalived stops here and reads nothing further",
    fatal: 2,
    texts: [
      `*** Configuration line starting \`${first.text}\` is missing a parameter after keyword \`${last.text}\` at word position ${words.length + 1}`,
    ],
    exitCode: 2,
  });
}

function checkRuleValue(context: BindContext, word: Word, value: Word | undefined): boolean {
  if (word.text !== "from" && word.text !== "to") return false;
  if (value && (["any", "all", "default"].includes(value.text) || parsePrefix(value.text))) return false;
  tell(context, value ?? word, {
    code: "bad-address",
    severity: "error",
    message: `'${value?.text ?? ""}' after ${word.text} is not an address, so the rule is dropped`,
    help: `write ${word.text} ADDRESS/LENGTH`,
    texts: [
      `VRRP parsed invalid IP ${value?.text ?? ""}. skipping IP...`,
      `Invalid rule ${word.text} address ${value?.text ?? ""}`,
    ],
  });
  return true;
}

function tellRuleWord(context: BindContext, word: Word): true {
  tell(context, word, {
    code: "unknown-rule-word",
    severity: "error",
    message: `'${word.text}' is not a word of a rule, so the rule is dropped`,
    help: "write for example: from 192.0.2.0/24 table 100 preference 100",
    texts: [`Unknown rule option ${word.text}`],
  });
  return true;
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
