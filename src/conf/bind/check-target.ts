import { familyOf } from "../../base/ip-address.ts";
import { type Duration, seconds } from "../../base/time.ts";
import type { CheckTarget, CheckTiming } from "../model/virtual-server.ts";
import { type BindContext, placeOf, tell } from "./context.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Settings } from "./settings.ts";

/** Timing that a virtual or real server sets for its checks; absent means that the next outer one counts. */
export interface TimingDefaults {
  readonly delayLoop?: Duration;
  readonly retry?: number;
  readonly delayBeforeRetry?: Duration;
  readonly warmup?: Duration;
  readonly timeout?: Duration;
  readonly alpha?: boolean;
}

/** The timing keywords of one block, over those of the block around it. */
export function readTiming(settings: Settings, outer: TimingDefaults): TimingDefaults {
  const delayLoop = settings.duration("delay_loop") ?? outer.delayLoop;
  const retry = settings.number("nb_get_retry") ?? settings.number("retry") ?? outer.retry;
  const delayBeforeRetry = settings.duration("delay_before_retry") ?? outer.delayBeforeRetry;
  const warmup = settings.duration("warmup") ?? outer.warmup;
  const timeout = settings.duration("connect_timeout") ?? outer.timeout;
  const alpha = settings.flag("alpha") ?? outer.alpha;
  return {
    ...(delayLoop === undefined ? {} : { delayLoop }),
    ...(retry === undefined ? {} : { retry }),
    ...(delayBeforeRetry === undefined ? {} : { delayBeforeRetry }),
    ...(warmup === undefined ? {} : { warmup }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(alpha === undefined ? {} : { alpha }),
  };
}

const RETRIES: Readonly<Record<string, number>> = { MISC_CHECK: 0, DNS_CHECK: 3 };
const PAUSES: Readonly<Record<string, Duration>> = { HTTP_GET: seconds(3), SSL_GET: seconds(3) };

/**
 * keepalived's own values where nothing is written: every 60 s, 1 retry (MISC 0, DNS 3) after 1 s (HTTP and SSL 3 s, DNS
 * the period), an answer within 5 s. `kind` is the keyword of the check.
 */
export function settleTiming(timing: TimingDefaults, kind: string): CheckTiming {
  const delayLoop = timing.delayLoop ?? seconds(60);
  return {
    delayLoop,
    retry: timing.retry ?? RETRIES[kind] ?? 1,
    delayBeforeRetry:
      timing.delayBeforeRetry ?? (kind === "DNS_CHECK" ? delayLoop : (PAUSES[kind] ?? seconds(1))),
    warmup: timing.warmup ?? delayLoop,
    timeout: timing.timeout ?? seconds(5),
    alpha: timing.alpha ?? false,
  };
}

/** Where a check connects to: its own keywords, over the address of the real server. `quiet`: keepalived does not mind addresses of two families. */
export function bindTarget(
  context: BindContext,
  from: { readonly settings: Settings; readonly endpoint: Endpoint; readonly quiet?: true },
): CheckTarget {
  const { settings, endpoint, quiet } = from;
  const address = settings.address("connect_ip") ?? endpoint.address;
  const bind = settings.last("bindto");
  const bindAddress = settings.address("bindto");
  const bindPort = settings.number("bind_port");
  const bindInterface = settings.word("bind_if");
  const fwmark = settings.number("fwmark");
  const matches = bindAddress === undefined || familyOf(bindAddress) === familyOf(address);
  if (!matches && bind && !quiet) {
    tell(context, placeOf(bind.directive), {
      code: "mixed-families",
      severity: "error",
      message: `bindto ${bindAddress} is IPv${familyOf(bindAddress)}, but the check goes to ${address}; bindto has no effect`,
      help: "write a source address of the same family",
      texts: [`bindto address ${bindAddress} does not match address family of connect_ip - skipping`],
    });
  }
  return {
    address,
    port: settings.number("connect_port") ?? endpoint.port ?? 0,
    ...(bindAddress !== undefined && matches ? { bindAddress } : {}),
    ...(bindPort === undefined ? {} : { bindPort }),
    ...(bindInterface === undefined ? {} : { bindInterface }),
    ...(fwmark === undefined ? {} : { fwmark }),
  };
}
