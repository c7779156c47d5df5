/** A block of a written configuration, one line each. */
export function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines, "}"];
}
