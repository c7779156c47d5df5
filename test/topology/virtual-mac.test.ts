import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { eventually } from "../support/eventually.ts";
import { bothDirections, InteropPair, playThrough, type Side } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";

const VIP = "10.77.0.100";
const VIP6 = "fe80::100";
const MAC = { 4: "00:00:5e:00:01:33", 6: "00:00:5e:00:02:33" } as const;

function configuration(priority: number, options: { family?: 4 | 6; extra?: string } = {}): string {
  const { family = 4, extra = "" } = options;
  return `vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 0.1
  use_vmac
  ${extra}
  virtual_ipaddress {
    ${family === 4 ? `${VIP}/16` : `${VIP6}/64`}
  }
}
`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").replace(/..\B/g, "$&:");

describeWith({ title: "virtual MACs", needs: ["root", "netns", "keepalived", "nft"] }, () => {
  const pair = new InteropPair("lt-vmac", { virtualAddress: VIP });
  const { namespaces } = pair;
  const run = (side: string, command: string) => namespaces.run(side, command.split(" "));

  beforeAll(() => {
    pair.connect();
    namespaces.add("c");
    namespaces.cable(
      { namespace: "a", interface: "eth9", addresses: ["10.99.0.1/24"] },
      { namespace: "c", interface: "eth0", addresses: ["10.99.0.2/24"] },
    );
    run("c", "ip route add default via 10.99.0.1");
    run("b", `ip route add 10.99.0.0/24 via ${VIP}`);
    namespaces.run("a", ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  });
  afterEach(async () => {
    await pair.clear();
    for (const side of ["a", "b"] as const) {
      for (const name of macvlans(side)) run(side, `ip link delete ${name}`);
      run(side, "nft flush ruleset");
      run(side, "ip neighbour flush all");
      namespaces.run(side, [
        "sysctl",
        "-qw",
        "net.ipv4.conf.eth0.arp_ignore=0",
        "net.ipv4.conf.eth0.arp_filter=0",
        "net.ipv4.conf.eth0.arp_announce=0",
      ]);
    }
  });
  afterAll(() => pair.dispose());

  function macvlans(side: Side): readonly string[] {
    const shown = run(side, "ip -o link show type macvlan");
    return [...shown.matchAll(/^\d+: ([^@\s]+)@/gm)].map((match) => match[1] ?? "");
  }

  /** What must be the same before and after: interfaces, addresses, settings, packet filter. */
  function standing(side: Side): string {
    const links = run(side, "ip -d link").replace(/(promiscuity|allmulti) \d+/g, "");
    const settings = run(side, "sysctl -a -r ^net\\.ipv[46]\\.(conf|igmp_link)");
    return [links, run(side, "ip -o address"), settings, run(side, "nft list ruleset")].join("\n");
  }

  /** Longer than the pair's own patience: many processes start here on a machine that may be busy. */
  const alone = () => eventually(() => pair.holds("a"), { within: 40_000 });

  const neighbour = (address: string) => run("b", `ip neighbour show ${address} dev eth0`);

  /** Whether the host that has the address answers packets to it: a port nobody listens on is refused at once. */
  function answers(address: string): boolean {
    const script = `timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/9' 2>&1 || true`;
    return namespaces.run("b", ["bash", "-c", script]).includes("refused");
  }

  for (const family of [4, 6] as const) {
    it.for(family === 4 ? bothDirections : bothDirections.slice(0, 1))(
      `IPv${family}: $better preempts $worse, which takes over after a SIGTERM and a crash`,
      async (programs) => {
        const sources = new Set<string>();
        const sniffer = new FrameSniffer({
          interfaceName: "eth0",
          namespace: namespaces.path("b"),
          onFrame: ({ bytes }) => {
            const type = hex(bytes.subarray(12, 14));
            const protocol = type === "08:00" ? bytes[23] : type === "86:dd" ? bytes[20] : undefined;
            if (protocol === 112) sources.add(hex(bytes.subarray(6, 12)));
          },
        });
        const address = family === 4 ? VIP : VIP6;
        const six = new Proxy(pair, {
          get: (target, name) =>
            name === "holds"
              ? (side: Side) => target.holds(side, address)
              : name === "owner"
                ? (side: Side) =>
                    eventually(
                      () => target.holds(side, address) && !target.holds(side === "a" ? "b" : "a", address),
                      { within: 15_000 },
                    )
                : (Reflect.get(target, name) as unknown as () => void).bind?.(target),
        });
        await playThrough(six, programs, { text: (_, priority) => configuration(priority, { family }) });
        sniffer.close();
        // TX-4: both directors' advertisements, whoever sent them, come from the virtual router's address.
        expect([...sources]).toEqual([MAC[family]]);
      },
    );
  }

  it("TX-4, ST-3: the neighbours see the virtual MAC in advertisements and answers, wherever the master is", async () => {
    const first = pair.start("a", { program: "locum", text: configuration(200) });
    await alone();
    expect(answers(VIP)).toBe(true);
    expect(neighbour(VIP)).toContain(MAC[4]);
    expect(answers("10.77.0.2")).toBe(true);
    expect(neighbour("10.77.0.2")).not.toContain(MAC[4]);
    run("a", "ip link delete vrrp.51");
    await eventually(() => pair.holds("a") && answers(VIP), { within: 5_000 });
    expect(first.log).not.toMatch(/FAULT/);
  });

  it("ST-12: interfaces, settings and packet filter are as before after a SIGTERM, and after a crash and a restart", async () => {
    const text = configuration(200, { extra: "no_accept" });
    const before = standing("a");
    const first = pair.start("a", { program: "locum", text });
    await alone();
    expect(macvlans("a")).toEqual(["vrrp.51"]);
    expect(run("a", "nft list ruleset")).toContain(VIP);
    await first.stop();
    expect(standing("a")).toBe(before);
    const second = pair.start("a", { program: "locum", text });
    await alone();
    await second.kill();
    expect(macvlans("a")).toEqual(["vrrp.51"]);
    const third = pair.start("a", { program: "locum", text });
    await eventually(() => third.log.includes("MASTER STATE"), { within: 40_000 });
    expect(macvlans("a")).toEqual(["vrrp.51"]);
    await third.stop();
    expect(standing("a")).toBe(before);
  });

  it("ST-4, ST-5: without accept mode the master never answers on its address, but to ARP and neighbour discovery; it forwards", async () => {
    const six = `vrrp_instance V6 {
  interface eth0
  virtual_router_id 52
  priority 200
  advert_int 0.1
  no_accept
  virtual_ipaddress {
    fe80::200/64
    2001:db8::200/64
  }
}
`;
    run("b", "ip address add 2001:db8::3/64 dev eth0 nodad");
    const text = configuration(200, { extra: "no_accept" });
    const daemon = pair.start("a", { program: "locum", text: `${text}${six}` });
    await alone();
    await eventually(() => pair.holds("a", "2001:db8::200"), { within: 5_000 });
    expect(answers(VIP)).toBe(false);
    expect(neighbour(VIP)).toContain(MAC[4]);
    for (const address of ["2001:db8::200", "fe80::200%eth0"]) {
      expect(answers(address)).toBe(false);
      expect(neighbour(address.replace("%eth0", ""))).toMatch(/lladdr/);
    }
    expect(answers("10.99.0.2")).toBe(true);
    // Somebody flushes the packet filter; a reload into accept mode and back makes it whole again.
    daemon.configure(`${configuration(200)}${six.replace("no_accept", "")}`);
    daemon.signal("SIGHUP");
    await eventually(() => answers(VIP) && answers("2001:db8::200"), { within: 10_000 });
    expect(daemon.log).not.toMatch(/FAULT|Stopped/);
    run("b", "ip address delete 2001:db8::3/64 dev eth0");
  });

  it("the packet filter is what keepalived makes of the same file", async () => {
    const text = configuration(200, { extra: "no_accept" });
    const rules = async (program: "locum" | "keepalived") => {
      const daemon = pair.start("a", { program, text });
      await alone();
      const listed = run("a", "nft list ruleset");
      await daemon.stop();
      return listed;
    };
    const theirs = await rules("keepalived");
    const ours = await rules("locum");
    expect(ours.replace(/\n\s+comment "locum[^"]*"/, "")).toBe(theirs);
  });
});
