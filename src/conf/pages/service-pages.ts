import { instance, realServer, service, serviceOf } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

const check = (kind: string, lines: string): string =>
  realServer("10.0.0.11 80", `${kind} {\n${lines}        }`);
const http = (lines: string): string =>
  service(check("HTTP_GET", `            url {\n${lines}            }\n            connect_timeout 3\n`));
const SESSION = "bfd_instance web1 {\n    neighbor_ip 10.0.0.11\n}\n";
const follows = (name: string): string => `BFD_CHECK {\n            name ${name}\n        }`;
const twoChecks = (second: string): string =>
  realServer("10.0.0.11 80", `${follows("web1")}\n        ${follows(second)}`);

/** Findings about virtual and real servers and their checks. */
export const servicePages: readonly LanguagePage[] = [
  {
    code: "bad-virtual-server",
    severity: "error",
    summary: "A virtual_server whose address, port or mark cannot be read.",
    reason: "It is left out as a whole.",
    mend: "write virtual_server ADDRESS PORT { ... }, virtual_server fwmark N { ... } or virtual_server group NAME { ... }",
    example: { bad: service().replace("192.0.2.10", "192.0.2.310"), line: 1, good: service() },
  },
  {
    code: "bad-real-server",
    severity: "error",
    summary: "A real_server whose address or port cannot be read.",
    reason: "It is left out, and the others carry its share.",
    mend: "write real_server ADDRESS PORT { ... }",
    example: {
      bad: service(realServer("10.0.0.11 80"), realServer("10.0.0.312 80")),
      line: 11,
      good: service(),
    },
  },
  {
    code: "bad-sorry-server",
    severity: "error",
    summary: "A sorry_server whose address or port cannot be read.",
    reason: "There is no sorry server then, and nobody answers when the quorum is lost.",
    mend: "write sorry_server ADDRESS PORT",
    example: {
      bad: service("sorry_server 10.0.0.399 80"),
      line: 6,
      good: service("sorry_server 10.0.0.99 80"),
    },
  },
  {
    code: "no-real-server",
    severity: "error",
    summary: "A virtual_server without any server.",
    reason: "It is left out.",
    mend: "add real_server ADDRESS PORT { ... }",
    example: {
      bad: "virtual_server 192.0.2.10 80 {\n    delay_loop 10\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n}\n",
      line: 1,
      good: service(),
    },
  },
  {
    code: "duplicate-real-server",
    severity: "error",
    summary: "A real server is written twice in one service.",
    reason: "The table can hold it once; the second is left out.",
    mend: "remove one of the two; to send it more, raise its weight",
    example: {
      bad: service(realServer("10.0.0.11 80"), realServer("10.0.0.11 80")),
      line: 11,
      good: service(),
    },
  },
  {
    code: "protocol-not-set",
    severity: "warning",
    summary: "A virtual_server without protocol.",
    reason: "UDP counts then, which is seldom meant: a web server stays unreachable.",
    mend: "add protocol TCP (or UDP, SCTP)",
    example: {
      bad: service().replace("    protocol TCP\n", ""),
      line: 1,
      good: service(),
      also: ["udp-checked-by-tcp"],
    },
  },
  {
    code: "protocol-with-fwmark",
    severity: "warning",
    summary: "A service of a firewall mark with a protocol.",
    reason: "The mark says which packets belong to it; the line has no effect.",
    mend: "remove the protocol line",
    example: {
      bad: serviceOf("fwmark 1", [
        "real_server 10.0.0.11 {\n        TCP_CHECK {\n            connect_port 80\n            connect_timeout 3\n        }\n    }",
      ]),
      line: 5,
      good: serviceOf("fwmark 1", [
        "real_server 10.0.0.11 {\n        TCP_CHECK {\n            connect_port 80\n            connect_timeout 3\n        }\n    }",
      ]).replace("    protocol TCP\n", ""),
    },
  },
  {
    code: "scheduler-not-set",
    severity: "warning",
    summary: "A virtual_server without scheduler.",
    reason: "wlc counts then.",
    mend: "add lb_algo wlc, or the scheduler you want",
    example: { bad: service().replace("    lb_algo wrr\n", ""), line: 1, good: service() },
  },
  {
    code: "forwarding-not-set",
    severity: "warning",
    summary: "A virtual_server without forwarding method.",
    reason: "NAT counts then. Real servers that are set up for DR or TUN do not answer.",
    mend: "add lb_kind NAT (or DR, TUN)",
    example: { bad: service().replace("    lb_kind NAT\n", ""), line: 1, good: service() },
  },
  {
    code: "flag-of-another-scheduler",
    severity: "warning",
    summary: "A flag of a scheduler that the service does not use.",
    reason: "It has no effect.",
    mend: "remove it, or write the scheduler it belongs to",
    example: { bad: service("sh-port"), line: 6, good: service("lb_algo sh", "sh-port") },
  },
  {
    code: "port-zero-without-persistence",
    severity: "warning",
    summary: "A service for every port is not persistent.",
    reason:
      "The connections of one client would go to different servers, so keepalived makes it persistent for six minutes.",
    mend: "write the port, or add persistence_timeout SECONDS",
    example: {
      bad: serviceOf("192.0.2.10 0", [
        "real_server 10.0.0.11 {\n        TCP_CHECK {\n            connect_port 80\n            connect_timeout 3\n        }\n    }",
      ]),
      line: 1,
      good: serviceOf("192.0.2.10 0", [
        "persistence_timeout 300",
        "real_server 10.0.0.11 {\n        TCP_CHECK {\n            connect_port 80\n            connect_timeout 3\n        }\n    }",
      ]),
    },
  },
  {
    code: "ops-without-udp",
    severity: "warning",
    summary: "One-packet scheduling on a service that is not UDP.",
    reason: "A TCP connection cannot be scheduled packet by packet, so ops has no effect.",
    mend: "remove ops, or write protocol UDP",
    example: { bad: service("ops"), line: 6, good: service() },
  },
  {
    code: "quorum-unreachable",
    severity: "warning",
    summary: "The quorum is more than all real servers weigh together.",
    reason: "It could never be reached, so the total counts instead.",
    mend: "lower the quorum, or raise the weights",
    example: {
      bad: service("quorum 5", "sorry_server 10.0.0.99 80"),
      line: 6,
      good: service("quorum 1", "sorry_server 10.0.0.99 80"),
      also: ["quorum-needs-every-server"],
    },
  },
  {
    code: "hysteresis-too-large",
    severity: "warning",
    summary: "The hysteresis is not below the quorum.",
    reason: "The quorum would be lost and won at the wrong times, so 0 counts instead.",
    mend: "write a hysteresis below the quorum",
    example: { bad: service("hysteresis 2"), line: 6, good: service("hysteresis 0") },
  },
  {
    code: "mixed-families",
    severity: "error",
    summary: "IPv4 and IPv6 are mixed where one family is needed.",
    reason: "The address that does not fit is left out: a real server, a peer, a virtual address.",
    mend: "use addresses of one family; give the other one a block of its own",
    example: {
      bad: service(realServer("10.0.0.11 80"), realServer("2001:db8::12 80")),
      line: 11,
      good: service(realServer("10.0.0.11 80"), realServer("10.0.0.12 80")),
    },
  },
  {
    code: "port-mapping-without-nat",
    severity: "warning",
    summary: "A real server has another port than its service, but DR and TUN cannot change ports.",
    reason:
      "With direct routing the packet arrives as the client sent it. The service's port counts, and a server that listens elsewhere is never reached.",
    mend: "write the service's port, or use lb_kind NAT; to check another port, use connect_port in the check",
    example: {
      bad: service("lb_kind DR", realServer("10.0.0.11 8080")),
      line: 1,
      good: service("lb_kind DR", realServer("10.0.0.11 80")),
      also: ["check-on-other-port"],
    },
  },
  {
    code: "port-with-fwmark",
    severity: "warning",
    summary: "A real server of a firewall mark service has a port, but DR and TUN cannot change ports.",
    reason: "Each packet keeps its port.",
    mend: "remove the port; to check a port, use connect_port in the check",
    example: {
      bad: serviceOf("fwmark 1", ["lb_kind DR", realServer("10.0.0.11 80")]).replace(
        "    protocol TCP\n",
        "",
      ),
      line: 1,
      good: serviceOf("fwmark 1", [
        "lb_kind DR",
        realServer(
          "10.0.0.11",
          "TCP_CHECK {\n            connect_port 80\n            connect_timeout 3\n        }",
        ),
      ]).replace("    protocol TCP\n", ""),
    },
  },
  {
    code: "bad-group-entry",
    severity: "error",
    summary: "A line of a virtual_server_group that is no address.",
    reason: "It is left out of the group.",
    mend: "write ADDRESS [PORT], ADDRESS-LAST [PORT] or fwmark N, one per line",
    example: {
      bad: `virtual_server_group web {\n    192.0.2.10 80\n    lb_algo rr\n}\n${service().replace("192.0.2.10 80", "group web")}`,
      line: 3,
      good: `virtual_server_group web {\n    192.0.2.10 80\n}\n${service().replace("192.0.2.10 80", "group web")}`,
    },
  },
  {
    code: "empty-group",
    severity: "error",
    summary: "A virtual_server_group without entries.",
    reason: "It is removed, and the services that name it with it.",
    mend: "add lines such as 192.0.2.10 80",
    example: {
      bad: `virtual_server_group web {\n}\n${service().replace("192.0.2.10 80", "group web")}`,
      line: 1,
      good: `virtual_server_group web {\n    192.0.2.10 80\n}\n${service().replace("192.0.2.10 80", "group web")}`,
      also: ["unknown-group"],
    },
  },
  {
    code: "check-without-url",
    severity: "error",
    summary: "HTTP_GET or SSL_GET without a url block.",
    reason: "There is nothing to ask for, so the check is left out.",
    mend: "add url { path / status_code 200 }, one word a line",
    example: {
      bad: service(check("HTTP_GET", "            connect_timeout 3\n")),
      line: 9,
      good: http("                path /\n                status_code 200\n"),
    },
  },
  {
    code: "url-without-path",
    severity: "warning",
    summary: "A url block without path.",
    reason: "keepalived leaves the block out; locum asks for /.",
    mend: "add path /",
    example: {
      bad: http("                status_code 200\n"),
      line: 10,
      good: http("                path /\n                status_code 200\n"),
    },
  },
  {
    code: "digest-twice",
    severity: "warning",
    summary: "The same digest twice in one url.",
    reason: "The second line adds nothing; probably another digest was meant.",
    mend: "remove one of the lines, or write the other digest",
    example: {
      bad: http(
        "                digest 3b1fb749c971d7a2c6a517b37f735df2\n                digest 3b1fb749c971d7a2c6a517b37f735df2\n",
      ),
      line: 10,
      good: http("                digest 3b1fb749c971d7a2c6a517b37f735df2\n"),
      also: ["repeated-keyword", "url-without-path"],
    },
  },
  {
    code: "bad-digest",
    severity: "error",
    summary: "A digest that is no MD5 sum.",
    reason: "It is not compared, so any page will do.",
    mend: "run locum genhash against the server and copy its 32 digits",
    example: {
      bad: http("                path /\n                digest 1234\n"),
      line: 10,
      good: http("                path /\n                digest 3b1fb749c971d7a2c6a517b37f735df2\n"),
    },
  },
  {
    code: "bad-status-code",
    severity: "error",
    summary: "A status code that is no number from 100 to 599.",
    reason: "It is left out of the list.",
    mend: "write for example: status_code 200 or status_code 200-299 301",
    example: {
      bad: http("                path /\n                status_code OK\n"),
      line: 10,
      good: http("                path /\n                status_code 200\n"),
    },
  },
  {
    code: "check-without-command",
    severity: "error",
    summary: "A MISC_CHECK without misc_path.",
    reason: "There is nothing to run, so the check is left out.",
    mend: 'add misc_path "/path/to/check"',
    example: {
      bad: service(check("MISC_CHECK", "            misc_timeout 3\n")),
      line: 9,
      good: service(
        check("MISC_CHECK", '            misc_path "/usr/local/bin/check_web"\n            misc_timeout 3\n'),
      ),
    },
  },
  {
    code: "check-without-file",
    severity: "error",
    summary: "A FILE_CHECK without track_file.",
    reason: "There is no file to read, so the check is left out.",
    mend: "add track_file NAME",
    example: {
      bad: service(check("FILE_CHECK", "            weight 1\n")),
      line: 9,
      good: `track_file web {\n    file /run/web\n}\n${service(check("FILE_CHECK", "            track_file web\n            weight 1\n"))}${instance()}`,
    },
  },
  {
    code: "check-without-session",
    severity: "error",
    summary: "A BFD_CHECK without name.",
    reason: "There is no session to follow, so the check is left out.",
    mend: "add name BFD_INSTANCE",
    example: {
      bad: `${SESSION}${service(check("BFD_CHECK", "            alpha\n"))}`,
      line: 12,
      good: `${SESSION}${service(check("BFD_CHECK", "            name web1\n            alpha\n"))}`,
    },
  },
  {
    code: "unknown-session",
    severity: "error",
    summary: "A BFD_CHECK names a bfd_instance that is not there, or that is for virtual routers only.",
    reason: "There is no session to follow, so the check is left out and the real server counts as alive.",
    mend: "define the bfd_instance, or correct the name",
    example: {
      bad: `${SESSION}${service(check("BFD_CHECK", "            name web2\n"))}`,
      line: 11,
      good: `${SESSION}${service(check("BFD_CHECK", "            name web1\n"))}`,
    },
  },
  {
    code: "duplicate-session-check",
    severity: "warning",
    summary: "A real server has two BFD_CHECK blocks with the same session.",
    reason: "The second would say what the first says, so it is left out.",
    mend: "remove one of them",
    example: {
      bad: `${SESSION}${service(twoChecks("web1"))}`,
      line: 14,
      good: `bfd_instance web2 {\n    neighbor_ip 10.0.0.13\n}\n${SESSION}${service(twoChecks("web2"))}`,
    },
  },
];
