import type { TlsIdentity } from "../model/virtual-server-group.ts";
import type { Directive } from "../tree.ts";
import type { BindContext } from "./context.ts";
import { bindFields, text } from "./fields.ts";
import { readBlock, Settings } from "./settings.ts";

const FIELDS = {
  password: text("password"),
  authority: text("ca"),
  certificate: text("certificate"),
  key: text("key"),
};

/** Binds the `SSL` blocks together; undefined when there is none. */
export function bindTlsIdentity(
  context: BindContext,
  directives: readonly Directive[],
): TlsIdentity | undefined {
  if (directives.length === 0) return undefined;
  const settings = new Settings();
  for (const directive of directives) {
    settings.addAll(readBlock(context, { block: directive.block, path: "SSL" }));
  }
  return bindFields({ settings, context }, FIELDS);
}
