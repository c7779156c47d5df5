#!/usr/bin/env node
// What a flood of forged advertisements does to a director, on a real wire: a pair in network namespaces with a switch between them,
// one of which gets the flood while the other, its genuine peer, goes on advertising. For each class of forgery: the share of one
// processor that its VRRP process took, how many genuine advertisements it heard of those that were sent, how often the pair changed
// its master, and how many lines it logged. Needs a build, root, iproute2 and a C compiler.
//
//   node bench/forged-flood.mjs [--program locum|keepalived] [--rate 100000] [--seconds 10] [--only v3-backup,...]
//       [--classes "ttl;checksum;..."] [--verbose]
//   node bench/forged-flood.mjs --takeovers 5      instead: how late a backup takes over in the midst of wrong digests
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { internetChecksum } from "../dist/base/checksum.js";
import { loadConfiguration } from "../dist/conf/load-configuration.js";
import { inNamespace } from "../dist/lab/network-namespace.js";
import { freshExchange } from "../dist/vrrp/exchange.js";
import { createSender, outgoingPackets } from "../dist/vrrp/outgoing-packets.js";
import { routerConfig } from "../dist/vrrp/router-config.js";
import { addresses, changesOf, configuration, DirectorPair, pause, repository } from "./director-pair.mjs";

const FORGER = "10.77.0.9";
const { a: A, b: B } = addresses;
const IN_PEERS_NAME = "digest, in the peer's name";
const REPLAYED = "replayed, all of the peer's packets so far";
const GROUP_MAC = "01005e000012";

const { values: options } = parseArgs({
  options: {
    program: { type: "string", default: "locum" },
    rate: { type: "string", default: "100000" },
    seconds: { type: "string", default: "10" },
    only: { type: "string" },
    classes: { type: "string" },
    takeovers: { type: "string", default: "0" },
    verbose: { type: "boolean", default: false },
  },
});

/** Configurations: what both directors say, and what is forged against it. */
const pass = "authentication {\nauth_type PASS\nauth_pass right\n}";
const header = "authentication {\nauth_type AH\nauth_pass right\n}";
const hmac = `auth_hmac {\nkey 1 hex:${"5a".repeat(32)}\nanti_replay monotonic\n}`;
const setups = {
  "v3-backup": { role: "backup", lines: "version 3\nadvert_int 0.1", forged: plain() },
  "v3-master": { role: "master", lines: "version 3\nadvert_int 0.1", forged: { mix: plain().mix } },
  "v2-backup": { role: "backup", lines: `version 2\nadvert_int 1\n${pass}`, forged: withPassword() },
  "v2-master": {
    role: "master",
    lines: `version 2\nadvert_int 1\n${pass}`,
    forged: { mix: withPassword().mix },
  },
  "ah-backup": {
    role: "backup",
    lines: `version 2\nadvert_int 1\n${header}`,
    forged: byDigest((b) => b.fill(0, 32, 44)),
  },
  "hmac-backup": {
    role: "backup",
    lines: `version 3\nadvert_int 0.1\n${hmac}`,
    forged: byDigest((b) => b.fill(0, b.length - 16)),
  },
};

/** Each forgery spoils a packet that would win; the message begins at octet 20. */
function plain() {
  const one = {
    ttl: [(b) => b.fill(254, 8, 9)],
    checksum: [(b) => b.fill(b[26] ^ 0x55, 26, 27)],
    version: [(b) => b.fill(0x21, 20, 21)],
    length: [(b) => b.fill(9, 23, 24)],
    "unknown VRID": [(b) => b.fill(52, 21, 22)],
  };
  return { ...one, mix: Object.values(one).flat() };
}

/** A wrong digest, from a stranger or in the name of the genuine peer; and right ones that were heard before. */
function byDigest(spoil) {
  return { digest: [spoil], [IN_PEERS_NAME]: [spoil], [REPLAYED]: [] };
}

function withPassword() {
  const wrong = (b) => {
    // The sum stays right: what one octet pair loses, another gains.
    b[b.length - 8] ^= 1;
    const lost = (b[b.length - 8] & 1) === 0 ? 256 : -256;
    const sum = (((b[26] << 8) | b[27]) + lost + 0xffff) % 0xffff;
    b[26] = sum >> 8;
    b[27] = sum & 255;
  };
  const { mix, ...others } = { ...plain(), version: [(b) => b.fill(0x31, 20, 21)] };
  return { password: [wrong], mix: [...Object.values(others).flat(), wrong] };
}

const pair = new DirectorPair({
  program: options.program,
  onLine: (short, { text }) => {
    if (options.verbose) console.error(`${(performance.now() / 1000).toFixed(3)} ${short}: ${text}`);
  },
});
const { folder, names, lines } = pair;
const flooder = join(folder, "packet-flood");

compile();
if (options.takeovers !== "0") {
  await measureTakeovers(setups["hmac-backup"]);
  process.exit(0);
}
console.log(
  "| program | what runs | forged | sent a second | processor | heard of sent | changes | lines |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
);
for (const [name, setup] of Object.entries(setups)) {
  if (options.only !== undefined && !options.only.split(",").includes(name)) continue;
  if (options.program === "keepalived" && name.startsWith("hmac")) continue;
  await measure(name, setup);
}

function compile() {
  const done = spawnSync("cc", ["-O2", "-o", flooder, join(repository, "bench/packet-flood.c")], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(done.error?.message ?? done.stderr);
}

/** Starts the pair; which of the two is master then. */
async function startPair({ role, lines: said }) {
  const master = role === "master" ? "a" : "b";
  await pair.start({
    lines: said,
    priorities: { a: master === "a" ? 150 : 100, b: master === "b" ? 150 : 100 },
  });
  return master;
}

/** From the last word of a master that is killed to the first of its backup, on the master's cable. */
async function measureTakeovers(setup) {
  console.log("| in the midst of | takeover after (ms) |\n| --- | ---: |");
  for (const rate of ["1", options.rate]) {
    for (let run = 0; run < Number(options.takeovers); run++) {
      await startPair(setup);
      const wire = pair.listen();
      const flooding = send([frame(setup, setup.forged[IN_PEERS_NAME][0], B)], { rate, seconds: "4" });
      await pause(2000);
      const killed = pair.processes("b");
      for (const signal of ["SIGSTOP", "SIGKILL"]) for (const pid of killed) process.kill(pid, signal);
      const sent = await flooding;
      await pause(500);
      wire.close();
      const first = wire.sources.indexOf(A);
      const after = (wire.times[first] - wire.times[first - 1]) / 1000;
      const what = rate === "1" ? "nothing" : `${Math.round(sent / 4).toLocaleString("en")} a second`;
      console.log(`| ${what} | ${after.toFixed(1)} |`);
      await pair.stop();
      pair.clean("b");
    }
  }
}

async function measure(name, setup) {
  const master = await startPair(setup);
  for (const [kind, spoils] of Object.entries(setup.forged)) {
    if (options.classes !== undefined && !options.classes.split(";").includes(kind)) continue;
    const frames =
      kind === REPLAYED
        ? await recorded()
        : spoils.map((spoil) => frame(setup, spoil, kind === IN_PEERS_NAME ? B : FORGER));
    await flood({ name, kind, frames, master });
    // Until what a flood has switched on is off again: each class meets a director at rest.
    await pause(options.program === "locum" ? 12_500 : 1_500);
  }
  await pair.stop();
}

async function flood({ name, kind, frames, master }) {
  const pid = Number(readFileSync(join(folder, "a/run/v.pid"), "utf8"));
  const before = { heard: await heard(), cpu: cpu(pid), lines: lines.a };
  const wire = pair.listen();
  const sent = await send(frames);
  const used = cpu(pid) - before.cpu;
  await pause(500);
  const after = await heard();
  wire.close();
  const by = wire.sources;
  const genuine = by.filter((source) => source === (master === "a" ? A : B)).length;
  const share = ((used / Number(options.seconds)) * 100).toFixed(1);
  const told = master === "a" ? `${genuine} sent` : `${after - before.heard} / ${genuine}`;
  console.log(
    `| ${options.program} | ${name} | ${kind} | ${Math.round(sent / Number(options.seconds)).toLocaleString("en")} | ${share}% | ${told} | ${changesOf(by)} | ${lines.a - before.lines} |`,
  );
}

/** One Ethernet frame, in hexadecimal digits, that would win at once if it were taken. */
function frame(setup, spoil, source) {
  const text = configuration(setup.lines, 250);
  const read = () => [{ kind: "file", path: "forged.conf", text }];
  const loading = { configId: "bench", environment: {}, rules: false };
  const { config } = loadConfiguration({ root: "forged.conf", read, options: loading });
  const router = routerConfig(config.vrrpInstances[0]);
  const { version, virtualRouterId, advertisementInterval: interval, authentication } = router;
  const said = {
    version,
    virtualRouterId,
    priority: 250,
    interval,
    authentication,
    addresses: ["10.77.0.100"],
  };
  const { packets } = outgoingPackets(said, createSender(router), {
    source,
    exchange: { ...freshExchange, headerSequence: 1_000_000 },
    clock: Date.now() * 1000,
  });
  const packet = packets[0].bytes;
  spoil(packet);
  // The IP header stays right, or the kernel drops the packet before any program could.
  packet.fill(0, 10, 12);
  const sum = internetChecksum(packet.subarray(0, 20));
  packet.set([sum >> 8, sum & 255], 10);
  return `${GROUP_MAC}0200000000090800${Buffer.from(packet).toString("hex")}`;
}

/** What the peer says in three seconds, as frames. */
async function recorded() {
  const wire = pair.listen();
  await pause(3000);
  wire.close();
  return wire.frames;
}

function send(frames, { rate, seconds } = options) {
  const [program, ...words] = inNamespace(names.s, [flooder, "to-a", rate, seconds]);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.on("close", (code) =>
      code === 0 ? resolve(Number(output)) : reject(new Error(`packet-flood: ${code}`)),
    );
    child.stdin.end(`${frames.join("\n")}\n`);
  });
}

/** Advertisements that director a has taken since it began. */
async function heard() {
  if (options.program === "locum") {
    const [program, ...words] = inNamespace(names.a, [`${repository}bin/locum`, "status", "--json"]);
    const { stdout } = spawnSync(program, words, { encoding: "utf8" });
    return JSON.parse(stdout).vrrp.vrrp.instances[0].counters.advertisementsReceived;
  }
  rmSync("/tmp/keepalived.stats", { force: true });
  process.kill(Number(readFileSync(join(folder, "a/run/v.pid"), "utf8")), "SIGUSR2");
  await pause(300);
  return Number(/Received: (\d+)/.exec(readFileSync("/tmp/keepalived.stats", "utf8"))?.[1]);
}

/** Seconds of processor that a process has used. */
function cpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
