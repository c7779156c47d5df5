import type { LinkPlan, MachinePlan, TopologyPlan } from "./topology-plan.ts";

/** Addresses of the documentation range (RFC 5737) on the outside, of a private one (RFC 1918) on the inside. */
const OUTSIDE = "192.0.2";
const INSIDE = "10.8.0";

interface HostNumber {
  readonly machine: string;
  /** Last octet of the address, and of the hardware address. */
  readonly host: number;
}

function outside({ host }: HostNumber): LinkPlan {
  return link({ interface: "eth0", segment: "outside", network: OUTSIDE, host });
}

function inside({ host }: HostNumber, name: string): LinkPlan {
  return link({ interface: name, segment: "inside", network: INSIDE, host });
}

function link(at: { interface: string; segment: string; network: string; host: number }): LinkPlan {
  // 02: locally administered (IEEE 802); the fifth octet tells the segments apart.
  const octets = [2, 0, 0, 0, at.segment === "inside" ? 1 : 0, at.host];
  return {
    interface: at.interface,
    segment: at.segment,
    addresses: [`${at.network}.${at.host}/24`],
    hardwareAddress: octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":"),
  };
}

const CLIENT: MachinePlan = { name: "client", links: [outside({ machine: "client", host: 200 })] };

const A: HostNumber = { machine: "a", host: 2 };
const B: HostNumber = { machine: "b", host: 3 };

/** A router between both segments. LVS-NAT needs forwarding switched on, as every LVS guide says. */
function natDirector(director: HostNumber): MachinePlan {
  return {
    name: director.machine,
    links: [outside(director), inside(director, "eth1")],
    sysctl: { "net.ipv4.ip_forward": "1" },
  };
}

function natRealServer(server: HostNumber): MachinePlan {
  return { name: server.machine, links: [inside(server, "eth0")], defaultGateway: `${INSIDE}.1` };
}

/** Outside and inside, the directors between them; the real servers route through the inside virtual address. */
export const NAT_TOPOLOGY: TopologyPlan = {
  segments: ["outside", "inside"],
  machines: [
    CLIENT,
    natDirector(A),
    natDirector(B),
    natRealServer({ machine: "web1", host: 11 }),
    natRealServer({ machine: "web2", host: 12 }),
  ],
};

/** A real server of direct routing: it has the virtual address too, and keeps quiet about it in ARP. */
function directRealServer(server: HostNumber): MachinePlan {
  return {
    name: server.machine,
    links: [outside(server)],
    loopback: [`${OUTSIDE}.10/32`],
    sysctl: { "net.ipv4.conf.all.arp_ignore": "1", "net.ipv4.conf.all.arp_announce": "2" },
  };
}

/** One segment; the real servers answer the client past the director. */
export const DIRECT_TOPOLOGY: TopologyPlan = {
  segments: ["outside"],
  machines: [
    CLIENT,
    { name: A.machine, links: [outside(A)], sysctl: { "net.ipv4.ip_forward": "1" } },
    { name: B.machine, links: [outside(B)], sysctl: { "net.ipv4.ip_forward": "1" } },
    directRealServer({ machine: "web1", host: 21 }),
    directRealServer({ machine: "web2", host: 22 }),
  ],
};

/** One segment, a client and two machines that each run a web server; one address moves between them. */
export const ADDRESS_TOPOLOGY: TopologyPlan = {
  segments: ["outside"],
  machines: [CLIENT, { name: A.machine, links: [outside(A)] }, { name: B.machine, links: [outside(B)] }],
};
