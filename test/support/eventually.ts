/** How long to go on looking, and how often; milliseconds. */
export interface Patience {
  readonly within: number;
  readonly every?: number;
}

/**
 * Polls until `look` gives something other than undefined or false, and returns it. An exception counts as "not yet";
 * the last one is the cause of the error when the time is over. This is how a test waits: for a state, never for a time.
 */
export async function eventually<Found>(
  look: () => Found | Promise<Found>,
  patience: Patience,
): Promise<Exclude<Awaited<Found>, undefined | false>> {
  const deadline = performance.now() + patience.within;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found as Exclude<Awaited<Found>, undefined | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, patience.every ?? 20));
  }
  throw new Error(`waited ${patience.within} ms in vain for: ${look.toString().replaceAll(/\s+/g, " ")}`, {
    cause,
  });
}
