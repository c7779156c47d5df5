import { familyOf } from "../../base/ip-address.ts";
import type { ScriptCommand } from "../../conf/model/global-definitions.ts";
import type { Network, PolicyRule, Route, RuleAction } from "../../conf/model/route.ts";
import type { VirtualAddress } from "../../conf/model/vrrp-instance.ts";

/** Routing protocol number of keepalived's routes and rules. */
const PROTOCOL = "18";

/** `192.0.2.1/24 brd 192.0.2.255 dev eth0 scope global label eth0:1 set`, as keepalived's dumps write an address. */
export function addressEntryText(
  virtual: VirtualAddress,
  { interface: name, isSet }: { readonly interface: string; readonly isSet: boolean },
): string {
  const { address, prefixLength, broadcast, device, scope, label } = virtual;
  const single = familyOf(address) === 6 ? 128 : 32;
  const words = [prefixLength === single ? address : `${address}/${prefixLength}`];
  if (broadcast !== undefined) words.push("brd", broadcast);
  words.push("dev", device ?? name, "scope", String(scope ?? "global"));
  if (label !== undefined) words.push("label", label);
  if (single === 128) words.push(prefixLength === 128 ? "deprecated" : "preferred_lft forever");
  if (isSet) words.push("set");
  return words.join(" ");
}

/** `prepend 198.51.100.0/24 via inet 192.0.2.254 dev eth0 proto 18`. */
export function routeEntryText(route: Route): string {
  const words: string[] = [route.placement];
  if (route.type !== "unicast") words.push(route.type);
  words.push(networkText(route.destination));
  if (route.from !== undefined) words.push("from", networkText(route.from));
  if (route.via !== undefined) words.push("via", familyOf(route.via) === 6 ? "inet6" : "inet", route.via);
  if (route.device !== undefined) words.push("dev", route.device);
  if (route.source !== undefined) words.push("src", route.source);
  if (route.table !== undefined) words.push("table", route.table);
  words.push("proto", route.protocol ?? PROTOCOL);
  if (route.metric !== undefined) words.push("metric", String(route.metric));
  return words.join(" ");
}

/** `from 192.0.2.0/24 priority 100 tos 0x0 protocol 18 lookup 5`. */
export function ruleEntryText(rule: PolicyRule): string {
  const words: string[] = [];
  if (rule.from !== undefined) words.push("from", networkText(rule.from));
  if (rule.to !== undefined) words.push("to", networkText(rule.to));
  if (rule.preference !== undefined) words.push("priority", String(rule.preference));
  words.push("tos", `0x${(rule.tos ?? 0).toString(16)}`);
  words.push("protocol", PROTOCOL);
  words.push(...actionWords(rule.action));
  return words.join(" ");
}

/** `'/usr/bin/notify' 'argument'`. */
export function scriptEntryText({ argv }: ScriptCommand): string {
  return argv.map((word) => `'${word}'`).join(" ");
}

function networkText({ address, prefixLength }: Network): string {
  if (prefixLength === 0) return "default";
  return prefixLength === (familyOf(address) === 6 ? 128 : 32) ? address : `${address}/${prefixLength}`;
}

function actionWords(action: RuleAction): readonly string[] {
  if (action.kind === "table") return ["lookup", action.table];
  return action.kind === "goto" ? ["goto", String(action.preference)] : [action.kind];
}
