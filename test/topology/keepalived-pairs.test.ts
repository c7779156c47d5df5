import { it } from "vitest";
import { bothDirections, InteropPair, playThrough, type Side } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

interface Profile {
  readonly name: string;
  readonly virtualAddress: string;
  /** Lines of the instance beside its identity and addresses. */
  readonly lines: (side: Side) => string;
  readonly crashes: number;
}

const authentication = (type: string) => `authentication {\nauth_type ${type}\nauth_pass s3cret\n}`;
const other = (side: Side) => (side === "a" ? "10.77.0.3" : "10.77.0.2");
const own = (side: Side) => (side === "a" ? "10.77.0.2" : "10.77.0.3");
/** The peer is told with the TTL that it must send, which is none of VRRP's own. */
const unicast = (side: Side) =>
  `unicast_src_ip ${own(side)}\nunicast_ttl 64\ncheck_unicast_src\nunicast_peer {\n${other(side)} min_ttl 60 max_ttl 70\n}`;

const VERSION_2 = "version 2\nadvert_int 1\ndown_timer_adverts 2";
const VERSION_3 = "version 3\nadvert_int 0.1";
const IPV4 = { virtualAddress: "10.77.0.100" };

/** Version 2 counts in seconds, so it crashes once; plain version 3 flaps. */
const profiles: readonly Profile[] = [
  { name: "VRRPv2", ...IPV4, lines: () => VERSION_2, crashes: 1 },
  {
    name: "VRRPv2, auth_type PASS",
    ...IPV4,
    lines: () => `${VERSION_2}\n${authentication("PASS")}`,
    crashes: 1,
  },
  { name: "VRRPv2, auth_type AH", ...IPV4, lines: () => `${VERSION_2}\n${authentication("AH")}`, crashes: 1 },
  { name: "VRRPv2, unicast", ...IPV4, lines: (side) => `${VERSION_2}\n${unicast(side)}`, crashes: 1 },
  { name: "VRRPv3", ...IPV4, lines: () => VERSION_3, crashes: 3 },
  { name: "VRRPv3, unicast", ...IPV4, lines: (side) => `${VERSION_3}\n${unicast(side)}`, crashes: 1 },
  { name: "VRRPv3, IPv6", virtualAddress: "fe80::100", lines: () => VERSION_3, crashes: 1 },
  {
    name: "VRRPv3, another group",
    ...IPV4,
    lines: () => `${VERSION_3}\nmcast_src_ip 10.77.0.SIDE`,
    crashes: 1,
  },
];

function configuration(profile: Profile, side: Side, priority: number): string {
  const length = profile.virtualAddress.includes(":") ? 64 : 16;
  return `global_defs {
  vrrp_mcast_group4 ${profile.name.includes("another group") ? "224.0.0.99" : "224.0.0.18"}
}
vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  ${profile.lines(side).replace("SIDE", side === "a" ? "2" : "3")}
  virtual_ipaddress {
    ${profile.virtualAddress}/${length}
  }
}
`;
}

const cases = profiles.flatMap((profile, at) =>
  bothDirections.map((programs, way) => ({ ...programs, profile, prefix: `lt-pair${at}${way}` })),
);

describeWith({ title: "locum beside Debian's keepalived", needs: ["root", "netns", "keepalived"] }, () => {
  // Each pair has its own network and waits most of the time, so several play at once.
  it.concurrent.for(cases)(
    "RX-1 RX-8 RX-20 $profile.name: $better preempts $worse, which takes over after a SIGTERM and after each crash",
    { timeout: 180_000 },
    async ({ better, worse, profile, prefix }, { expect }) => {
      const pair = new InteropPair(prefix, { virtualAddress: profile.virtualAddress });
      try {
        pair.connect();
        const text = (side: Side, priority: number) => configuration(profile, side, priority);
        const daemons = await playThrough(pair, { better, worse }, { text, crashes: profile.crashes });
        const logs = daemons.map(({ log }) => log).join("\n");
        expect(logs).not.toMatch(
          /refused|invalid|already processed|mismatch|not a unicast peer|not in range/i,
        );
      } finally {
        await pair.dispose();
      }
    },
  );
});
