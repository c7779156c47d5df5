import { describe, expect, it } from "vitest";
import type { PolicyRule, Route } from "../../../src/conf/model/route.ts";
import { type Attribute, decodeAttributes, encodeAttributes } from "../../../src/linux/netlink/attributes.ts";
import { pathFilter } from "../../../src/linux/netlink/path-monitor.ts";
import {
  decodeRoute,
  encodeRoute,
  type RouteLookups,
  routeIdentity,
  routeIdentityText,
} from "../../../src/linux/netlink/route.ts";
import { parseNames, routeNames } from "../../../src/linux/netlink/route-names.ts";
import { decodeRulePlace, encodeRule } from "../../../src/linux/netlink/rule.ts";
import { instanceText, load } from "../../conf/configuration.ts";
import { recordedRoutes, recordedRules } from "./recorded-paths.ts";

const names = routeNames([]);
const lookups: RouteLookups = {
  names,
  interfaceIndex: (name) => ({ eth0: 2, eth1: 3 })[name],
  vrfTable: (name) => (name === "red" ? 7 : undefined),
};
const transport = (name: string) => ({ tcp: 6 })[name];

function routeOf(line: string): Route {
  const [route] = load(instanceText(`virtual_routes {\n${line}\n}`)).config.vrrpInstances[0]?.routes ?? [];
  if (route === undefined) throw new Error(`no route in ${line}`);
  return route;
}

function ruleOf(line: string): PolicyRule {
  const [rule] = load(instanceText(`virtual_rules {\n${line}\n}`)).config.vrrpInstances[0]?.rules ?? [];
  if (rule === undefined) throw new Error(`no rule in ${line}`);
  return rule;
}

const NESTED_ATTRIBUTES: readonly number[] = [8, 22];

/** Header and attributes in an order of their own; those within others too, for iproute2 has another order. */
function sorted(header: Uint8Array, attributes: Uint8Array): unknown {
  const list = [...decodeAttributes(attributes)].map(([type, value]) => [
    type,
    NESTED_ATTRIBUTES.includes(type)
      ? [...decodeAttributes(value)].map(([inner, bytes]) => [inner, hex(bytes)]).sort(byType)
      : hex(value),
  ]);
  return { header: hex(header), attributes: list.sort(byType) };
}

const byType = (a: readonly unknown[], b: readonly unknown[]) => Number(a[0]) - Number(b[0]);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function ours({ header, attributes }: { header: Uint8Array; attributes: readonly Attribute[] }): unknown {
  return sorted(header, encodeAttributes(attributes));
}

function theirs(recorded: string): unknown {
  const bytes = Uint8Array.from(Buffer.from(recorded, "hex"));
  return sorted(bytes.slice(0, 12), bytes.slice(12));
}

function encoded(line: string): ReturnType<typeof encodeRoute> {
  return encodeRoute(routeOf(line), { lookups });
}

describe("routes for the kernel", () => {
  it.each(recordedRoutes)("as iproute2 sends it: %s", (line, recorded) => {
    const answer = encoded(line);
    expect(answer.ok && ours(answer.value)).toEqual(theirs(recorded));
  });

  it.each(recordedRoutes)("what is recorded is known again as ours: %s", (line, recorded) => {
    const payload = Uint8Array.from(Buffer.from(recorded, "hex"));
    const known = decodeRoute({ type: 24, flags: 0, sequence: 0, portId: 0, payload });
    const identity = routeIdentity(routeOf(line), lookups);
    expect(known && routeIdentityText(known)).toBe(identity.ok && routeIdentityText(identity.value));
  });

  it("a deletion names no scope, and one placement or another is for additions only", () => {
    const route = routeOf("10.0.0.0/8 via 192.0.2.1 append");
    const [added, deleted] = [false, true].map((deletion) => encodeRoute(route, { lookups, deletion }));
    expect(added?.ok && [added.value.header[6], added.value.placementFlags]).toEqual([0, 0x800]);
    expect(deleted?.ok && deleted.value.header[6]).toBe(255);
    const alone = encodeRoute(routeOf("10.0.0.0/8 via 192.0.2.1 add"), { lookups });
    expect(alone.ok && alone.value.placementFlags).toBe(0x200);
  });

  it("or: two gateways, as before nexthop", () => {
    const answer = encoded("10.0.0.0/8 via 192.0.2.1 or 192.0.2.2");
    const other = encoded("10.0.0.0/8 nexthop via 192.0.2.1 nexthop via 192.0.2.2");
    expect(answer.ok && other.ok && ours(answer.value)).toEqual(other.ok && ours(other.value));
  });

  it("vrf: the table of that interface; an unknown one is refused", () => {
    const answer = encoded("10.0.0.0/8 via 192.0.2.1 vrf red");
    expect(answer.ok && answer.value.header[4]).toBe(7);
    expect(encoded("10.0.0.0/8 via 192.0.2.1 vrf blue")).toEqual({
      ok: false,
      error: "blue is no VRF interface of this host",
    });
  });

  it.each([
    ["10.0.0.0/8 dev eth9", /eth9 is not there/],
    ["10.0.0.0/8 via 192.0.2.1 table mine", /table mine is not known.*rt_tables/],
    ["10.0.0.0/8 via 192.0.2.1 protocol mine no_track", /protocol mine.*rt_protos/],
    ["10.0.0.0/8 via 192.0.2.1 tos mine", /tos mine.*rt_dsfield/],
    ["10.0.0.0/8 via 192.0.2.1 scope mine", /scope mine.*rt_scopes/],
    ["10.0.0.0/8 via 192.0.2.1 realms 1/2/3", /realms 1\/2\/3 are not known/],
    ["10.0.0.0/8 encap seg6 mode via 192.0.2.1", /encap seg6 is not known: wanted mpls, ip, ip6 or ila/],
    ["10.0.0.0/8 encap mpls 1/x via 192.0.2.1", /1\/x is no list of labels/],
    ["10.0.0.0/8 encap ip src 192.0.2.1 via 192.0.2.1", /neither dst nor id/],
    ["10.0.0.0/8 encap ip dst 2001:db8::1 via 192.0.2.1", /'dst 2001:db8::1' is not understood/],
    ["10.0.0.0/8 encap ila 1:2:3 via 192.0.2.1", /1:2:3 is no locator/],
  ])("refuses with the reason: %s", (line, reason) => {
    const answer = encoded(line);
    expect(!answer.ok && answer.error).toMatch(reason);
  });
});

describe("rules for the kernel", () => {
  it.each(recordedRules)("as iproute2 sends it: %s", (line, recorded) => {
    const answer = encodeRule(ruleOf(line), { names, transport });
    const header = (sent: unknown) => sent as { header: string };
    const [own, other] = [answer.ok && ours(answer.value), theirs(recorded)];
    expect(own).toEqual(other);
    expect(header(own).header).toBe(header(other).header);
  });

  it("what was removed is known again by its preference", () => {
    const [[, recorded = ""] = []] = recordedRules;
    const payload = Uint8Array.from(Buffer.from(recorded, "hex"));
    const place = decodeRulePlace({ type: 33, flags: 0, sequence: 0, portId: 0, payload });
    expect(place).toEqual({ family: 4, preference: 100 });
  });

  it.each([
    ["from 10.0.0.0/8 table mine", /table mine is not known/],
    ["from 10.0.0.0/8 table 1 ipproto mine", /IP protocol mine is not known/],
    ["from 10.0.0.0/8 table 1 suppress_ifgroup mine", /interface group mine is not known/],
  ])("refuses with the reason: %s", (line, reason) => {
    const answer = encodeRule(ruleOf(line), { names, transport });
    expect(!answer.ok && answer.error).toMatch(reason);
  });

  it("made-up preferences count down from 16384, each family by itself, in the order of the file", () => {
    const lines =
      "from 10.0.0.0/8 table 1\nfrom 2001:db8::/32 table 1\nfrom 10.1.0.0/16 table 2 preference 5";
    const text = `static_rules {\nfrom 192.0.2.0/24 table 9\n}\n${instanceText(`virtual_rules {\n${lines}\n}`)}`;
    const { config } = load(text);
    expect(config.staticRules.map(({ preference }) => preference)).toEqual([16384]);
    expect(config.vrrpInstances[0]?.rules.map(({ preference }) => preference)).toEqual([16383, 16384, 5]);
  });
});

describe("names of tables and the like", () => {
  it("reads numbers and names, and passes over the rest", () => {
    const text = "# comment\n255\tlocal\n 0x64  mine # mine\nnonsense\n12\n";
    expect(parseNames(text)).toEqual([
      ["local", 255],
      ["mine", 100],
    ]);
  });

  it("knows the usual ones without a file, and refuses numbers beyond the range", () => {
    const known = [names.number("tables", "main"), names.number("protocols", "keepalived")];
    expect(known).toEqual([254, 18]);
    expect([names.number("protocols", "256"), names.number("tables", "0x10000")]).toEqual([undefined, 65536]);
  });
});

describe("the filter of route notifications", () => {
  const message = (type: number, { flags = 0, protocol = 18 } = {}) => {
    const bytes = new Uint8Array(28);
    const view = new DataView(bytes.buffer);
    view.setUint16(4, type, true);
    view.setUint16(6, flags, true);
    bytes[21] = protocol;
    return bytes;
  };

  it.each([
    ["a deletion of ours", message(25), true],
    ["a deletion of a routing daemon's", message(25, { protocol: 186 }), false],
    ["an addition of a routing daemon's", message(24, { protocol: 186 }), false],
    ["a replacement by a routing daemon", message(24, { protocol: 186, flags: 0x100 }), false],
    ["our own addition", message(24), false],
    ["a replacement by hand", message(24, { protocol: 3, flags: 0x100 }), true],
    ["a static replacement", message(24, { protocol: 4, flags: 0x100 }), true],
    ["an addition by hand", message(24, { protocol: 3, flags: 0x400 }), false],
    ["a rule that goes", message(33, { protocol: 0 }), true],
    ["a rule that comes", message(32, { protocol: 0 }), false],
  ])("%s", (_, bytes, passes) => {
    expect(run(bytes)).toBe(passes);
  });

  /** Enough of classic BPF for the filter. */
  function run(bytes: Uint8Array): boolean {
    let a = 0;
    for (let at = 0; ; at++) {
      const step = pathFilter[at];
      if (step === undefined) throw new Error("the filter has no end");
      const { code, constant, whenTrue = 0, whenFalse = 0 } = step;
      if (code === 0x06) return constant !== 0;
      if (code === 0x28) a = ((bytes[constant] ?? 0) << 8) | (bytes[constant + 1] ?? 0);
      else if (code === 0x30) a = bytes[constant] ?? 0;
      else at += (code === 0x45 ? (a & constant) !== 0 : a === constant) ? whenTrue : whenFalse;
    }
  }
});
