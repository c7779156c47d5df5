import type { Config } from "../model/config.ts";
import { bindAddressLine } from "./address-line.ts";
import { bindRoutes, bindRules } from "./entry-lists.ts";
import type { FieldSource } from "./fields.ts";
import { entriesOf } from "./setting.ts";

/** Binds `static_ipaddress`, `static_routes` and `static_rules`. */
export function bindStaticEntries({
  settings,
  context,
}: FieldSource): Pick<Config, "staticAddresses" | "staticRoutes" | "staticRules"> {
  const lines = (name: string) => settings.every(name).flatMap(entriesOf);
  return {
    staticAddresses: lines("static_ipaddress")
      .map((words) => bindAddressLine(context, { words, kind: "static" }))
      .filter((address) => address !== undefined),
    staticRoutes: bindRoutes(context, { lines: lines("static_routes"), kind: "static" }),
    staticRules: bindRules(context, { lines: lines("static_rules"), kind: "static" }),
  };
}
