import type { VrrpNotify } from "../model/vrrp-instance.ts";
import { bindFields, command, type FieldSource, flag } from "./fields.ts";

const FIELDS = {
  master: command("notify_master"),
  backup: command("notify_backup"),
  fault: command("notify_fault"),
  stop: command("notify_stop"),
  any: command("notify"),
  deleted: (source: FieldSource) =>
    source.settings.has("notify_deleted")
      ? (command("notify_deleted")(source) ?? ("written" as const))
      : undefined,
  concurrent: flag("notify_concurrent"),
  masterHeardLower: command("notify_master_rx_lower_pri"),
};

/** The commands of an instance or a group for changes of its state. */
export function bindNotify(source: FieldSource): VrrpNotify {
  return bindFields(source, FIELDS);
}
