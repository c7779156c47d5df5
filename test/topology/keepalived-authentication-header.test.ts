import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { bothDirections, InteropPair, playThrough, type Side } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const VIP = "10.77.0.100";

function configuration(priority: number, password = "s3cret"): string {
  return `vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  down_timer_adverts 2
  authentication {
    auth_type AH
    auth_pass ${password}
  }
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;
}

describeWith(
  { title: "locum beside Debian's keepalived, auth_type AH", needs: ["root", "netns", "keepalived"] },
  () => {
    const pair = new InteropPair("lt-ah", { virtualAddress: VIP });
    beforeAll(() => pair.connect());
    afterEach(() => pair.clear());
    afterAll(() => pair.dispose());

    it.for(bothDirections)(
      "RX-8 takes authentication headers: $better preempts $worse, which takes over after a SIGTERM and a crash",
      async (programs) => {
        const daemons = await playThrough(pair, programs, (_: Side, priority) => configuration(priority));
        const logs = daemons.map(({ log }) => log).join("\n");
        expect(logs).not.toMatch(/refused|invalid IPSEC|already processed|auth type/i);
      },
    );

    it("RX-8 refuses the header of another password", async () => {
      pair.start("b", { program: "keepalived", text: configuration(250, "other") });
      await pair.owner("b");
      const ours = pair.start("a", { program: "locum", text: configuration(200) });
      await expect.poll(() => ours.log, { timeout: 10_000 }).toMatch(/password is not ours/);
      await expect.poll(() => pair.holds("a"), { timeout: 10_000 }).toBe(true);
    });
  },
);
