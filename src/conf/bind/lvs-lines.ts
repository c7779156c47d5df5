import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import { type Duration, seconds } from "../../base/time.ts";
import type { LvsDefinitions, SyncDaemon } from "../model/service-definitions.ts";
import type { Word } from "../tree.ts";
import { type BindContext, placeOf, tell } from "./context.ts";
import type { FieldSource } from "./fields.ts";

/** Longest timeout the kernel keeps, in seconds: 31 days. */
const LONGEST_TIMEOUT = 86_400 * 31;

type TimeoutName = "tcpTimeout" | "tcpFinTimeout" | "udpTimeout";
const TIMEOUTS: Readonly<Record<string, TimeoutName>> = {
  tcp: "tcpTimeout",
  tcpfin: "tcpFinTimeout",
  udp: "udpTimeout",
};

/** `lvs_timeouts [tcp SECS] [tcpfin SECS] [udp SECS]`. */
export function bindLvsTimeouts({ settings, context }: FieldSource): Pick<LvsDefinitions, TimeoutName> {
  const timeouts: Partial<Record<TimeoutName, Duration>> = {};
  const setting = settings.last("lvs_timeouts");
  if (!setting) return timeouts;
  if (setting.words.length === 0) {
    refuseTimeout(context, setting.directive.words[0], "lvs_timeouts requires at least one option");
  }
  for (let at = 0; at < setting.words.length; at += 2) {
    const word = setting.words[at];
    const value = setting.words[at + 1];
    const name = TIMEOUTS[word?.text ?? ""];
    if (!name) {
      refuseTimeout(context, word, `Unknown option ${word?.text ?? ""} specified for lvs_timeouts`);
      // keepalived steps over the one word it does not know.
      at--;
    } else if (!value) {
      refuseTimeout(context, word, `No value specified for lvs_timout ${word?.text} - ignoring`);
    } else if (!/^\+?\d+$/.test(value.text) || Number(value.text) > LONGEST_TIMEOUT) {
      refuseTimeout(context, value, `Invalid lvs_timeout ${word?.text} - ${value.text}`);
    } else timeouts[name] = seconds(Number(value.text));
  }
  return timeouts;
}

function refuseTimeout(context: BindContext, word: Word | undefined, text: string): void {
  if (!word) return;
  tell(context, word, {
    code: "bad-lvs-timeouts",
    severity: "error",
    message: `'${word.text}' in lvs_timeouts is not understood, so it is left out`,
    help: `write tcp SECONDS, tcpfin SECONDS, udp SECONDS, each from 0 to ${LONGEST_TIMEOUT}`,
    texts: [text],
  });
}

const NUMBERS = {
  id: { key: "id", min: 0, max: 255 },
  maxlen: { key: "maxLength", min: 1, max: 65_507 },
  port: { key: "port", min: 1, max: 65_535 },
  ttl: { key: "ttl", min: 1, max: 255 },
} as const;

/** keepalived's own values of the connection synchronisation. */
const SYNC_DEFAULTS = { port: 8848, ttl: 1, group: "224.0.0.81" as IpAddress };

/** `lvs_sync_daemon IF [inst NAME] [id N] ...`, or as it was written once: `IF NAME [ID]`. */
export function bindSyncDaemon({ settings, context }: FieldSource): SyncDaemon | undefined {
  const setting = settings.last("lvs_sync_daemon");
  const [device, ...rest] = setting?.words ?? [];
  if (!setting || !device) return undefined;
  const known = new Set<string>(["inst", "group", ...Object.keys(NUMBERS)]);
  if (rest[0] && !known.has(rest[0].text)) {
    const id = Number(rest[1]?.text);
    return {
      interface: device.text,
      instance: rest[0].text,
      ...(Number.isInteger(id) && id >= 0 && id <= 255 ? { id } : {}),
      ...SYNC_DEFAULTS,
    };
  }
  const options: Partial<Record<keyof SyncDaemon, string | number>> = {};
  for (let at = 0; at < rest.length; at += 2) {
    const [word, value] = [rest[at], rest[at + 1]];
    const option = word && value ? readOption(word, value) : undefined;
    if (option) options[option.key] = option.value;
    else {
      tell(context, word ?? placeOf(setting.directive), {
        code: "bad-sync-daemon",
        severity: "error",
        message: `'${word?.text ?? ""}' with '${value?.text ?? "nothing"}' means nothing in lvs_sync_daemon; it is left out`,
        help: "write lvs_sync_daemon IF inst INSTANCE id 0..255 maxlen N port N ttl N group ADDRESS",
        texts: [`Unknown option ${word?.text ?? ""} specified for lvs_sync_daemon`],
      });
    }
  }
  return { ...SYNC_DEFAULTS, ...options, interface: device.text } as SyncDaemon;
}

function readOption(
  word: Word,
  value: Word,
): { readonly key: keyof SyncDaemon; readonly value: string | number } | undefined {
  if (word.text === "inst") return { key: "instance", value: value.text };
  if (word.text === "group") {
    const parsed = parseIpAddress(value.text);
    return parsed.ok ? { key: "group", value: parsed.value } : undefined;
  }
  const limit = Object.entries(NUMBERS).find(([name]) => name === word.text)?.[1];
  const number = Number(value.text);
  if (!limit || !/^\d+$/.test(value.text) || number < limit.min || number > limit.max) return undefined;
  return { key: limit.key, value: number };
}
