/** The largest number of 32 bits, keepalived's limit where it has no other. */
export const MOST = 0xffff_ffff;

/** What keepalived says of a number from 0 to `most` that is none; undefined for a good one. */
export function numberFault(text: string, most: number, base: 0 | 10): string | undefined {
  if (/^-(?:\d+)$/.test(text)) return `negative number '${text}'`;
  if (!/^\+?\d+$/.test(text) && !(base === 0 && /^0x[0-9a-f]+$/i.test(text)))
    return `invalid number '${text}'`;
  if (Number(text) > MOST) return `number '${text}' outside unsigned integer range`;
  return Number(text) > most ? `number '${text}' outside range [0, ${most}]` : undefined;
}
