import { type AddressFamily, ipAddressBytes } from "../../base/ip-address.ts";
import { failed, ok, type Result } from "../../base/result.ts";
import type { PolicyRule, RuleAction } from "../../conf/model/route.ts";
import { type Attribute, attributeNumber, decodeAttributes } from "./attributes.ts";
import { bigEndian64 } from "./encapsulation.ts";
import type { NetlinkMessage } from "./message.ts";
import { OWN_PROTOCOL, readRealms, unknownRealms } from "./route.ts";
import type { RouteNames } from "./route-names.ts";

/** rtnetlink message types about policy rules. */
export const ruleMessages = { new: 32, delete: 33, get: 34 } as const;

/** struct fib_rule_hdr and the attributes behind it. */
export interface EncodedRule {
  readonly header: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** What a rule's text leaves open: numbers for names. */
export interface RuleLookups {
  readonly names: RouteNames;
  /** The number of an IP protocol such as "tcp". */
  transport(name: string): number | undefined;
}

const headerLength = 12; // struct fib_rule_hdr
const families = { 4: 2, 6: 10 } as const;
const attributes = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  goto: 4,
  priority: 6,
  mark: 10,
  flow: 11,
  tunnelId: 12,
  suppressInterfaceGroup: 13,
  suppressPrefixLength: 14,
  table: 15,
  markMask: 16,
  outputInterface: 17,
  l3mdev: 19,
  userIds: 20,
  protocol: 21,
  transport: 22,
  sourcePorts: 23,
  destinationPorts: 24,
} as const;
const actions: Readonly<Record<RuleAction["kind"], number>> = {
  table: 1,
  l3mdev: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};
const INVERT = 2; // FIB_RULE_INVERT
const MAIN_TABLE = 254;

/** The family a rule is put into: IPv4 when nothing in it tells, as in keepalived 2.2.7. */
export function ruleFamily(rule: PolicyRule): AddressFamily {
  return rule.family ?? 4;
}

/** The message of a rule, to add or to delete it. As keepalived: its protocol is 18 unless `no_track` allows another. */
export function encodeRule(rule: PolicyRule, lookups: RuleLookups): Result<EncodedRule, string> {
  const { names } = lookups;
  const table = tableOf(rule.action, names);
  if (typeof table === "string") return failed(table);
  const header = new Uint8Array(headerLength);
  header[0] = families[ruleFamily(rule)];
  header[1] = rule.to?.prefixLength ?? 0;
  header[2] = rule.from?.prefixLength ?? 0;
  header[3] = rule.tos ?? 0;
  header[4] = table < 256 ? table : 0;
  header[7] = actions[rule.action.kind];
  new DataView(header.buffer).setUint32(8, rule.inverted ? INVERT : 0, true);
  const list: Attribute[] = [];
  if (table >= 256) list.push({ type: attributes.table, value: table });
  if (rule.from !== undefined && rule.from.prefixLength > 0)
    list.push({ type: attributes.source, value: ipAddressBytes(rule.from.address) });
  if (rule.to !== undefined && rule.to.prefixLength > 0)
    list.push({ type: attributes.destination, value: ipAddressBytes(rule.to.address) });
  if (rule.action.kind === "l3mdev") list.push({ type: attributes.l3mdev, value: Uint8Array.of(1) });
  if (rule.action.kind === "goto") list.push({ type: attributes.goto, value: rule.action.preference });
  const selected = selectors(rule, lookups);
  if (!selected.ok) return selected;
  return ok({ header, attributes: [...list, ...numbersOf(rule), ...selected.value] });
}

/** The preference and family of the rule that a message is about. */
export function decodeRulePlace({ payload }: NetlinkMessage):
  | {
      readonly family: AddressFamily;
      readonly preference: number;
    }
  | undefined {
  if (payload.length < headerLength) return undefined;
  const family = payload[0] === families[4] ? 4 : payload[0] === families[6] ? 6 : undefined;
  if (family === undefined) return undefined;
  const found = decodeAttributes(payload.subarray(headerLength));
  return { family, preference: attributeNumber(found.get(attributes.priority)) };
}

function tableOf(action: RuleAction, names: RouteNames): number | string {
  if (action.kind !== "table") return 0;
  const table = names.number("tables", action.table);
  if (table === undefined)
    return `the routing table ${action.table} is not known: give its number, or name it in /etc/iproute2/rt_tables`;
  return table === 0 ? MAIN_TABLE : table;
}

/** What a rule has of plain numbers. */
function numbersOf(rule: PolicyRule): readonly Attribute[] {
  const list: Attribute[] = [];
  const add = (type: number, value: number | undefined) => {
    if (value !== undefined) list.push({ type, value });
  };
  add(attributes.priority, rule.preference);
  add(attributes.mark, rule.mark?.value);
  add(attributes.markMask, rule.mark?.mask);
  add(attributes.suppressPrefixLength, rule.suppressPrefixLength);
  if (rule.userIds !== undefined) {
    const ids = Uint32Array.of(rule.userIds.from, rule.userIds.to);
    list.push({ type: attributes.userIds, value: new Uint8Array(ids.buffer) });
  }
  for (const [type, ports] of [
    [attributes.sourcePorts, rule.sourcePorts],
    [attributes.destinationPorts, rule.destinationPorts],
  ] as const) {
    if (ports === undefined) continue;
    list.push({ type, value: new Uint8Array(Uint16Array.of(ports.from, ports.to).buffer) });
  }
  return list;
}

/** What a rule has of names. */
function selectors(
  rule: PolicyRule,
  { names, transport }: RuleLookups,
): Result<readonly Attribute[], string> {
  const list: Attribute[] = [];
  if (rule.inputInterface !== undefined)
    list.push({ type: attributes.inputInterface, value: rule.inputInterface });
  if (rule.outputInterface !== undefined)
    list.push({ type: attributes.outputInterface, value: rule.outputInterface });
  if (rule.tunnelId !== undefined)
    list.push({ type: attributes.tunnelId, value: bigEndian64(BigInt(rule.tunnelId)) });
  if (rule.realms !== undefined) {
    const flow = readRealms(rule.realms, names);
    if (flow === undefined) return failed(unknownRealms(rule.realms));
    list.push({ type: attributes.flow, value: flow });
  }
  if (rule.suppressInterfaceGroup !== undefined) {
    const group = names.number("groups", rule.suppressInterfaceGroup);
    if (group === undefined)
      return failed(
        `the interface group ${rule.suppressInterfaceGroup} is not known: give its number, or name it in /etc/iproute2/group`,
      );
    list.push({ type: attributes.suppressInterfaceGroup, value: group });
  }
  if (rule.transport !== undefined) {
    const number = /^\d+$/.test(rule.transport) ? Number(rule.transport) : transport(rule.transport);
    if (number === undefined || number > 255)
      return failed(
        `the IP protocol ${rule.transport} is not known: give its number, or name it in /etc/protocols`,
      );
    list.push({ type: attributes.transport, value: Uint8Array.of(number) });
  }
  const protocol = rule.noTrack ? rule.protocol : String(OWN_PROTOCOL);
  if (protocol !== undefined) {
    const number = names.number("protocols", protocol);
    if (number === undefined)
      return failed(
        `the protocol ${protocol} is not known: give its number, or name it in /etc/iproute2/rt_protos`,
      );
    list.push({ type: attributes.protocol, value: Uint8Array.of(number) });
  }
  return ok(list);
}
