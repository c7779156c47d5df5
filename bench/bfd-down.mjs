#!/usr/bin/env node
// How long after the detection time of RFC 5880 a director acts on a BFD neighbour that has fallen silent: the neighbour is stopped
// as a whole, and the time runs from its last control packet on the wire to the priority 0 with which the master, which tracks
// the session, resigns. Needs a build, root and iproute2.
//
//   node bench/bfd-down.mjs [--program keepalived,locum] [--rounds 10] [--intervals 10,50,300] [--multiplier 3]
import { parseArgs } from "node:util";
import { createSocket } from "dgram-extra";
import { addresses, DirectorPair, pause } from "./director-pair.mjs";

const { values: options } = parseArgs({
  options: {
    program: { type: "string", default: "keepalived,locum" },
    rounds: { type: "string", default: "10" },
    intervals: { type: "string", default: "10,50,300" },
    multiplier: { type: "string", default: "3" },
    verbose: { type: "boolean", default: false },
  },
});
const BFD_PORT = 3784;

console.log("| program | interval | detection time | resigned later by, median | worst | rounds | without |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const interval of options.intervals.split(",")) {
  for (const program of options.program.split(",")) await measure(program, Number(interval));
}

async function measure(program, interval) {
  const pair = new DirectorPair({ program, onLine: options.verbose ? tell : undefined });
  const times = `min_rx ${interval}\nmin_tx ${interval}\nmultiplier ${options.multiplier}`;
  await pair.start({
    lines: "version 3\nadvert_int 0.2\ntrack_bfd {\nneighbour\n}",
    priorities: { a: 150, b: 100 },
    blocks: (own, peer) => `bfd_instance neighbour {\nneighbor_ip ${peer}\nsource_ip ${own}\n${times}\n}\n`,
  });
  const detection = interval * Number(options.multiplier);
  const late = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const taken = await silence(pair);
    if (taken !== undefined) late.push(taken - detection);
  }
  late.sort((one, other) => one - other);
  const [median, worst] = [late[Math.floor(late.length / 2)], late.at(-1)].map(
    (ms) => `${ms?.toFixed(1)} ms`,
  );
  const without = Number(options.rounds) - late.length;
  console.log(
    `| ${[program, `${interval} ms`, `${detection} ms`, median, worst, late.length, without].join(" | ")} |`,
  );
  await pair.stop();
  pair.remove();
}

function tell(short, { text }) {
  console.error(`${short}: ${text}`);
}

/**
 * Stops director b for a while: milliseconds from its last control packet to the resignation of a. Undefined when a did not
 * resign, because the session was down at that moment anyway.
 */
async function silence(pair) {
  const wire = listen(pair);
  await pause(300 + Math.random() * 300);
  const processes = pair.processes("b");
  for (const pid of processes) process.kill(pid, "SIGSTOP");
  await pause(Number(options.multiplier) * 300 + 500);
  wire.close();
  for (const pid of processes) process.kill(pid, "SIGCONT");
  await pair.settle();
  const { heard, resigned } = wire;
  return heard === undefined || resigned === undefined ? undefined : (resigned - heard) / 1000;
}

/** When the last control packet of b and the first resignation of a passed the switch, by the kernel's stamps in microseconds. */
function listen(pair) {
  const seen = { heard: undefined, resigned: undefined };
  const sockets = ["to-a", "to-b"].map((cable) => {
    const socket = createSocket({
      type: "packet",
      protocol: 3,
      interface: cable,
      namespace: pair.names.s,
    });
    socket.on("message", (bytes, { receivedAt, packetType }) => {
      // 4: what the switch sends on; the other cable has seen it come.
      if (packetType === 4 || bytes.readUInt16BE(12) !== 0x0800) return;
      const source = bytes.subarray(26, 30).join(".");
      const isControl = bytes[23] === 17 && bytes.readUInt16BE(36) === BFD_PORT;
      if (isControl && source === addresses.b) seen.heard = receivedAt;
      const isResignation = bytes[23] === 112 && bytes[36] === 0;
      if (isResignation && source === addresses.a) seen.resigned ??= receivedAt;
    });
    return socket.bind();
  });
  seen.close = () => {
    for (const socket of sockets) socket.close();
  };
  return seen;
}
