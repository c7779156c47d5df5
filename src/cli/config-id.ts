import { hostname } from "node:os";

/** The id that `@` lines are compared with when `-i` gives none: the host name up to its first dot. */
export function defaultConfigId(): string {
  return hostname().split(".")[0] ?? "";
}
