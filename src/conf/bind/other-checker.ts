import type {
  DnsChecker,
  FileChecker,
  OtherChecker,
  SmtpChecker,
  UdpChecker,
} from "../model/other-checkers.ts";
import { bindTarget, readTiming, settleTiming, type TimingDefaults } from "./check-target.ts";
import { type BindContext, closeOf, tell } from "./context.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  bindFields,
  duration,
  type FieldSource,
  flag,
  isSet,
  isWritten,
  numberOr,
  text,
  words,
} from "./fields.ts";
import { bindCommand, bindUser } from "./script-command.ts";
import type { Setting } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";
import { readWeight } from "./weight.ts";

/** What a check inherits. */
export interface CheckSurroundings {
  readonly endpoint: Endpoint;
  readonly timing: TimingDefaults;
  readonly virtualHost?: string;
  /** The BFD sessions that checks of the same real server follow already; each binding adds its own. */
  readonly followed?: Set<string>;
}

/** A check block that is read already. */
export interface ReadCheck {
  readonly setting: Setting;
  readonly settings: Settings;
  readonly surroundings: CheckSurroundings;
}

/** Binds a check of a kind that this version does not run; undefined for one that cannot work. */
export function bindOtherChecker(context: BindContext, check: ReadCheck): OtherChecker | undefined {
  const { setting, settings, surroundings } = check;
  const source = { settings, context };
  const kind = setting.keyword.name;
  const timing = settleTiming(readTiming(settings, surroundings.timing), kind);
  const target = () => bindTarget(context, { settings, endpoint: surroundings.endpoint });
  const common = { timing, ...bindFields(source, LOGGING) };
  switch (kind) {
    case "MISC_CHECK":
      return bindMisc(context, check, common);
    case "SMTP_CHECK":
      return { kind: "smtp", ...common, ...bindSmtp(context, check) };
    case "DNS_CHECK":
      return { kind: "dns", ...common, target: target(), ...bindDns(source) };
    case "PING_CHECK":
      return { kind: "ping", ...common, target: target() };
    case "UDP_CHECK":
      return { kind: "udp", ...common, target: target(), ...bindUdp(source) };
    case "FILE_CHECK":
      return bindFile(context, check);
    default:
      return undefined;
  }
}

const LOGGING = { logAllFailures: flag("log_all_failures") };

const MISC = { timeout: duration("misc_timeout"), dynamic: isSet("misc_dynamic") };

// Three arguments: the block, and what all kinds have in common.
function bindMisc(
  context: BindContext,
  { setting, settings }: ReadCheck,
  common: Pick<Extract<OtherChecker, { kind: "misc" }>, "timing" | "logAllFailures">,
): OtherChecker | undefined {
  const command = bindCommand(context, { setting: settings.last("misc_path"), withUser: false });
  const user = bindUser(settings, "user");
  if (!command) {
    tell(context, closeOf(setting.directive), {
      code: "check-without-command",
      severity: "error",
      message: "this MISC_CHECK has no misc_path, so there is nothing to run",
      help: 'add misc_path "/path/to/check"',
      texts: ["No script path has been specified for MISC_CHECKER - skipping"],
    });
    return undefined;
  }
  const { timeout = common.timing.delayLoop, dynamic } = bindFields({ settings, context }, MISC);
  return { kind: "misc", ...common, command: { ...command, ...(user ? { user } : {}) }, timeout, dynamic };
}

function bindSmtp(
  context: BindContext,
  { settings, surroundings }: ReadCheck,
): Pick<SmtpChecker, "target" | "helloName" | "hosts"> {
  const target = bindTarget(context, { settings, endpoint: surroundings.endpoint, quiet: true });
  const hosts = settings.every("host").map((host) => {
    const inner = readBlock(context, {
      block: host.directive.block,
      path: "virtual_server/real_server/SMTP_CHECK/host",
    });
    const timing = readTiming(inner, readTiming(settings, surroundings.timing));
    return {
      target: bindTarget(context, { settings: inner, endpoint: target, quiet: true }),
      timing: settleTiming(timing, "SMTP_CHECK"),
      ...bindFields({ settings: inner, context }, LOGGING),
    };
  });
  return { target, helloName: settings.word("helo_name") ?? "smtpchecker.keepalived.org", hosts };
}

const TYPES: readonly DnsChecker["type"][] = [
  "A",
  "NS",
  "CNAME",
  "SOA",
  "MX",
  "TXT",
  "AAAA",
  "RRSIG",
  "DNSKEY",
];

function bindDns({ settings }: FieldSource): Pick<DnsChecker, "type" | "name"> {
  const written = settings.word("type");
  return {
    type: TYPES.find((type) => type === written) ?? "SOA",
    name: settings.word("name") ?? ".",
  };
}

const UDP = {
  payload: words("payload"),
  requireReply: isWritten("require_reply"),
  reply: words("require_reply"),
  minReplyLength: numberOr(0, "min_reply_length"),
  maxReplyLength: numberOr(255, "max_reply_length"),
};

function bindUdp(source: FieldSource): Omit<UdpChecker, "kind" | "timing" | "target" | "logAllFailures"> {
  const { payload = [], reply = [], ...rest } = bindFields(source, UDP);
  return { payload: payload.join(""), ...rest, ...(reply.length > 0 ? { reply: reply.join("") } : {}) };
}

const FILE_LIMIT = 65_535;

function bindFile(context: BindContext, { setting, settings }: ReadCheck): FileChecker | undefined {
  const kind = {
    limit: FILE_LIMIT,
    fallback: 0,
    refused: `weight for track file must be in [${-FILE_LIMIT}..${FILE_LIMIT}] inclusive. Ignoring...`,
    unknown: "unknown track file weight option %v - ignoring",
    turns: ["reverse", "noreverse"],
  };
  const written = settings.last("weight");
  const { weight, reverse } = readWeight(context, { setting: written, kind });
  const trackFile = text("track_file")({ settings, context });
  if (trackFile === undefined) {
    tell(context, closeOf(setting.directive), {
      code: "check-without-file",
      severity: "error",
      message: "this FILE_CHECK names no track_file",
      help: "add track_file NAME",
      texts: ["FILE_CHECK has no track_file specified - ignoring"],
    });
    return undefined;
  }
  return { kind: "file", trackFile, ...(written ? { weight } : {}), reverse };
}
