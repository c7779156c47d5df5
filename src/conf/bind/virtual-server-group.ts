import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { GroupEntry, VirtualServerGroup } from "../model/virtual-server-group.ts";
import type { Directive, Word } from "../tree.ts";
import { type BindContext, placeOf, sourceLine } from "./context.ts";

/**
 * Binds one `virtual_server_group NAME { }`: the entries that can be read; undefined when there is none. What is wrong
 * with the others is told by `checkEntries`.
 */
export function bindVirtualServerGroup(
  context: BindContext,
  directive: Directive,
): VirtualServerGroup | undefined {
  const lines = directive.block?.directives.map(({ words }) => words) ?? [];
  const entries = lines.map(bindEntry).filter((entry) => entry !== undefined);
  if (entries.length === 0) return undefined;
  return {
    name: directive.words[1]?.text ?? "",
    at: sourceLine(context, placeOf(directive)),
    entries,
  };
}

function bindEntry([first, second, third]: readonly Word[]): GroupEntry | undefined {
  if (first?.text === "fwmark") {
    const mark = Number(second?.text);
    if (!second || !Number.isInteger(mark)) return undefined;
    const family = third?.text === "inet6" ? 6 : third?.text === "inet" ? 4 : undefined;
    return { kind: "fwmark", mark, ...(family === undefined ? {} : { family }) };
  }
  const [, host = "", sign, rest = ""] = /^([^-/]+)(?:([-/])(.+))?$/.exec(first?.text ?? "") ?? [];
  const address = parseIpAddress(host);
  const port = second === undefined ? 0 : Number(second.text);
  if (!address.ok || !(port >= 0 && port <= 65_535)) return undefined;
  if (sign === "/") {
    const prefixLength = Number(rest);
    if (!Number.isInteger(prefixLength)) return undefined;
    return { kind: "network", network: { address: address.value, prefixLength }, port };
  }
  const last = sign === "-" ? lastOf(address.value, rest) : address.value;
  return last === undefined ? undefined : { kind: "range", first: address.value, last, port };
}

/** The end of a range: an address, or what its last octet or group becomes. */
function lastOf(first: IpAddress, text: string): IpAddress | undefined {
  const whole = parseIpAddress(text);
  if (whole.ok) return whole.value;
  const parsed = parseIpAddress(first.replace(/[^.:]*$/, text));
  return parsed.ok ? parsed.value : undefined;
}
