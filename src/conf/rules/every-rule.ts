import type { Rule } from "./rule.ts";

/** Every rule of the linter, one file each. */
export const everyRule: readonly Rule[] = [];
