/** A source of numbers in [0, 1). The live host passes the operating system's; the simulator passes a seeded one. */
export type Random = () => number;

/** A small seeded generator (the mulberry32 recurrence): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    const drawn = drawRandom(state);
    state = drawn.next;
    return drawn.value;
  };
}

/** One number in [0, 1) of the same generator, and the state to draw the next one from: for a machine that keeps it in its own state. */
export function drawRandom(seed: number): { readonly value: number; readonly next: number } {
  const next = (seed + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000, next };
}
