import type { Network, NextHop, PolicyRule, Route, RuleAction } from "../conf/model/route.ts";

/** A route in the words of its line, as far as they tell it from others: `10.0.0.0/8 via 192.0.2.1 dev eth0`. */
export function routeText(route: Route): string {
  const type = route.type === "unicast" ? "" : `${route.type} `;
  const hops = route.nextHops.map(nextHopText).join("");
  const rest = words({
    from: route.from === undefined ? undefined : networkText(route.from),
    via: route.via,
    or: route.alternativeGateway,
    dev: route.device,
    src: route.source,
    table: route.table,
    vrf: route.vrf,
    tos: route.tos,
    metric: route.metric,
  });
  return `${type}${networkText(route.destination)}${rest}${hops}`;
}

/** A rule likewise: `from 192.0.2.0/24 table 100 preference 100`. */
export function ruleText(rule: PolicyRule): string {
  const { mark, sourcePorts, destinationPorts, userIds } = rule;
  const range = (numbers: { readonly from: number; readonly to: number } | undefined) =>
    numbers === undefined ? undefined : `${numbers.from}-${numbers.to}`;
  const rest = words({
    from: rule.from === undefined ? "all" : networkText(rule.from),
    to: rule.to === undefined ? undefined : networkText(rule.to),
    tos: rule.tos,
    fwmark: mark === undefined ? undefined : `${mark.value}${mark.mask === undefined ? "" : `/${mark.mask}`}`,
    iif: rule.inputInterface,
    oif: rule.outputInterface,
    "tunnel-id": rule.tunnelId,
    uidrange: range(userIds),
    ipproto: rule.transport,
    sport: range(sourcePorts),
    dport: range(destinationPorts),
    realms: rule.realms,
  });
  const preference = rule.preference === undefined ? "" : ` preference ${rule.preference}`;
  const family = rule.family === 6 && rule.from === undefined && rule.to === undefined ? "inet6 " : "";
  return `${family}${rule.inverted ? "not " : ""}${rest.trimStart()} ${actionText(rule.action)}${preference}`;
}

function actionText(action: RuleAction): string {
  if (action.kind === "table") return `table ${action.table}`;
  return action.kind === "goto" ? `goto ${action.preference}` : action.kind;
}

function nextHopText({ via, device, weight }: NextHop): string {
  return ` nexthop${words({ via, dev: device, weight: weight === 1 ? undefined : weight })}`;
}

function networkText({ address, prefixLength }: Network): string {
  if (prefixLength === 0) return "default";
  return prefixLength === (address.includes(":") ? 128 : 32) ? address : `${address}/${prefixLength}`;
}

function words(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([word, value]) => (value === undefined ? [] : [` ${word} ${value}`]))
    .join("");
}
