#!/usr/bin/env node
// Runs the failover and idle measurements for keepalived and for locum in turn, on this machine, in one go, and prints
// a markdown table with the ratio of the medians. docs/benchmarks.md explains what is measured and how to read it.
//
//   node bench/compare.mjs --scripts DIR [--runs 10] [--out DIR] [--only failover|idle]   measure, then print
//   node bench/compare.mjs --from DIR                                                      print what was measured
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const repository = fileURLToPath(new URL("..", import.meta.url));
const files = "-f {conf} -p {run}/p.pid -r {run}/v.pid -c {run}/c.pid -b {run}/b.pid";
/** Who is measured, unless --keepalived or --locum says otherwise. Both run in the foreground, VRRP alone, and log to a file and not to syslog. */
const programs = {
  keepalived: `keepalived -n -l -G -D -P ${files}`,
  locum: `${repository}bin/locum keepalived -n -l -G -D -P ${files}`,
};
const protocols = [
  { version: "2", advert: "1" },
  { version: "3", advert: "0.1" },
];
/** The faults, by the name failover.py gives them. */
const faults = { kill9: "SIGKILL", term: "SIGTERM", linkdown: "link down" };

const { values: options } = parseArgs({
  options: {
    scripts: { type: "string" },
    from: { type: "string" },
    out: { type: "string", default: join(tmpdir(), "locum-bench") },
    runs: { type: "string", default: "10" },
    only: { type: "string" },
    keepalived: { type: "string", default: programs.keepalived },
    locum: { type: "string", default: programs.locum },
  },
});

if (options.from === undefined) measure();
print(options.from ?? options.out);

/** Keepalived and locum take turns, so that a busy neighbour of the machine does not hit one of them alone. */
function measure() {
  const { scripts = "", out, runs, only } = options;
  if (!existsSync(join(scripts, "failover.py"))) {
    fail(`--scripts is "${scripts}", wanted the folder that holds failover.py and idle.py`);
  }
  for (const name of Object.keys(programs)) mkdirSync(join(out, name), { recursive: true });
  for (const { version, advert } of protocols) {
    const protocol = ["--version", version, "--advert", advert];
    for (const fault of only === "idle" ? [] : Object.keys(faults)) {
      eachProgram(`failover-v${version}-${advert}-${fault}.json`, (daemon, file) =>
        python([
          "failover.py",
          ...protocol,
          "--fault",
          fault,
          "--runs",
          runs,
          "--daemon",
          daemon,
          "--out",
          file,
        ]),
      );
    }
    if (only === "failover") continue;
    eachProgram(`idle-v${version}-${advert}.json`, (daemon, file) =>
      python([
        "idle.py",
        ...protocol,
        "--instances",
        "1,50",
        "--seconds",
        "20",
        "--daemon",
        daemon,
        "--out",
        file,
      ]),
    );
  }
}

function eachProgram(file, run) {
  for (const name of Object.keys(programs)) {
    console.error(`${file}: ${name}`);
    run(options[name], join(options.out, name, file));
  }
}

function python([script, ...words]) {
  const { status } = spawnSync("python3", [join(options.scripts, script), ...words], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) fail(`${script} ${words.join(" ")} ended with ${status}; its messages are above`);
}

function print(folder) {
  const rows = protocols.flatMap((protocol) => [
    ...failoverRows(folder, protocol),
    ...idleRows(folder, protocol),
  ]);
  if (rows.length === 0) fail(`nothing measured for both programs in ${folder}; run with --scripts first`);
  console.log("| what | unit | keepalived | locum | locum / keepalived |");
  console.log("| --- | --- | ---: | ---: | ---: |");
  for (const { what, unit, theirs, ours } of rows) {
    const ratio = theirs > 0 ? (ours / theirs).toFixed(2) : "-";
    console.log(`| ${what} | ${unit} | ${theirs} | ${ours} | ${ratio} |`);
  }
}

function failoverRows(folder, { version, advert }) {
  return Object.entries(faults).flatMap(([fault, name]) => {
    const both = read(folder, `failover-v${version}-${advert}-${fault}.json`);
    if (both === undefined) return [];
    const row = (field, what) => ({
      what: `VRRPv${version}, ${advert} s, ${name}: ${what}`,
      unit: "ms",
      theirs: both.theirs[field].median,
      ours: both.ours[field].median,
    });
    const lost = {
      what: `VRRPv${version}, ${advert} s, ${name}: take-overs that never came`,
      unit: "runs",
      theirs: both.theirs.lost_takeovers,
      ours: both.ours.lost_takeovers,
    };
    const paired = {
      what: `VRRPv${version}, ${advert} s, ${name}: difference run by run, median`,
      unit: "ms",
      theirs: "-",
      ours: pairedDifference(both)?.toFixed(1),
    };
    return [
      row("take_over_ms", "take-over, median"),
      ...(paired.ours === undefined ? [] : [paired]),
      ...(lost.theirs + lost.ours > 0 ? [lost] : []),
    ];
  });
}

/**
 * The runs of both programs draw the same phases of the advertisement interval (one seed), and a take-over depends on
 * the phase far more than on the program: the median of the differences run by run says what the medians of a few
 * dozen runs cannot.
 */
function pairedDifference({ theirs, ours }) {
  const differences = (ours.rows ?? []).flatMap(({ take_over_ms: our }, at) => {
    const their = theirs.rows?.[at]?.take_over_ms;
    return our == null || their == null ? [] : [our - their];
  });
  const sorted = differences.sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.floor(middle)]) / 2;
}

function idleRows(folder, { version, advert }) {
  const both = read(folder, `idle-v${version}-${advert}.json`);
  if (both === undefined) return [];
  return both.theirs.flatMap((theirs, at) => {
    const ours = both.ours[at];
    const row = (what, unit, field) => ({
      what: `VRRPv${version}, ${advert} s, ${theirs.instances} routers at rest: ${what}`,
      unit,
      theirs: field(theirs),
      ours: field(ours),
    });
    return [
      row("memory of the master (PSS)", "kB", ({ master }) => master.pss_kb),
      row("processor time of the master", "%", ({ master }) => master.cpu_pct),
      row("an advertisement's lateness, median", "ms", ({ wire }) => wire.late_ms_median),
      row("an advertisement's lateness, 99th percentile", "ms", ({ wire }) => wire.late_ms_p99),
    ];
  });
}

/** One measurement of both programs, or undefined when either was not taken. */
function read(folder, file) {
  const paths = { theirs: join(folder, "keepalived", file), ours: join(folder, "locum", file) };
  if (!existsSync(paths.theirs) || !existsSync(paths.ours)) return undefined;
  return {
    theirs: JSON.parse(readFileSync(paths.theirs, "utf8")),
    ours: JSON.parse(readFileSync(paths.ours, "utf8")),
  };
}

function fail(message) {
  console.error(`bench/compare.mjs: ${message}`);
  process.exit(1);
}
