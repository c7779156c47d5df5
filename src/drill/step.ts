import type { Stage } from "./stage.ts";

/** One step of a drill: does something, looks whether what must happen happens, and says what it found. */
export interface Step {
  readonly name: string;
  /**
   * Returns what was found, in one sentence; `show` takes lines that are worth seeing on the way.
   * @throws {StepFailure} when it did not hold.
   */
  run(stage: Stage, show: (line: string) => void): Promise<string>;
}
