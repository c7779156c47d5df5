/** What stands in a `reload_time_file`: when to reload, and whether it is a time of every day. */
export interface ReloadTime {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly daily: boolean;
}

const FORMAT = /^(?:(?:(\d{2})?(\d{2}))-(\d{2})-(\d{2}) )?(\d{2}):(\d{2}):(\d{2})(Z)?$/;

/**
 * Reads the first line of a `reload_time_file`: `HH:MM:SS`, `YY-MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM:SS`, each with a Z for
 * UTC, else in local time. A time without a date is the next of that time. Undefined when it is no time, or past.
 * @param now milliseconds since 1970.
 */
export function readReloadTime(text: string, now: number): ReloadTime | undefined {
  const [line = ""] = text.split("\n");
  const match = FORMAT.exec(line.trimEnd());
  if (match === null) return undefined;
  const [, century, year, month, day, hours, minutes, seconds, utc] = match;
  const clock = [Number(hours), Number(minutes), Number(seconds)] as const;
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > 60) return undefined;
  const instant = (date: readonly [number, number, number]) =>
    utc === undefined ? new Date(...date, ...clock).getTime() : Date.UTC(...date, ...clock);
  if (year !== undefined) {
    const at = instant([Number(`${century ?? "20"}${year}`), Number(month) - 1, Number(day)]);
    return at > now ? { at, daily: false } : undefined;
  }
  const today = new Date(now);
  const [y, m, d] =
    utc === undefined
      ? [today.getFullYear(), today.getMonth(), today.getDate()]
      : [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const at = instant([y, m, d]);
  return { at: at > now ? at : instant([y, m, d + 1]), daily: true };
}
