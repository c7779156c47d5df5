#!/usr/bin/env node
// Measures keepalived and locum on this machine, in one go, with the measuring scripts that --scripts names, and prints markdown
// tables: ratios of medians, worst cases beside the bound of the RFC, what a fault drill did. docs/benchmarks.md explains what is
// measured and how to read it. The files are those that the scripts' own matrix.sh and all.sh write.
//
//   node bench/compare.mjs --scripts DIR [--only failover,idle,drills] [--runs 12] [--out DIR]   measure, then print
//   node bench/compare.mjs --scripts DIR --only failover --runs 8,24,24                           more at short intervals
//   node bench/compare.mjs --scripts DIR --only drills --drills vip_deleted,restart               some of the drills
//   node bench/compare.mjs --from DIR                                                             print what was measured
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drillTable, failoverTable, faults, idleTable, protocols } from "./comparison-tables.mjs";

const repository = fileURLToPath(new URL("..", import.meta.url));
const files = "-f {conf} -p {run}/p.pid -r {run}/v.pid -c {run}/c.pid -b {run}/b.pid";
/** Who is measured, unless --keepalived or --locum says otherwise. Both run in the foreground, VRRP alone, and log to a file and not to syslog. */
const programs = {
  keepalived: `keepalived -n -l -G -D -P ${files}`,
  locum: `${repository}bin/locum keepalived -n -l -G -D -P ${files}`,
};
const kinds = { failover: measureFailover, idle: measureIdle, drills: measureDrills };

const { values: options } = parseArgs({
  options: {
    scripts: { type: "string" },
    from: { type: "string" },
    out: { type: "string", default: join(tmpdir(), "locum-bench") },
    runs: { type: "string", default: "12" },
    only: { type: "string", default: Object.keys(kinds).join(",") },
    drills: { type: "string", default: "all" },
    keepalived: { type: "string", default: programs.keepalived },
    locum: { type: "string", default: programs.locum },
  },
});

if (options.from === undefined) measure();
print(options.from ?? options.out);

function measure() {
  const { scripts = "", out, only } = options;
  if (!existsSync(join(scripts, "failover.py"))) {
    fail(`--scripts is "${scripts}", wanted the folder that holds failover.py, idle.py and drills.py`);
  }
  const wanted = only.split(",");
  for (const kind of wanted) {
    if (!(kind in kinds)) fail(`--only says "${kind}", wanted some of ${Object.keys(kinds).join(", ")}`);
  }
  for (const name of Object.keys(programs)) mkdirSync(join(out, name), { recursive: true });
  for (const kind of wanted) kinds[kind]();
}

function measureFailover() {
  const runs = options.runs.split(",");
  for (const [at, { version, advert }] of protocols.entries()) {
    const protocol = ["--version", version, "--advert", advert];
    for (const fault of Object.keys(faults)) {
      const words = ["failover.py", ...protocol, "--fault", fault, "--runs", runs[at] ?? runs[0]];
      eachProgram(`failover-v${version}-${advert}-${fault}.json`, words);
    }
  }
}

function measureIdle() {
  for (const { version, advert, routers } of protocols) {
    const words = ["idle.py", "--version", version, "--advert", advert, "--instances", routers];
    eachProgram(`idle-v${version}-${advert}.json`, [...words, "--seconds", "20"]);
  }
}

function measureDrills() {
  eachProgram("drills.json", ["drills.py", ...options.drills.split(",")]);
}

/** Keepalived and locum take turns, so that a busy neighbour of the machine does not hit one of them alone. */
function eachProgram(file, words) {
  for (const name of Object.keys(programs)) {
    console.error(`${file}: ${name}`);
    python([...words, "--daemon", options[name], "--out", join(options.out, name, file)]);
  }
}

/** The whole laboratory runs before what else the machine does, as with the scripts' own matrix.sh. */
function python([script, ...words]) {
  const command = ["-n", "-20", "python3", join(options.scripts, script), ...words];
  const { status } = spawnSync("nice", command, { stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`${script} ${words.join(" ")} ended with ${status}; its messages are above`);
}

function print(folder) {
  const tables = [failoverTable, idleTable, drillTable].map((table) => table(folder)).filter((t) => t !== "");
  if (tables.length === 0) fail(`nothing measured for both programs in ${folder}; run with --scripts first`);
  console.log(tables.join("\n\n"));
}

function fail(message) {
  console.error(`bench/compare.mjs: ${message}`);
  process.exit(1);
}
