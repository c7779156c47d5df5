/** The lab could not do something: the message says what, and the way out where there is one. */
export class LabError extends Error {
  override readonly name = "LabError";
}
