import type { Config } from "../model/config.ts";
import { bindAddressLine } from "./address-line.ts";
import type { FieldSource } from "./fields.ts";
import { bindRouteLine } from "./route-line.ts";
import { bindRuleLine } from "./rule-line.ts";
import { entriesOf } from "./setting.ts";

/** Binds `static_ipaddress`, `static_routes` and `static_rules`. */
export function bindStaticEntries({
  settings,
  context,
}: FieldSource): Pick<Config, "staticAddresses" | "staticRoutes" | "staticRules"> {
  const lines = (name: string) => settings.every(name).flatMap(entriesOf);
  return {
    staticAddresses: lines("static_ipaddress")
      .map((words) => bindAddressLine(context, words))
      .filter((address) => address !== undefined),
    staticRoutes: lines("static_routes")
      .map(bindRouteLine)
      .filter((route) => route !== undefined),
    staticRules: lines("static_rules")
      .map(bindRuleLine)
      .filter((rule) => rule !== undefined),
  };
}
