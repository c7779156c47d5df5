/** How binding a rule is. `own`: no RFC has it; we hold ourselves to it. */
export type Level = "MUST" | "SHOULD" | "MAY" | "own";

/**
 * A rule that a router is held to. A MUST has a test of both sides: one that shows what is right being done or taken
 * (positive), one that shows what is wrong being refused or never done (negative). Where a side has no test, it says why.
 */
export interface Requirement {
  readonly id: string;
  readonly level: Level;
  readonly rule: string;
  readonly withoutTest?: { readonly positive?: string; readonly negative?: string };
}

const BYTES = "the positive test compares every byte of the packet: nothing else can stand there unseen";
const NO_AUTHENTICATION = "keepalived's bfd_instance has no words for it; a packet that carries it is B-7's";
const ONLY_VMAC = "without use_vmac the interface's own address is meant, as in keepalived";

/** RFC 2338, 3768, 5798 and 9568: what is sent. */
const transmission: readonly Requirement[] = [
  {
    id: "TX-1",
    level: "MUST",
    rule: "IP protocol 112 to 224.0.0.18 or ff02::12",
  },
  {
    id: "TX-2",
    level: "MUST",
    rule: "TTL or hop limit 255 on every advertisement",
    withoutTest: { negative: BYTES },
  },
  {
    id: "TX-3",
    level: "MUST",
    rule: "the source is the interface's primary IPv4 address or its link-local IPv6 address",
  },
  {
    id: "TX-4",
    level: "MUST",
    rule: "the virtual router's MAC as the Ethernet source",
    withoutTest: { negative: ONLY_VMAC },
  },
  {
    id: "TX-5",
    level: "MUST",
    rule: "version, type 1, VRID, priority, count and addresses from the state; checksum over the whole message",
    withoutTest: { negative: BYTES },
  },
  {
    id: "TX-6",
    level: "MUST",
    rule: "version 2: eight octets of authentication data are there, zero without authentication",
    withoutTest: { negative: BYTES },
  },
  { id: "TX-7", level: "MUST", rule: "version 2: the interval in whole seconds, 1..255" },
  {
    id: "TX-8",
    level: "MUST",
    rule: "version 3: the interval in 1..4095 centiseconds, the reserved bits zero",
  },
  {
    id: "TX-9",
    level: "MUST",
    rule: "version 3: over IPv6 with a pseudo-header; over IPv4 as keepalived by default, without it as RFC 9568 on demand",
    withoutTest: { negative: BYTES },
  },
  {
    id: "TX-10",
    level: "MUST",
    rule: "version 3 over IPv6: the link-local virtual address is the first",
    withoutTest: {
      negative: "keepalived sends any order unless vrrp_strict is set; `locum lint` tells of it",
    },
  },
  { id: "TX-11", level: "MUST", rule: "255 marks the owner, backups have 1..254, 0 is sent to resign only" },
  {
    id: "TX-12",
    level: "MUST",
    rule: "packets to the group are never forwarded",
    withoutTest: {
      positive: "it only forbids",
      negative:
        "the data path touches packets to a configured service alone, and no service has a multicast address",
    },
  },
  { id: "TX-13", level: "MUST", rule: "all addresses of an advertisement are of its family" },
  {
    id: "TX-14",
    level: "SHOULD",
    rule: "no ARP or ND with the physical MAC for a virtual address",
    withoutTest: { negative: ONLY_VMAC },
  },
];

/** What is received: RFC 3768 section 7.1, RFC 9568 section 7.1 and its errata. */
const reception: readonly Requirement[] = [
  { id: "RX-1", level: "MUST", rule: "TTL or hop limit is 255" },
  { id: "RX-2", level: "MUST", rule: "the version is the router's" },
  { id: "RX-3", level: "MUST", rule: "the type is 1" },
  {
    id: "RX-4",
    level: "MUST",
    rule: "fixed fields, all addresses and (version 2) authentication data are there",
  },
  { id: "RX-5", level: "MUST", rule: "the checksum is right" },
  { id: "RX-6", level: "MUST", rule: "the VRID is configured on the interface it came in by" },
  { id: "RX-7", level: "SHOULD", rule: "two owners of one address: told, and settled" },
  {
    id: "RX-8",
    level: "MUST",
    rule: "version 2: the authentication type is the configured one, and its check succeeds",
  },
  { id: "RX-9", level: "MUST", rule: "version 2: the interval is ours" },
  { id: "RX-10", level: "SHOULD", rule: "version 3: another interval is taken, and adopted while Backup" },
  { id: "RX-11", level: "MUST", rule: "version 3: an interval of 0 is refused (erratum 8301)" },
  { id: "RX-12", level: "MUST", rule: "an advertisement without addresses is ignored (erratum 8299)" },
  { id: "RX-13", level: "MAY", rule: "the address list is compared with ours" },
  {
    id: "RX-14",
    level: "MUST",
    rule: "reserved bits are ignored",
    withoutTest: { negative: "it forbids a refusal: the positive test shows a packet with such bits taken" },
  },
  {
    id: "RX-15",
    level: "MUST",
    rule: "what fails a check reaches no state and moves no timer",
    withoutTest: { positive: "what passes is shown to reach the state by every test of a Backup" },
  },
  { id: "RX-16", level: "SHOULD", rule: "refusals are logged seldom and counted by reason" },
  { id: "RX-17", level: "own", rule: "lengths are computed from the received bytes alone" },
  { id: "RX-18", level: "own", rule: "IPv4 options are passed over; a header below 20 octets is refused" },
  { id: "RX-19", level: "own", rule: "multicast on a unicast router, and the reverse, is refused" },
  { id: "RX-20", level: "own", rule: "with a list of peers, a source that is none of them is refused" },
  { id: "RX-21", level: "own", rule: "our own address as the source changes nothing" },
  {
    id: "RX-22",
    level: "own",
    rule: "auth_hmac: the window before the digest, the replay mark only after it",
  },
];

/** Timers: RFC 3768 section 6.1, RFC 9568 section 6.1. */
const timers: readonly Requirement[] = [
  {
    id: "TM-1",
    level: "MUST",
    rule: "skew: (256 - priority) / 256, of a second or of the master's interval",
    withoutTest: { negative: "a formula: the positive test compares its values" },
  },
  {
    id: "TM-2",
    level: "MUST",
    rule: "down interval: 3 intervals and the skew",
    withoutTest: { negative: "a formula: the positive test compares its values" },
  },
  {
    id: "TM-3",
    level: "MUST",
    rule: "Backup: an advertisement of at least our priority restarts the down timer",
  },
  { id: "TM-4", level: "MUST", rule: "Backup: priority 0 leaves the skew" },
  { id: "TM-5", level: "MUST", rule: "Master: an advertisement each interval, and at once after priority 0" },
  { id: "TM-6", level: "MUST", rule: "an adopted interval is within 1..4095 centiseconds" },
  {
    id: "TM-7",
    level: "MUST",
    rule: "timers run on a monotonic clock",
    withoutTest: {
      negative: "there is no wall clock in src/vrrp, src/director or src/linux/vrrp-host.ts to step",
    },
  },
  { id: "TM-8", level: "SHOULD", rule: "lateness of the own timers is told" },
  { id: "TM-9", level: "own", rule: "a wake-up later than everyone's patience is noticed" },
  { id: "TM-10", level: "own", rule: "the usual figures: 3.609 s, 0.609 s, 361 ms, 61 ms, 36.1 ms, 6.1 ms" },
];

/** States: RFC 3768 section 6.4, RFC 9568 section 6.4. */
const states: readonly Requirement[] = [
  { id: "ST-1", level: "MUST", rule: "equal priority: the larger address wins, compared unsigned" },
  {
    id: "ST-2",
    level: "MUST",
    rule: "a Backup answers no ARP or NS for the virtual addresses and takes no packets for them",
  },
  {
    id: "ST-3",
    level: "MUST",
    rule: "a Master answers with the virtual MAC",
    withoutTest: { negative: ONLY_VMAC },
  },
  {
    id: "ST-4",
    level: "MUST",
    rule: "a Master that is no owner takes packets to the virtual addresses only in accept mode",
  },
  {
    id: "ST-5",
    level: "MUST",
    rule: "accept mode off lets neighbour discovery pass",
  },
  { id: "ST-6", level: "MUST", rule: "a new Master announces every address by ARP or ND" },
  {
    id: "ST-7",
    level: "MUST",
    rule: "a new Master: advertisement, addresses, announcements, in this order",
    withoutTest: { negative: "the positive tests compare the whole sequence" },
  },
  { id: "ST-8", level: "MUST", rule: "an owner is Master from the start" },
  { id: "ST-9", level: "own", rule: "Fault: no part in any election" },
  { id: "ST-10", level: "own", rule: "state MASTER below 255 waits as state BACKUP does" },
  { id: "ST-11", level: "own", rule: "nopreempt needs initial state BACKUP" },
  { id: "ST-12", level: "MUST", rule: "shutdown: priority 0 exactly once, nothing left behind" },
  { id: "ST-13", level: "MUST", rule: "Master: a lower priority is answered at once, or not, as configured" },
  { id: "ST-14", level: "own", rule: "Master: a last advertisement before yielding, as configured" },
];

/** BFD: RFC 5880 and 5881. */
const bfd: readonly Requirement[] = [
  { id: "B-1", level: "MUST", rule: "version 1" },
  {
    id: "B-2",
    level: "MUST",
    rule: "Length at least 24 (26 with A) and within the payload",
  },
  { id: "B-3", level: "MUST", rule: "Detect Mult is not 0" },
  { id: "B-4", level: "MUST", rule: "the M bit is 0" },
  { id: "B-5", level: "MUST", rule: "My Discriminator is not 0" },
  {
    id: "B-6",
    level: "MUST",
    rule: "Your Discriminator selects the session; 0 only in Down or AdminDown, then by address",
  },
  { id: "B-7", level: "MUST", rule: "the A bit agrees with the configuration" },
  { id: "B-8", level: "MUST", rule: "P and F are never both set" },
  {
    id: "B-9",
    level: "MUST",
    rule: "TTL 255 is sent, and demanded without authentication",
  },
  {
    id: "B-10",
    level: "MUST",
    rule: "destination port 3784 or 4784, source port 49152..65535",
  },
  { id: "B-11", level: "MUST", rule: "discriminators are unique and not 0" },
  {
    id: "B-12",
    level: "own",
    rule: "a session that is Up takes a Your Discriminator of 0 only from the one it knows",
  },
  { id: "B-13", level: "own", rule: "an unknown diagnostic is no reason to refuse" },
  { id: "B-20", level: "MUST", rule: "the state table of RFC 5880 section 6.8.6" },
  { id: "B-21", level: "MUST", rule: "both ends are active" },
  {
    id: "B-22",
    level: "MUST",
    rule: "Desired Min TX is at least a second while not Up",
  },
  { id: "B-23", level: "MUST", rule: "the transmit interval and its jitter" },
  { id: "B-24", level: "MUST", rule: "the detection time" },
  {
    id: "B-25",
    level: "MUST",
    rule: "a Poll is answered at once, and lasts until its Final",
  },
  { id: "B-26", level: "MUST", rule: "Required Min RX of 0: no periodic packets" },
  {
    id: "B-27",
    level: "MUST",
    rule: "the D bit only while both are Up; a remote one stops ours",
  },
  { id: "B-28", level: "SHOULD", rule: "a change of state is told at once" },
  { id: "B-29", level: "SHOULD", rule: "after the detection time the remote discriminator is forgotten" },
  {
    id: "B-30",
    level: "MUST",
    rule: "authentication, where there is any",
    withoutTest: { positive: NO_AUTHENTICATION, negative: NO_AUTHENTICATION },
  },
  { id: "B-31", level: "MUST", rule: "a way to slow down under congestion" },
  { id: "B-32", level: "own", rule: "values of the peer are bounded before use" },
  { id: "B-33", level: "own", rule: "Required Min Echo RX is sent 0" },
];

/** Every rule, in the order of the ledger. */
export const requirements: readonly Requirement[] = [
  ...transmission,
  ...reception,
  ...timers,
  ...states,
  ...bfd,
];
