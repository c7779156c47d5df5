import { familyOf } from "../../base/ip-address.ts";
import { milliseconds } from "../../base/time.ts";
import type { BfdInstance } from "../model/tracking.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, placeOf, sourceLine, tell } from "./context.ts";
import { address, bindFields, durationOr, isSet, number, numberOr } from "./fields.ts";
import { readBlock } from "./settings.ts";
import { readWeight } from "./weight.ts";

const LIMIT = 253;

/** RFC 5881 section 5. */
const RFC_TTL = 255;

const FIELDS = {
  sourceAddress: address("source_ip"),
  neighbourAddress: address("neighbor_ip", "neighbour_ip"),
  minReceive: durationOr(milliseconds(10), "min_rx"),
  minTransmit: durationOr(milliseconds(10), "min_tx"),
  idleTransmit: durationOr(milliseconds(1000), "idle_tx"),
  multiplier: numberOr(5, "multiplier"),
  passive: isSet("passive"),
  ttl: number("ttl", "hoplimit"),
  maxHops: numberOr(0, "max_hops"),
  multihop: isSet("multihop"),
};

/** Binds one `bfd_instance NAME { }`; undefined when it has no neighbour. */
export function bindBfdInstance(outer: BindContext, directive: Directive): BfdInstance | undefined {
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const settings = readBlock(context, { block: directive.block, path: "bfd_instance" });
  const kind = {
    limit: LIMIT,
    fallback: 0,
    refused: `Configuration error: BFD instance ${name} weight value %v not valid (must be in range [-${LIMIT}-${LIMIT}]), ignoring`,
    unknown: `Configuration error: BFD instance ${name} unknown weight option %v`,
  };
  const weight = readWeight(context, { setting: settings.last("weight"), kind });
  const { neighbourAddress, ttl, ...fields } = bindFields({ settings, context }, FIELDS);
  if (neighbourAddress === undefined) {
    tell(context, closeOf(directive), {
      code: "missing-keyword",
      severity: "error",
      message: `the bfd_instance ${name} says no neighbor_ip, so it is left out`,
      help: "add neighbor_ip ADDRESS",
      texts: [`Configuration error: BFD instance ${name} has no neighbor address set, disabling instance`],
    });
    return undefined;
  }
  const [vrrp, checker] = [settings.has("vrrp"), settings.has("checker")];
  // keepalived sends IPv6 with 64 unless told otherwise, and must be heard.
  const expectedTtl = ttl ?? (familyOf(neighbourAddress) === 4 ? RFC_TTL : 64);
  return {
    name,
    at: sourceLine(context, placeOf(directive)),
    neighbourAddress,
    ...fields,
    // Deviation: keepalived sends IPv6 with 64, which neighbours that keep to RFC 5881 section 5 refuse.
    ttl: ttl ?? RFC_TTL,
    expectedTtl,
    maxHops: Math.min(fields.maxHops, expectedTtl),
    ...weight,
    forVrrp: vrrp || !checker,
    forChecker: checker || !vrrp,
  };
}
