import { familyOf } from "../../base/ip-address.ts";
import { type Duration, seconds } from "../../base/time.ts";
import type { Checker, CheckTarget, CheckTiming, HttpUrl } from "../model/virtual-server.ts";
import { type BindContext, closeOf, placeOf, tell } from "./context.ts";
import type { Endpoint } from "./endpoint.ts";
import { bindCommand } from "./script-command.ts";
import type { Setting } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";

/** Timing that a virtual or real server sets for its checks; absent means that the next outer one counts. */
export interface TimingDefaults {
  readonly delayLoop?: Duration;
  readonly retry?: number;
  readonly delayBeforeRetry?: Duration;
  readonly warmup?: Duration;
  readonly timeout?: Duration;
  readonly alpha?: boolean;
}

/** What a check inherits. */
export interface CheckSurroundings {
  readonly endpoint: Endpoint;
  readonly timing: TimingDefaults;
  readonly virtualHost?: string;
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

/** Binds one check block; undefined for a kind that this version does not run, or one that cannot work. */
export function bindChecker(
  context: BindContext,
  from: { readonly setting: Setting; readonly surroundings: CheckSurroundings },
): Checker | undefined {
  const { setting, surroundings } = from;
  const kind = setting.keyword.name;
  const path = `virtual_server/real_server/${kind}`;
  const settings = readBlock(context, { block: setting.directive.block, path });
  const http = kind === "HTTP_GET" || kind === "SSL_GET";
  const timing = settleTiming(readTiming(settings, surroundings.timing), http);
  const target = bindTarget(context, settings, surroundings.endpoint);
  if (kind === "TCP_CHECK") return { kind: "tcp", timing, target };
  if (!http) return checkOther(context, setting, settings);
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
  return { kind: "http", timing, target, tls, ...(virtualHost === undefined ? {} : { virtualHost }), urls };
}

/** keepalived's own values where nothing is written: 60 s, 1 retry, 1 s (3 s for HTTP) between tries, 5 s. */
function settleTiming(timing: TimingDefaults, http: boolean): CheckTiming {
  const delayLoop = timing.delayLoop ?? seconds(60);
  return {
    delayLoop,
    retry: timing.retry ?? 1,
    delayBeforeRetry: timing.delayBeforeRetry ?? seconds(http ? 3 : 1),
    warmup: timing.warmup ?? delayLoop,
    timeout: timing.timeout ?? seconds(5),
    alpha: timing.alpha ?? false,
  };
}

function bindTarget(context: BindContext, settings: Settings, endpoint: Endpoint): CheckTarget {
  const address = settings.address("connect_ip") ?? endpoint.address;
  const bind = settings.last("bindto");
  const bindAddress = settings.address("bindto");
  const bindPort = settings.number("bind_port");
  const fwmark = settings.number("fwmark");
  const matches = bindAddress === undefined || familyOf(bindAddress) === familyOf(address);
  if (!matches && bind) {
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
    ...(fwmark === undefined ? {} : { fwmark }),
  };
}

function bindUrl(context: BindContext, from: { readonly setting: Setting; readonly path: string }): HttpUrl {
  const settings = readBlock(context, { block: from.setting.directive.block, path: from.path });
  const path = settings.word("path");
  if (path === undefined) {
    tell(context, closeOf(from.setting.directive), {
      code: "url-without-path",
      severity: "warning",
      message: "this url block has no path, so / is asked for",
      help: "add path /",
      texts: ["HTTP/SSL_GET checker url has no path - ignoring"],
    });
  }
  const digest = bindDigest(context, settings);
  const codes = bindStatusCodes(context, settings);
  const regex = settings.has("regex");
  const virtualHost = settings.word("virtualhost");
  const anything = { from: 100, to: 599 };
  const good = { from: 200, to: 299 };
  return {
    path: path ?? "/",
    ...(digest === undefined ? {} : { digest }),
    statusCodes: codes.length > 0 ? codes : [digest === undefined && !regex ? good : anything],
    ...(virtualHost === undefined ? {} : { virtualHost }),
  };
}

function bindDigest(context: BindContext, settings: Settings): string | undefined {
  const word = settings.last("digest")?.words[0];
  if (!word) return undefined;
  if (/^[0-9a-fA-F]{32}$/.test(word.text)) return word.text.toLowerCase();
  tell(context, word, {
    code: "bad-digest",
    severity: "error",
    message: `the digest '${word.text}' is not the 32 hexadecimal digits of an MD5 sum, so it is not compared`,
    help: "run locum genhash against the server to get it",
    texts: [
      word.text.length === 32
        ? `digest '${word.text}' is not a valid hexadecimal value`
        : `digest '${word.text}' character length should be 32 rather than ${word.text.length}`,
    ],
  });
  return undefined;
}

function bindStatusCodes(context: BindContext, settings: Settings): HttpUrl["statusCodes"] {
  const ranges: { from: number; to: number }[] = [];
  for (const word of settings.every("status_code").flatMap((setting) => setting.words)) {
    const match = /^(\d{3})(?:-(\d{3}))?$/.exec(word.text);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match && from >= 100 && to <= 599 && from <= to) {
      ranges.push({ from, to });
      continue;
    }
    tell(context, word, {
      code: "bad-status-code",
      severity: "error",
      message: `the status code is '${word.text}', but it must be a number or a range FROM-TO from 100 to 599; it is left out`,
      help: "write for example: status_code 200 or status_code 200-299 301",
      texts: [`Invalid HTTP_GET status code '${word.text}'`],
    });
  }
  return ranges;
}

/** Checks of other kinds are only read; what keepalived demands of them is still told. */
function checkOther(context: BindContext, setting: Setting, settings: Settings): undefined {
  const close = closeOf(setting.directive);
  bindCommand(context, { setting: settings.last("misc_path"), withUser: false });
  for (const host of settings.every("host")) {
    readBlock(context, { block: host.directive.block, path: "virtual_server/real_server/SMTP_CHECK/host" });
  }
  if (setting.keyword.name === "MISC_CHECK" && !settings.has("misc_path")) {
    tell(context, close, {
      code: "check-without-command",
      severity: "error",
      message: "this MISC_CHECK has no misc_path, so there is nothing to run",
      help: 'add misc_path "/path/to/check"',
      texts: ["No script path has been specified for MISC_CHECKER - skipping"],
    });
  }
  if (setting.keyword.name === "FILE_CHECK" && !settings.has("track_file")) {
    tell(context, close, {
      code: "check-without-file",
      severity: "error",
      message: "this FILE_CHECK names no track_file",
      help: "add track_file NAME",
      texts: ["FILE_CHECK has no track_file specified - ignoring"],
    });
  }
  return undefined;
}
