import { instance } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

/** Findings about the comments that turn rules off. */
export const commentPages: readonly LanguagePage[] = [
  {
    code: "unknown-rule",
    severity: "warning",
    keepalived: false,
    summary: "A comment turns off a rule that does not exist.",
    reason: "The finding that was meant goes on being told, or will be when it comes.",
    mend: "write the name that stands in brackets after the severity; --list-rules shows all",
    example: {
      bad: instance("# locum-disable-next-line owner-priorty", "priority 255"),
      line: 8,
      good: instance("# locum-disable-next-line owner-priority", "mcast_src_ip 192.0.2.1")
        .replace("    priority 100\n", "    # locum-disable-next-line owner-priority\n    priority 255\n")
        .replace("    # locum-disable-next-line owner-priority\n    mcast", "    mcast"),
      also: ["owner-priority"],
    },
  },
  {
    code: "unused-suppression",
    severity: "hint",
    keepalived: false,
    summary: "A comment turns off a rule that finds nothing there.",
    reason:
      "It was needed once, or stands on the wrong line. Left there it would hide the next finding of that rule.",
    mend: "remove the comment; --fix does so",
    example: { bad: `# locum-disable owner-priority\n${instance()}`, line: 1, good: instance() },
  },
  {
    code: "suppression-refused",
    severity: "warning",
    keepalived: false,
    summary: "A comment tries to turn off a finding that keeps the daemon from starting.",
    reason: "Hidden, it would still be there, and the daemon would not start and nobody would have said why.",
    mend: "mend what is found, and remove the comment",
    example: {
      bad: `# locum-disable missing-value\n${instance("priority")}`,
      line: 1,
      good: instance(),
      also: ["missing-value"],
    },
  },
];
