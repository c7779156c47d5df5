import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";

interface Version {
  readonly version: 2 | 3;
  readonly advertisementInterval: string;
  readonly extra?: string;
}

const versions: readonly Version[] = [
  { version: 2, advertisementInterval: "1" },
  {
    version: 2,
    advertisementInterval: "1",
    extra: "authentication {\n auth_type PASS\n auth_pass s3cret\n }",
  },
  { version: 3, advertisementInterval: "0.1" },
];

function configuration({ version, advertisementInterval, extra = "" }: Version, priority: number): string {
  return `global_defs {
  router_id test
}
vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version ${version}
  advert_int ${advertisementInterval}
  ${extra}
  virtual_ipaddress {
    ${VIP}/16
    10.77.0.101/16
  }
}
`;
}

describeWith({ title: "what locum sends, as tshark reads it", needs: ["root", "netns", "tshark"] }, () => {
  const namespaces = new Namespaces("lt-interop");
  const daemons: VrrpDaemon[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0", addresses: ["10.77.0.3/16"] },
    );
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) await daemon.dispose();
    for (const side of ["a", "b"]) {
      namespaces.run(side, ["ip", "link", "set", "eth0", "down"]);
      namespaces.run(side, ["ip", "address", "flush", "dev", "eth0", "to", "10.77.0.100/30"]);
      namespaces.run(side, ["ip", "link", "set", "eth0", "up"]);
    }
  });
  afterAll(() => namespaces.remove());

  function daemon(side: "a" | "b", options: { program: DaemonProgram; text: string }): VrrpDaemon {
    const made = new VrrpDaemon(namespaces, { namespace: side, program: options.program });
    made.configure(options.text);
    made.start();
    daemons.push(made);
    return made;
  }

  for (const version of versions) {
    const name = `VRRPv${version.version}${version.extra === undefined ? "" : " with a password"}`;

    it(`${name}: tshark finds our advertisements well formed, with right checksums (TX-1, TX-2, TX-5)`, async () => {
      const sender = daemon("a", { program: "locum", text: configuration(version, 150) });
      const fields = [
        "ip.ttl",
        "ip.dst",
        "ip.dsfield",
        "ip.checksum.status",
        "vrrp.version",
        "vrrp.checksum.status",
      ];
      const more = ["vrrp.virt_rtr_id", "vrrp.prio", "vrrp.addr_count", "vrrp.ip_addr", "_ws.malformed"];
      const capture = namespaces.spawn("b", [
        ...["tshark", "-l", "-n", "-i", "eth0", "-c", "2", "-a", "duration:15", "-f", "ip proto 112"],
        ...["-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=;"],
        ...[...fields, ...more].flatMap((field) => ["-e", field]),
      ]);
      let captured = "";
      capture.stdout?.setEncoding("utf8").on("data", (text: string) => {
        captured += text;
      });
      await eventually(() => capture.exitCode !== null, { within: 20_000 });
      const rows = captured.trim().split("\n");
      expect(rows, sender.log).toHaveLength(2);
      const good = "1";
      for (const row of rows) {
        expect(row.split(";")).toEqual([
          ...["255", "224.0.0.18", "0xc0", good, String(version.version), good],
          ...["51", "150", "2", `${VIP},10.77.0.101`, ""],
        ]);
      }
      expect(await sender.stop()).toBe(0);
    });
  }
});
