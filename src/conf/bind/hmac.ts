import { toHex } from "../../base/bytes.ts";
import type { HmacAuthentication } from "../model/vrrp-instance.ts";
import type { Word } from "../tree.ts";
import { type BindContext, placeOf, tell } from "./context.ts";
import { bindFields, duration, type FieldSource, number, oneOf } from "./fields.ts";
import { readBlock, type Settings } from "./settings.ts";

const FIELDS = {
  activeKey: number("active_key"),
  timeWindow: duration("time_window"),
  antiReplay: oneOf(["time", "monotonic"], "anti_replay"),
  mode: oneOf(["enforce", "permissive", "receive-only"], "mode"),
};

/** Octets of a key, as keepalived bounds them. */
const SHORTEST_KEY = 32;
const LONGEST_KEY = 64;
const HEX = "hex:";
const FILE = "file:";

/** Binds the `auth_hmac` block of an instance; undefined when there is none. */
export function bindHmac({ settings, context }: FieldSource): HmacAuthentication | undefined {
  const setting = settings.last("auth_hmac");
  const block = setting?.directive.block;
  if (!setting || !block) return undefined;
  const inner = readBlock(context, { block, path: "vrrp_instance/auth_hmac" });
  const keys = bindKeys(inner, context);
  if (keys.length === 0) {
    tell(context, placeOf(setting.directive), {
      code: "hmac-without-key",
      severity: "error",
      message: `auth_hmac of ${context.owner} has no key that can be used, so the instance does not run`,
      help: "add key 1 file:/etc/keepalived/keys/NAME with a file made by openssl rand -hex 32 | sed s/^/hex:/",
    });
  }
  const { antiReplay = "time", mode = "enforce", ...rest } = bindFields({ settings: inner, context }, FIELDS);
  const active = inner.last("active_key");
  if (active && keys.length > 0 && !keys.some(({ id }) => id === rest.activeKey)) {
    const lowest = Math.min(...keys.map(({ id }) => id));
    tell(context, active.words[0] ?? placeOf(active.directive), {
      code: "hmac-active-key-unknown",
      severity: "error",
      message: `active_key is ${rest.activeKey}, but auth_hmac of ${context.owner} has no usable key with that number; key ${lowest} signs instead`,
      help: "name one of the keys of the block",
    });
  }
  return { keys, antiReplay, mode, ...rest };
}

function bindKeys(inner: Settings, context: BindContext): HmacAuthentication["keys"] {
  const keys = new Map<number, string>();
  for (const { words } of inner.every("key")) {
    const [number, value] = words;
    const id = Number(number?.text);
    if (!number || !value || !Number.isInteger(id) || id < 1 || id > 255) continue;
    if (keys.has(id)) {
      tell(context, number, {
        code: "hmac-key-twice",
        severity: "error",
        message: `auth_hmac of ${context.owner} has a key ${id} already; the first one counts`,
        help: "give each key a number of its own, the same on every router",
      });
      continue;
    }
    const secret = value.text.startsWith(FILE) ? fromFile(context, value) : value.text;
    if (secret !== undefined && isUsable(context, { id, secret, value })) keys.set(id, secret);
  }
  return [...keys].map(([id, secret]) => ({ id, secret }));
}

/** What the file holds: as in keepalived a line `hex:DIGITS` or the key itself, whatever octets it is made of. */
function fromFile(context: BindContext, value: Word): string | undefined {
  const path = value.text.slice(FILE.length);
  const { readSecret, inspectFile } = context.environment;
  if (readSecret === undefined) return value.text;
  const octets = readSecret(path);
  if (octets === undefined) {
    tell(context, value, {
      code: "hmac-key-file-unreadable",
      severity: "error",
      message: `cannot read the key file ${path}, or it is longer than any key`,
      help: "write the path of a file that root can read and that holds one key",
    });
    return undefined;
  }
  const mode = inspectFile?.(path)?.mode ?? 0;
  if ((mode & 0o077) !== 0) {
    tell(context, value, {
      code: "hmac-key-file-open",
      severity: "warning",
      message: `the key file ${path} has the mode 0${(mode & 0o777).toString(8)}, so others than its owner can get at the key`,
      help: `take the permission away: chmod go= ${path}`,
    });
  }
  let end = octets.length;
  while (end > 0 && (octets[end - 1] === 10 || octets[end - 1] === 13)) end--;
  const key = octets.subarray(0, end);
  const text = String.fromCharCode(...key);
  return text.startsWith(HEX) ? text : HEX + toHex(key);
}

function isUsable(
  context: BindContext,
  key: { readonly id: number; readonly secret: string; readonly value: Word },
): boolean {
  const { id, secret, value } = key;
  if (secret.startsWith(FILE)) return true;
  const digits = secret.startsWith(HEX) ? secret.slice(HEX.length) : undefined;
  const readable = digits === undefined || (/^[0-9a-f]*$/i.test(digits) && digits.length % 2 === 0);
  const octets = digits === undefined ? octetsOf(secret) : digits.length / 2;
  if (readable && octets >= SHORTEST_KEY && octets <= LONGEST_KEY) return true;
  const found = readable ? `has ${octets} octets` : "is no row of pairs of hexadecimal digits";
  tell(context, value, {
    code: "hmac-key-length",
    severity: "error",
    message: `key ${id} of ${context.owner} ${found}, wanted ${SHORTEST_KEY} to ${LONGEST_KEY} octets; it is left out`,
    help: "make one with openssl rand -hex 32, and write hex: before it",
  });
  return false;
}

/** Octets of UTF-8. */
function octetsOf(text: string): number {
  let octets = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    octets += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return octets;
}
