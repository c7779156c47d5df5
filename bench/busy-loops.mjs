#!/usr/bin/env node
// Whether a director on a starved machine is taken for dead: a pair with short intervals beside loops that want every processor, at
// the same priority as the directors. Prints how many advertisements each director sent and how often the master changed.
// Needs a build, root and iproute2.
//
//   node bench/busy-loops.mjs [--program keepalived,locum] [--loops 8] [--interval 0.1] [--seconds 300]
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { addresses, changesOf, DirectorPair, pause } from "./director-pair.mjs";

const { values: options } = parseArgs({
  options: {
    program: { type: "string", default: "keepalived,locum" },
    loops: { type: "string", default: "8" },
    interval: { type: "string", default: "0.1" },
    seconds: { type: "string", default: "300" },
  },
});

console.log(
  "| program | interval | loops | seconds | sent by the master | by the backup | changes | lines |",
);
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const program of options.program.split(",")) await measure(program);

async function measure(program) {
  const pair = new DirectorPair({ program });
  await pair.start({
    lines: `version 3\nadvert_int ${options.interval}`,
    priorities: { a: 150, b: 100 },
  });
  const before = pair.lines.a + pair.lines.b;
  const wire = pair.listen();
  const loops = Array.from({ length: Number(options.loops) }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
  process.once("exit", () => end(loops));
  await pause(1000 * Number(options.seconds));
  end(loops);
  wire.close();
  const by = (address) => wire.sources.filter((source) => source === address).length;
  const said = [options.interval, options.loops, options.seconds, by(addresses.a), by(addresses.b)];
  const lines = pair.lines.a + pair.lines.b - before;
  console.log(`| ${[program, ...said, changesOf(wire.sources), lines].join(" | ")} |`);
  await pair.stop();
  pair.remove();
}

function end(loops) {
  for (const loop of loops) loop.kill("SIGKILL");
}
