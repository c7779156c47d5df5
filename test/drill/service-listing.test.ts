import { describe, expect, it } from "vitest";
import { parseServiceListing } from "../../src/drill/service-listing.ts";

const listing = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.10:80 wrr
  -> 10.8.0.11:80                 Masq    1      0          100
  -> 10.8.0.12:80                 Masq    2      3          200
UDP  [2001:db8::10]:53 rr
  -> [2001:db8::21]:53            Route   1      0          0
FWM  7 wlc persistent 300
`;

describe("the listing of ipvsadm -Ln", () => {
  it("is read as services with their real servers", () => {
    expect(parseServiceListing(listing)).toEqual([
      {
        protocol: "TCP",
        address: "192.0.2.10:80",
        scheduler: "wrr",
        realServers: [
          { address: "10.8.0.11:80", forward: "Masq", weight: 1 },
          { address: "10.8.0.12:80", forward: "Masq", weight: 2 },
        ],
      },
      {
        protocol: "UDP",
        address: "[2001:db8::10]:53",
        scheduler: "rr",
        realServers: [{ address: "[2001:db8::21]:53", forward: "Route", weight: 1 }],
      },
      { protocol: "FWM", address: "7", scheduler: "wlc", realServers: [] },
    ]);
  });

  it("is empty for an empty table", () => {
    expect(parseServiceListing(listing.split("\n").slice(0, 3).join("\n"))).toEqual([]);
  });
});
