import { it } from "vitest";
import { bothDirections, InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const INSIDE = "10.77.0.100";
const OUTSIDE = "10.78.0.100";

function configuration(priority: number): string {
  const instance = (name: string, at: number, address: string) => `vrrp_instance ${name} {
  state BACKUP
  interface eth${at}
  virtual_router_id ${51 + at}
  priority ${priority}
  version 3
  advert_int 0.1
  virtual_ipaddress {
    ${address}/16
  }
}
`;
  return `vrrp_sync_group G {
  group {
    inside
    outside
  }
}
${instance("inside", 0, INSIDE)}${instance("outside", 1, OUTSIDE)}`;
}

describeWith(
  { title: "a sync group beside Debian's keepalived", needs: ["root", "netns", "keepalived"] },
  () => {
    it.concurrent.for(bothDirections)(
      "$better and $worse: both addresses move when one link fails, and return with it",
      async ({ better, worse }, { expect }) => {
        const both = [INSIDE, OUTSIDE];
        const interfaces = ["eth0", "eth1"];
        const pair = new InteropPair(`lt-sync-${better}`, { virtualAddress: INSIDE, interfaces });
        try {
          pair.connect({ switched: true });
          pair.start("b", { program: worse, text: configuration(100) });
          await pair.owner("b", both);
          const master = pair.start("a", { program: better, text: configuration(150) });
          await pair.owner("a", both);
          for (const name of interfaces) {
            pair.setLink("a", name, false);
            await pair.owner("b", both);
            pair.setLink("a", name, true);
            await pair.owner("a", both);
          }
          expect(await master.stop()).toBe(0);
          await pair.owner("b", both);
        } finally {
          await pair.dispose();
        }
      },
    );
  },
);
