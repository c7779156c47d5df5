/** The processes of a daemon. */
export type ProcessKind = "parent" | "vrrp" | "checkers" | "bfd";

/** keepalived's names in syslog; `instance` comes behind. */
export function journalIdentifier(kind: ProcessKind, instance: string | undefined): string {
  const own = { parent: "", vrrp: "_vrrp", checkers: "_healthcheckers", bfd: "_bfd" }[kind];
  return `Keepalived${own}${instance === undefined ? "" : `_${instance}`}`;
}
