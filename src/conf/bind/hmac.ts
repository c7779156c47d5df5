import type { HmacAuthentication } from "../model/vrrp-instance.ts";
import { bindFields, duration, type FieldSource, number, oneOf } from "./fields.ts";
import { readBlock } from "./settings.ts";

const FIELDS = {
  activeKey: number("active_key"),
  timeWindow: duration("time_window"),
  antiReplay: oneOf(["time", "monotonic"], "anti_replay"),
  mode: oneOf(["enforce", "permissive", "receive-only"], "mode"),
};

/** Binds the `auth_hmac` block of an instance; undefined when there is none. */
export function bindHmac({ settings, context }: FieldSource): HmacAuthentication | undefined {
  const block = settings.last("auth_hmac")?.directive.block;
  if (!block) return undefined;
  const inner = readBlock(context, { block, path: "vrrp_instance/auth_hmac" });
  const keys = inner.every("key").flatMap(({ words: [id, value] }) => {
    const number = Number(id?.text);
    return value && Number.isInteger(number) && number >= 1 && number <= 255
      ? [{ id: number, secret: value.text }]
      : [];
  });
  const { antiReplay = "time", mode = "enforce", ...rest } = bindFields({ settings: inner, context }, FIELDS);
  return { keys, antiReplay, mode, ...rest };
}
