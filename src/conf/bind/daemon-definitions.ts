import { type Duration, seconds } from "../../base/time.ts";
import type { DaemonDefinitions, LinkDelay, PolledInterface } from "../model/daemon-definitions.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";
import { bindFields, durationOr, type FieldSource, isSet, text, textWhenWritten } from "./fields.ts";
import { entriesOf } from "./setting.ts";

const METHODS: Readonly<Record<string, PolledInterface["method"]>> = {
  MII: "mii",
  ETHTOOL: "ethtool",
  IOCTL: "ioctl",
};

/** Longest delay of a link, in seconds. */
const LONGEST_DELAY = 255;

const FIELDS = {
  networkNamespace: text("net_namespace"),
  forwardingNamespace: textWhenWritten("", "net_namespace_ipvs"),
  namespaceWithIpsets: isSet("namespace_with_ipsets"),
  ownPidDirectory: isSet("use_pid_dir"),
  instance: text("instance"),
  childWaitTime: durationOr(seconds(5), "child_wait_time"),
  pollEveryLink: isSet("linkbeat_use_polling"),
  polledInterfaces: bindPolledInterfaces,
  linkDelays: bindLinkDelays,
};

/** The keywords of the top level that are no blocks, and its two lists of interfaces. */
export function bindDaemonDefinitions(source: FieldSource): DaemonDefinitions {
  return bindFields(source, FIELDS);
}

function linesOf({ settings }: FieldSource, name: string): readonly (readonly Word[])[] {
  return settings.every(name).flatMap(entriesOf);
}

/** keepalived counts an interface that does not exist as fatal here: `-t` ends with 4. */
function exists(context: BindContext, word: Word, use: string): boolean {
  const { interfaces } = context.environment;
  if (interfaces === undefined || interfaces.includes(word.text)) return true;
  tell(context, word, {
    code: "interface-missing",
    severity: "error",
    message: `there is no interface ${word.text} on this host; there are ${interfaces.join(", ") || "none"}`,
    help: "correct the name, or create the interface first",
    texts: [`unknown interface ${word.text} specified for ${use}`],
    exitCode: 4,
  });
  return false;
}

function bindPolledInterfaces(source: FieldSource): readonly PolledInterface[] {
  const polled: PolledInterface[] = [];
  for (const [name, method] of linesOf(source, "linkbeat_interfaces")) {
    if (!name || !exists(source.context, name, "linkbeat interface")) continue;
    polled.push({ name: name.text, method: METHODS[method?.text ?? ""] ?? "any" });
    if (!method || METHODS[method.text]) continue;
    tell(source.context, method, {
      code: "unknown-value",
      severity: "error",
      message: `'${method.text}' is no way to ask for a link, so keepalived tries all of them`,
      help: "write MII, ETHTOOL or IOCTL, or nothing",
      texts: [`Invalid linkbeat type ${method.text} specified for ${name.text}`],
    });
  }
  return polled;
}

function bindLinkDelays(source: FieldSource): readonly LinkDelay[] {
  return linesOf(source, "interface_up_down_delays").flatMap(([name, down, up]) => {
    if (!name || !exists(source.context, name, "up/down delay")) return [];
    const none = seconds(0);
    const downDelay = down ? readDelay(source.context, down, `${name.text} down`) : none;
    const upDelay = up ? readDelay(source.context, up, `${name.text} up`) : none;
    return [{ interface: name.text, down: downDelay ?? none, up: upDelay ?? none }];
  });
}

function readDelay(context: BindContext, word: Word, what: string): Duration | undefined {
  const value = Number(word.text);
  if (/^(?:\d+\.?\d*|\.\d+)$/.test(word.text) && value <= LONGEST_DELAY) return seconds(value);
  tell(context, word, {
    code: "out-of-range",
    severity: "error",
    message: `the delay is '${word.text}', but it must be a number of seconds from 0 to ${LONGEST_DELAY}`,
    help: "write IF DOWN-SECONDS [UP-SECONDS]",
    texts: [`Invalid delay ${word.text} for ${what}`],
  });
  return undefined;
}
