import { instance } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

const routes = (line: string) => instance(`virtual_routes {\n        ${line}\n    }`);
const rules = (line: string) => instance(`virtual_rules {\n        ${line}\n    }`);
const addresses = (line: string) => instance(`virtual_ipaddress {\n        ${line}\n    }`);
const group = "track_group G {\n    group {\n        web\n    }\n}\n";
const statics = "static_routes {\n    10.0.0.0/8 dev eth0 track_group G\n}\n";

/** Findings about the lines of addresses, routes and rules. */
export const entryPages: readonly LanguagePage[] = [
  {
    code: "unknown-address-word",
    severity: "error",
    summary: "A word after a virtual address that means nothing.",
    reason:
      "It is passed over, and what comes after it is read as if it were not there; the address may stand on another interface than was meant.",
    mend: "write for example: 192.0.2.10/24 dev eth0 label eth0:web",
    example: {
      bad: addresses("192.0.2.10/24 device eth0"),
      line: 6,
      good: addresses("192.0.2.10/24 dev eth0"),
    },
  },
  {
    code: "bad-broadcast",
    severity: "error",
    summary: "A broadcast address that is none.",
    reason:
      "The whole address is left out. Only one that a prefix or a peer leaves no room for is passed over alone.",
    mend: "write an IPv4 address, + for the last or - for the first address of the network",
    example: {
      bad: addresses("192.0.2.10/24 brd all"),
      line: 6,
      good: addresses("192.0.2.10/24 brd +"),
      also: ["no-virtual-address"],
    },
  },
  {
    code: "address-label-too-long",
    severity: "error",
    summary: "The label of an address has more than 15 characters.",
    reason:
      "The kernel keeps 15 characters for a label, and the whole address is left out when it is longer.",
    mend: "shorten the label; it has to begin with the name of the interface, such as eth0:web",
    example: {
      bad: addresses("192.0.2.10/24 label eth0:public-website"),
      line: 6,
      good: addresses("192.0.2.10/24 label eth0:website"),
      also: ["no-virtual-address"],
    },
  },
  {
    code: "bad-entry-value",
    severity: "error",
    summary: "A word of an address, a route or a rule has a value that it cannot have.",
    reason:
      "The message says what is lost: a route or a rule is dropped as a whole for most values, an address goes without the word.",
    mend: "write what the message asks for",
    example: {
      bad: routes("10.0.0.0/8 dev eth0 metric low"),
      line: 9,
      good: routes("10.0.0.0/8 dev eth0 metric 10"),
    },
  },
  {
    code: "entry-words-clash",
    severity: "error",
    summary: "Two words of a route or a rule do not go together.",
    reason: "The message says whether the line is dropped or goes without one of them.",
    mend: "leave one of them out",
    example: {
      bad: routes("10.0.0.0/8 via 2001:db8::1 dev eth0"),
      line: 9,
      good: routes("10.0.0.0/8 via 192.0.2.1 dev eth0"),
    },
  },
  {
    code: "family-read-otherwise",
    severity: "warning",
    summary: "keepalived reads a route or a rule in another way than it is meant.",
    reason:
      "It passes over the word after inet and inet6, takes default for another family than that of an address before it, and refuses a gateway of the other family. It drops the line; locum takes it as it is meant.",
    mend: "write addresses of one family, the destination first, and inet or inet6 last or not at all",
    example: {
      bad: routes("inet6 2001:db8::/32 via fe80::1 dev eth0"),
      line: 9,
      good: routes("2001:db8::/32 via fe80::1 dev eth0"),
    },
  },
  {
    code: "protocol-not-kept",
    severity: "warning",
    summary: "A route or a rule that is looked after names a protocol.",
    reason:
      "What was added is known by its protocol, 18 (keepalived), so another counts with no_track alone.",
    mend: "leave protocol out, or add no_track",
    example: {
      bad: routes("10.0.0.0/8 dev eth0 protocol static"),
      line: 9,
      good: routes("10.0.0.0/8 dev eth0 protocol static no_track"),
    },
  },
  {
    code: "protocol-number-not-taken",
    severity: "warning",
    summary: "keepalived does not take a protocol of a rule as it is written.",
    reason:
      "It takes no ipproto above 127 and no name after protocol, and goes without the word; a rule without its ipproto is one for all packets. locum takes both.",
    mend: "write ipproto by its name, and protocol by its number",
    example: {
      bad: rules("ipproto 132 table 100 preference 100"),
      line: 9,
      good: rules("ipproto sctp table 100 preference 100"),
    },
  },
  {
    code: "rule-without-action",
    severity: "error",
    summary: "A rule does not say what becomes of the packet.",
    reason: "It is dropped.",
    mend: "add table N, or goto N, blackhole, unreachable, prohibit, nop",
    example: {
      bad: rules("from 192.0.2.0/24 preference 100"),
      line: 9,
      good: rules("from 192.0.2.0/24 table 100 preference 100"),
    },
  },
  {
    code: "track-group-below",
    severity: "warning",
    summary: "A track_group stands below a static entry that names it.",
    reason: "keepalived does not find it there, and lets the entry go without it. locum finds it.",
    mend: "move the track_group block up, before the static entries",
    example: { bad: statics + group + instance(), line: 2, good: group + statics + instance() },
  },
  {
    code: "unknown-track-group",
    severity: "error",
    summary: "A static entry names a track_group that does not exist.",
    reason: "The entry goes without it: no instance minds when it is lost.",
    mend: "correct the name, or add the track_group before the entry",
    example: {
      bad: group + statics.replace("group G", "group H") + instance(),
      line: 7,
      good: group + statics + instance(),
    },
  },
];
