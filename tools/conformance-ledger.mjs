// Prints the conformance ledger: each rule of VRRP and BFD with the tests that prove it, or why there is none. Ends with 1
// when a MUST has neither. `--json` prints it for programs. The rules are in test/conformance/requirements.ts.
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const tests = fileURLToPath(new URL("../test", import.meta.url));
// Node 20 reads no TypeScript; the tests' own reader is turned into JavaScript here, in memory.
const build = await rolldown({ input: `${tests}/conformance/ledger.ts`, platform: "node", logLevel: "warn" });
const { output } = await build.generate({ format: "esm" });
await build.close();
const { readLedger } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
const { rows, faults } = readLedger(tests);

if (process.argv.includes("--json")) console.log(JSON.stringify({ rows, faults }, undefined, 2));
else for (const row of rows) print(row);

function print({ id, level, rule, positive, negative, withoutTest = {} }) {
  console.log(`${id}  ${level}  ${rule}`);
  for (const title of positive) console.log(`      +  ${title}`);
  for (const title of negative) console.log(`      -  ${title}`);
  if (withoutTest.positive) console.log(`      +  none: ${withoutTest.positive}`);
  if (withoutTest.negative) console.log(`      -  none: ${withoutTest.negative}`);
}

const musts = rows.filter(({ level }) => level === "MUST");
const proven = musts.filter((row) => row.positive.length > 0 && row.negative.length > 0);
console.error(
  `${rows.length} rules, ${musts.length} of them MUST: ${proven.length} proven on both sides, ${musts.length - proven.length} with a reason for a side without a test; ${faults.length} faults`,
);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
