/** The processes of a daemon. */
export type ProcessKind = "parent" | "vrrp" | "checkers" | "bfd";

/** What tells one daemon of several from the others. */
export interface DaemonName {
  /** The network namespace that its file or `-s` names. */
  readonly namespace?: string;
  /** `instance`. */
  readonly instance?: string;
}

/** keepalived's names in syslog; those of namespace and instance come behind. */
export function journalIdentifier(kind: ProcessKind, { namespace, instance }: DaemonName): string {
  const own = { parent: "", vrrp: "_vrrp", checkers: "_healthcheckers", bfd: "_bfd" }[kind];
  return ["Keepalived", own, ...[namespace, instance].flatMap((name) => (name ? ["_", name] : []))].join("");
}
