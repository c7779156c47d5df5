/**
 * What a configuration may grow to before it counts as a slip of the pen or an attack: an endless definition, sequences
 * inside sequences, files that include each other twice over. keepalived has no such limits and runs on.
 */
export const expansionLimits = {
  /** Bytes of a written line without its comment: the buffer of keepalived, less its end mark. */
  writtenLine: 1_023,
  /** Characters of a line after substitution. */
  expandedLine: 65_536,
  /** Characters of all substituted lines together. */
  substituted: 1_048_576,
  /** Characters of all lines together, every file counted each time it is read. */
  emitted: 67_108_864,
  /** Definitions of several lines and sequences inside one another. */
  depth: 64,
  /** Includes inside one another. */
  includeDepth: 64,
  /** Files read, counting a file each time it is. */
  files: 4_096,
} as const;

/** UTF-8 bytes of a text, without encoding it unless it is near the limit. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false;
  return text.length > limit || new TextEncoder().encode(text).length > limit;
}
