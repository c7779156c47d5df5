/** A counter in its nine columns, shortened by powers of a thousand when it does not fit (ipvsadm's print_largenum). */
export function bigCounter(value: bigint): string {
  if (value < 100_000_000n) return String(value).padStart(9);
  if (value < 1_000_000_000n) return `${String(value / 1_000n).padStart(8)}K`;
  if (value < 100_000_000_000n) return `${String(value / 1_000_000n).padStart(8)}M`;
  if (value < 100_000_000_000_000n) return `${String(value / 1_000_000_000n).padStart(8)}G`;
  return `${String(value / 1_000_000_000_000n).padStart(8)}T`;
}

/** A counter in full: nine columns, or one blank and as many as it needs. */
export function exactCounter(value: bigint): string {
  const text = String(value);
  return text.length <= 8 ? text.padStart(9) : ` ${text}`;
}
