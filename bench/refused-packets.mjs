// What a forged advertisement costs the VRRP process from the received bytes to the counter, in microseconds of processor, by the
// reason for which it is refused. Needs a build. The kernel's and Node's share of receiving it is not in it.
import { loadConfiguration } from "../dist/conf/load-configuration.js";
import { vrrpDirector } from "../dist/director/vrrp-director.js";
import { initialVrrpState } from "../dist/director/vrrp-director-state.js";
import { freshExchange } from "../dist/vrrp/exchange.js";
import { outgoingPackets } from "../dist/vrrp/outgoing-packets.js";

const ROUNDS = Number(process.argv[2] ?? 200_000);
const now = 1_000_000;
const eth0 = {
  index: 2,
  name: "eth0",
  up: true,
  running: true,
  hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
};
const own = { interfaceIndex: 2, address: "192.0.2.2", prefixLength: 24, secondary: false };
const authentication = (type) => `authentication {\nauth_type ${type}\nauth_pass right\n}`;
const hmac = `version 3\nauth_hmac {\nkey 1 hex:${"5a".repeat(32)}\nanti_replay monotonic\n}`;

measure("TTL", "", (packet) => packet.fill(254, 8, 9));
measure("version", "", (packet) => packet.fill(0x31, 20, 21));
measure("length", "", (packet) => packet.fill(36, 3, 4));
measure("checksum", "", (packet) => packet.fill(0, 26, 28));
measure("authentication type", authentication("PASS"), () => {}, "");
measure("authentication header", authentication("AH"), (packet) => packet.fill(0, 32, 44));
measure("auth_hmac trailer", hmac, (packet) => packet.fill(0, packet.length - 16));

/** Refuses one packet over and over; `sentWith` is the configuration it is made with, when that is another one. */
function measure(name, lines, spoil, sentWith = lines) {
  const { state } = director(lines);
  const { entry } = director(sentWith);
  const { config } = entry;
  const sent = {
    version: config.version,
    virtualRouterId: config.virtualRouterId,
    priority: 250,
    interval: config.advertisementInterval,
    addresses: ["192.0.2.1"],
    authentication: config.authentication,
  };
  const { packets } = outgoingPackets(sent, entry.sender, {
    source: "192.0.2.9",
    exchange: freshExchange,
    clock: now,
  });
  const packet = packets[0].bytes;
  spoil(packet);
  const [source, destination] = ["192.0.2.9", "224.0.0.18"];
  const event = {
    kind: "packet",
    interface: "eth0",
    family: 4,
    packet,
    source,
    destination,
    hopLimit: packet[8],
  };
  let told = 0;
  const run = (rounds) => {
    for (let round = 0; round < rounds; round++) told += vrrpDirector.step(state, event, now).effects.length;
  };
  run(ROUNDS / 10);
  const begun = process.cpuUsage();
  run(ROUNDS);
  const { user, system } = process.cpuUsage(begun);
  const each = (user + system) / ROUNDS;
  const [router] = state.routers.values();
  const counted = [...router.counters.rejected].map(([counter, count]) => `${counter} ${count}`).join(", ");
  console.log(`${name.padEnd(24)} ${each.toFixed(2).padStart(7)} µs  ${counted}  log lines ${told}`);
}

function director(lines) {
  const text = `vrrp_instance V1 {\ninterface eth0\nvirtual_router_id 51\npriority 100\n${lines}\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n`;
  const read = () => [{ kind: "file", path: "forged.conf", text }];
  const options = { configId: "bench", environment: {}, rules: false };
  const { config } = loadConfiguration({ root: "forged.conf", read, options });
  const state = initialVrrpState();
  vrrpDirector.step(state, { kind: "start", config, links: [eth0], addresses: [own] }, now);
  const [entry] = state.routers.values();
  return { state, entry };
}
