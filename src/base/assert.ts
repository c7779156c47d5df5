/** A broken invariant of our own: a bug, never a user's mistake. A process that meets one hands its addresses over and ends. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * Ends the step when an invariant does not hold.
 * @throws {AssertionError} when `condition` is false.
 */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(`broken invariant: ${invariant}`);
}

/**
 * The default arm of an exhaustive `switch`; the compiler refuses it while a case is missing.
 * @throws {AssertionError} always.
 */
export function unreachable(value: never): never {
  throw new AssertionError(`broken invariant: unexpected ${JSON.stringify(value)}`);
}
