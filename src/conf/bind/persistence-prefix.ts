import { parseIpAddress } from "../../base/ip-address.ts";
import { tell } from "./context.ts";
import type { FieldSource } from "./fields.ts";

/** `persistence_granularity`: an IPv4 netmask or the length of an IPv6 prefix, as the length of a prefix. */
export function bindPersistencePrefix({ settings, context }: FieldSource): number | undefined {
  const word = settings.last("persistence_granularity")?.words[0];
  if (!word) return undefined;
  const length = /^\d+$/.test(word.text) ? Number(word.text) : maskLength(word.text);
  if (length !== undefined && length >= 1 && length <= 128) return length;
  tell(context, word, {
    code: "unknown-value",
    severity: "error",
    message: `the persistence_granularity is '${word.text}', which is neither a netmask nor a prefix length, so whole addresses count`,
    help: "write for example 255.255.255.0, or 64 for IPv6",
    texts: [`Invalid IPv4 persistence_granularity specified - ${word.text}`],
  });
  return undefined;
}

/** How many bits a netmask begins with; undefined for what is no netmask. */
function maskLength(text: string): number | undefined {
  const parsed = parseIpAddress(text);
  if (!parsed.ok || parsed.value.includes(":")) return undefined;
  const bits = parsed.value
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  return /^1+0*$/.test(bits) ? bits.replaceAll("0", "").length : undefined;
}
