import type { OtherChecker } from "../model/other-checkers.ts";
import type { Checker } from "../model/virtual-server.ts";
import { bindBfdCheck } from "./bfd-check.ts";
import { bindTarget, readTiming, settleTiming } from "./check-target.ts";
import { type BindContext, closeOf, tell } from "./context.ts";
import { bindFields, type FieldSource, flag, oneOf, text } from "./fields.ts";
import { bindUrl } from "./http-url.ts";
import { bindOtherChecker, type CheckSurroundings } from "./other-checker.ts";
import type { Setting } from "./setting.ts";
import { readBlock } from "./settings.ts";

const LOGGING = { logAllFailures: flag("log_all_failures") };

const HTTP_FIELDS = {
  enableSni: flag("enable_sni"),
  sniName: text("sni_name"),
  httpVersion: (source: FieldSource) => {
    const version = oneOf(["1.0", "1.0C", "1.0c", "1.1"], "http_protocol")(source);
    return version === "1.0c" ? ("1.0C" as const) : version;
  },
  fastRecovery: flag("fast_recovery"),
  tlsCompliant: flag("tls_compliant"),
};

/** Binds one check block; undefined for one that cannot work. */
export function bindChecker(
  context: BindContext,
  from: { readonly setting: Setting; readonly surroundings: CheckSurroundings },
): Checker | OtherChecker | undefined {
  const { setting, surroundings } = from;
  const kind = setting.keyword.name;
  const path = `virtual_server/real_server/${kind}`;
  const settings = readBlock(context, { block: setting.directive.block, path });
  if (kind === "BFD_CHECK") return bindBfdCheck(context, { setting, settings, surroundings });
  if (kind !== "TCP_CHECK" && kind !== "HTTP_GET" && kind !== "SSL_GET") {
    return bindOtherChecker(context, { setting, settings, surroundings });
  }
  const timing = settleTiming(readTiming(settings, surroundings.timing), kind);
  const target = bindTarget(context, { settings, endpoint: surroundings.endpoint });
  const logging = bindFields({ settings, context }, LOGGING);
  if (kind === "TCP_CHECK") return { kind: "tcp", timing, target, ...logging };
  const virtualHost = settings.word("virtualhost") ?? surroundings.virtualHost;
  const urls = settings.every("url").map((url) => bindUrl(context, { setting: url, path: `${path}/url` }));
  if (urls.length === 0) {
    tell(context, closeOf(setting.directive), {
      code: "check-without-url",
      severity: "error",
      message: `this ${kind} has no url block, so there is nothing to ask for; the check is left out`,
      help: "add url { path / status_code 200 }",
      texts: ["HTTP/SSL_GET checker has no urls specified - ignoring"],
    });
    return undefined;
  }
  const tls = kind === "SSL_GET";
  return {
    kind: "http",
    timing,
    target,
    tls,
    ...logging,
    ...bindFields({ settings, context }, HTTP_FIELDS),
    ...(virtualHost === undefined ? {} : { virtualHost }),
    urls,
  };
}
