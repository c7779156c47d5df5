import { familyOf, type IpAddress, parseIpAddress } from "../../base/ip-address.ts";

/** An address with an optional prefix length; undefined when it is not one. */
export function parsePrefix(
  text: string,
): { readonly address: IpAddress; readonly length?: number } | undefined {
  const [host = "", length] = text.split("/", 2);
  const address = parseIpAddress(host);
  if (!address.ok) return undefined;
  if (length === undefined) return { address: address.value };
  const bits = Number(length);
  const most = familyOf(address.value) === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(length) && bits <= most ? { address: address.value, length: bits } : undefined;
}
