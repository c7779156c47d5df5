import type { OddCase } from "./odd-values.ts";

/** A case with the exit code of keepalived 2.2.7. */
export interface OddAnswer extends OddCase {
  readonly theirs: { readonly exit: number; readonly lines: readonly string[] };
}

/** Why locum differs from keepalived 2.2.7 on purpose, or for lack of knowledge, and when. */
interface Explanation {
  readonly reason: string;
  readonly holds: (answer: OddAnswer) => boolean;
}

const at =
  (pattern: RegExp, value: RegExp = /^/) =>
  (answer: OddAnswer): boolean =>
    pattern.test(`${answer.path}/${answer.keyword}`) && value.test(answer.value);

const explanations: readonly Explanation[] = [
  {
    reason: "keepalived 2.2.7 crashes or is stopped by its own signal",
    holds: ({ theirs }) => theirs.exit >= 128 || theirs.exit === 124,
  },
  {
    reason:
      "keepalived names the line before for keywords of the top level, which it reads in an earlier pass",
    holds: ({ path }) => path === "",
  },
  {
    reason: "only the machine knows how many CPUs it has",
    holds: at(/_cpu_affinity$/),
  },
  {
    reason: "keepalived looks names of mail servers up, which a linter does not",
    holds: at(/smtp_server$/),
  },
  {
    reason: "users of scripts are looked up where the scripts are started",
    holds: at(/_script$/, /nosuchuser/),
  },
  {
    reason: "Debian's keepalived is built without regular expressions and steps over their keywords",
    holds: at(/\/regex_/),
  },
  {
    reason: "a socket name is optional since the release after 2.2.7",
    holds: at(/snmp_socket$/, /^$/),
  },
  {
    reason: "interfaces of a garp_group are looked up when packets are limited",
    holds: at(/^garp_group\/interface$/),
  },
  {
    reason: "keepalived looks at a script only when there is an instance; the script is missing all the same",
    holds: at(/^vrrp_script\/script$/, /nonexistent/),
  },
  {
    reason: "names of trackers in checks are looked up where the checks are run",
    holds: at(/(?:FILE_CHECK|BFD_CHECK)\//),
  },
  {
    reason: "a family that is written twice over is no contradiction",
    holds: at(/^virtual_server\/ip_family$/),
  },
  {
    reason: "the source address decides the family here, and the addresses of the other one are told instead",
    holds: at(/^vrrp_instance\/(?:mcast|unicast)_src_ip$|^vrrp_instance\/mcast_dst_ip$/, /fe80/),
  },
];

/** Why a case differs; undefined when nothing explains it. */
export function explainOdd(answer: OddAnswer): string | undefined {
  return explanations.find(({ holds }) => holds(answer))?.reason;
}
