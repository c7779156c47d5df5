/** A step that did not hold: what was expected, and what was there instead. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";

  constructor(expected: string, found: string) {
    super(`expected ${expected}; found ${found}`);
  }
}
