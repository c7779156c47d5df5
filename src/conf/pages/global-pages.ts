import { instance } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

const globals = (lines: string): string => `global_defs {\n${lines}}\n${instance()}`;

/** Findings about global_defs, routes and rules. */
export const globalPages: readonly LanguagePage[] = [
  {
    code: "zero-becomes-one",
    severity: "warning",
    summary: "A number is 0 where at least 1 is needed.",
    reason: "keepalived takes 1 and says so.",
    mend: "write 1, or what was meant",
    example: {
      bad: instance("garp_master_repeat 0"),
      line: 8,
      good: instance("garp_master_repeat 1"),
    },
  },
  {
    code: "bad-port",
    severity: "error",
    summary: "The port of smtp_server is no port.",
    reason: "keepalived drops the mail server, so no alert is ever sent.",
    mend: "write smtp_server HOST PORT with a port from 1 to 65535, or HOST alone for port 25",
    example: {
      bad: globals("    smtp_server 192.0.2.25 smtp\n"),
      line: 2,
      good: globals("    smtp_server 192.0.2.25 25\n"),
      also: ["alert-without-recipient"],
    },
  },
  {
    code: "realtime-priority-clamped",
    severity: "warning",
    summary: "A realtime priority is beyond 1 to 99.",
    reason: "The kernel knows no other, so the nearest counts.",
    mend: "write a priority from 1 to 99",
    example: {
      bad: globals("    vrrp_rt_priority 150\n"),
      line: 2,
      good: globals("    vrrp_rt_priority 50\n"),
    },
  },
  {
    code: "empty-notification-email",
    severity: "warning",
    summary: "notification_email lists nobody.",
    reason: "No mail can be sent.",
    mend: "add an address, or remove the block",
    example: {
      bad: globals("    notification_email {\n    }\n"),
      line: 2,
      good: globals(
        "    notification_email {\n        admin@example.org\n    }\n    notification_email_from lb@example.org\n    smtp_server 192.0.2.25\n",
      ),
    },
  },
  {
    code: "bad-umask",
    severity: "error",
    summary: "A umask that is neither a number nor a list of names.",
    reason: "The default 0177 counts then.",
    mend: "write for example: umask 077, or umask IRWXG|IRWXO",
    example: { bad: globals("    umask secret\n"), line: 2, good: globals("    umask 077\n") },
  },
  {
    code: "bad-garp-extra-if",
    severity: "error",
    summary: "garp_extra_if with a time that cannot be read.",
    reason: "Gratuitous ARP is not repeated on the other interfaces then.",
    mend: "write the keyword and SECONDS, or all SECONDS",
    example: {
      bad: globals("    vrrp_garp_extra_if soon\n"),
      line: 2,
      good: globals("    vrrp_garp_extra_if 60\n"),
    },
  },
  {
    code: "bad-lvs-timeouts",
    severity: "error",
    summary: "A part of lvs_timeouts that cannot be read.",
    reason: "It is left out, and the kernel's own timeout counts.",
    mend: "write tcp SECONDS, tcpfin SECONDS, udp SECONDS",
    example: {
      bad: globals("    lvs_timeouts tcp forever\n"),
      line: 2,
      good: globals("    lvs_timeouts tcp 7200\n"),
    },
  },
  {
    code: "bad-sync-daemon",
    severity: "error",
    summary: "A part of lvs_sync_daemon that cannot be read.",
    reason: "It is left out; the sessions may not be synchronised as was wanted.",
    mend: "write lvs_sync_daemon IF inst INSTANCE, and if wanted id N, maxlen N, port N, ttl N, group ADDRESS",
    example: {
      bad: globals("    lvs_sync_daemon eth0 inst web colour 5\n"),
      line: 2,
      good: globals("    lvs_sync_daemon eth0 inst web id 5\n"),
    },
  },
  {
    code: "unknown-route-word",
    severity: "error",
    summary: "A word of a route that is neither a destination nor a keyword.",
    reason: "The route is dropped.",
    mend: "write for example: 10.0.0.0/8 via 192.0.2.1 dev eth0",
    example: {
      bad: instance("virtual_routes {\n        10.0.0.0/8 through 192.0.2.1 dev eth0\n    }"),
      line: 9,
      good: instance("virtual_routes {\n        10.0.0.0/8 via 192.0.2.1 dev eth0\n    }"),
    },
  },
  {
    code: "route-without-destination",
    severity: "error",
    summary: "A route without a destination.",
    reason: "It is dropped.",
    mend: "write for example: 10.0.0.0/8 via 192.0.2.1 dev eth0",
    example: {
      bad: instance("virtual_routes {\n        via 192.0.2.1 dev eth0\n    }"),
      line: 9,
      good: instance("virtual_routes {\n        10.0.0.0/8 via 192.0.2.1 dev eth0\n    }"),
    },
  },
  {
    code: "route-without-interface",
    severity: "warning",
    summary: "A virtual route names no interface.",
    reason: "Nobody notices when somebody else removes it.",
    mend: "add dev NAME, or no_track to say that this is meant",
    example: {
      bad: instance("virtual_routes {\n        10.0.0.0/8 via 192.0.2.1\n    }"),
      line: 9,
      good: instance("virtual_routes {\n        10.0.0.0/8 via 192.0.2.1 dev eth0\n    }"),
    },
  },
  {
    code: "unknown-rule-word",
    severity: "error",
    summary: "A word of a rule that is no keyword.",
    reason: "The rule is dropped.",
    mend: "write for example: from 192.0.2.0/24 table 100 preference 100",
    example: {
      bad: instance("virtual_rules {\n        form 192.0.2.0/24 table 100 preference 100\n    }"),
      line: 9,
      good: instance("virtual_rules {\n        from 192.0.2.0/24 table 100 preference 100\n    }"),
    },
  },
  {
    code: "rule-without-preference",
    severity: "warning",
    summary: "A rule has no preference.",
    reason: "One is made up, which may put it behind or before the rules it was to join.",
    mend: "add preference N",
    example: {
      bad: instance("virtual_rules {\n        from 192.0.2.0/24 table 100\n    }"),
      line: 9,
      good: instance("virtual_rules {\n        from 192.0.2.0/24 table 100 preference 100\n    }"),
    },
  },
  {
    code: "missing-keyword",
    severity: "error",
    summary: "A block lacks what it cannot be without.",
    reason: "The whole block is left out.",
    mend: "add the keyword that is named",
    example: {
      bad: `vrrp_track_process nginx {\n    weight 10\n}\n${instance("track_process {\n        nginx\n    }")}`,
      line: 3,
      also: ["unknown-tracker"],
      good: `vrrp_track_process nginx {\n    process nginx\n    weight 10\n}\n${instance("track_process {\n        nginx\n    }")}`,
    },
  },
];
