#!/usr/bin/env node
// The configuration test beside keepalived's: wall clock, processor time and memory of `locum lint`,
// `locum keepalived -t` and `keepalived -t` on generated files of 1 to 4,000 virtual servers with 4 real servers each.
// Needs keepalived and python3 (for wait4(2), which Node does not offer). Prints a Markdown table.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "7" },
    sizes: { type: "string", default: "1,100,1000,2000,4000" },
    locum: { type: "string", default: fileURLToPath(new URL("../bin/locum", import.meta.url)) },
    keepalived: { type: "string", default: "keepalived" },
    check: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    "usage: node bench/lint.mjs [--runs N] [--sizes N,N,...] [--locum PATH] [--keepalived PATH] [--check]\n\n" +
      "--check ends with 1 when a target of docs/benchmarks.md is missed.",
  );
  process.exit(0);
}

const runs = Number(values.runs);
const sizes = values.sizes.split(",").map(Number);
const programs = [
  { name: "keepalived -t", command: [values.keepalived, "-t", "-f"] },
  { name: "locum keepalived -t", command: [values.locum, "keepalived", "-t", "-f"] },
  { name: "locum lint", command: [values.locum, "lint"] },
];

/** One run under wait4(2): its wall clock and processor seconds and its largest resident size. */
const MEASURE = `
import json, os, sys, time
null = os.open(os.devnull, os.O_RDWR)
began = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, f) for f in (0, 1, 2)])
_, status, used = os.wait4(pid, 0)
wall = time.monotonic() - began
print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "wall": wall, "cpu": used.ru_utime + used.ru_stime, "mebibytes": used.ru_maxrss / 1024}))
`;

function measure(command) {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", MEASURE, ...command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`could not measure \`${command.join(" ")}\`: ${stderr.trim()}`);
  const result = JSON.parse(stdout);
  if (result.exit !== 0) throw new Error(`\`${command.join(" ")}\` ended with ${result.exit}, wanted 0`);
  return result;
}

/** So many virtual servers, each with four real servers and their checks: 424 bytes a service, as people write them. */
function configuration(services) {
  const blocks = ["global_defs {\n\trouter_id bench\n}\n"];
  for (let service = 0; service < services; service++) {
    const host = `${(service >> 8) & 255}.${service & 255}`;
    const lines = [
      `virtual_server 10.${service >> 16}.${host} 80 {`,
      "\tlb_algo rr",
      "\tlb_kind NAT",
      "\tprotocol TCP",
    ];
    for (let real = 1; real <= 4; real++) {
      lines.push(`\treal_server 172.${16 + real}.${host} 80 {`, "\t\tweight 1", "\t\tTCP_CHECK {");
      lines.push("\t\t\tconnect_timeout 3", "\t\t}", "\t}");
    }
    blocks.push(`\n${lines.join("\n")}\n}\n`);
  }
  return blocks.join("");
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The programs take turns, so that a slow minute of the machine falls on all of them. */
function measureFile(file) {
  const results = programs.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [at, { command }] of programs.entries()) results[at].push(measure([...command, file]));
  }
  return results.map((all) => ({
    wall: median(all.map((each) => each.wall)) * 1_000,
    fastest: Math.min(...all.map((each) => each.wall)) * 1_000,
    cpu: median(all.map((each) => each.cpu)) * 1_000,
    mebibytes: median(all.map((each) => each.mebibytes)),
  }));
}

const folder = mkdtempSync(join(tmpdir(), "locum-bench-lint-"));
mkdirSync(folder, { recursive: true });
const rows = [];
try {
  for (const services of sizes) {
    const text = configuration(services);
    const file = join(folder, `${services}.conf`);
    writeFileSync(file, text);
    rows.push({
      services,
      bytes: text.length,
      lines: text.split("\n").length - 1,
      results: measureFile(file),
    });
    process.stderr.write(`${services} services measured\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

const number = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));
console.log(`${runs} runs each.\n`);
console.log(
  "| virtual servers | size | program | fastest | median | processor | per line | memory | against keepalived |",
);
console.log("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const { services, bytes, lines, results } of rows) {
  for (const [at, { wall, fastest, cpu, mebibytes }] of results.entries()) {
    const cells = [
      services.toLocaleString("en-US"),
      `${number(bytes / 1_000)} kB`,
      `\`${programs[at].name}\``,
      `${number(fastest)} ms`,
      `${number(wall)} ms`,
      `${number(cpu)} ms`,
      `${((cpu * 1_000) / lines).toFixed(1)} µs`,
      `${number(mebibytes)} MiB`,
      at === 0 ? "1" : `${(fastest / results[0].fastest).toFixed(1)}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

if (values.check) {
  const missed = [];
  for (const { services, lines, results } of rows) {
    const { fastest: wall, mebibytes } = results[2];
    if (services === 1 && wall > 150) missed.push(`a small file takes ${number(wall)} ms, wanted 150`);
    if (services === 2_000 && wall > 1_000)
      missed.push(`2,000 services take ${number(wall)} ms, wanted 1,000`);
    if (services === 2_000 && mebibytes > 200)
      missed.push(`2,000 services take ${number(mebibytes)} MiB, wanted 200`);
    if (services === 4_000) {
      const hundred = rows.find((row) => row.services === 100);
      const [one, few] = [rows.find((row) => row.services === 1), hundred];
      if (!one || !few) continue;
      const marginal = (to, from) => (to.results[2].cpu - from.results[2].cpu) / (to.lines - from.lines);
      const growth = marginal({ lines, results }, few) / marginal(few, one);
      if (growth > 1.25)
        missed.push(
          `a line of 4,000 services costs ${growth.toFixed(2)} times one of 100, wanted at most 1.25`,
        );
    }
  }
  for (const each of missed) console.error(`target missed: ${each}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
}
