// Prints a folder that holds `node` of the newest long-term line, fetching it from the npm registry once. CI runs the
// tests on it beside the Node of the distribution: PATH="$(node tools/node24.mjs):$PATH" npm test
// It is not a dependency in package.json, for it would make every `npm ci` fetch 50 MB, and node_modules/.bin would
// shadow the Node of the machine. The hashes below pin what a lockfile otherwise would.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const version = "24.21.0";
const integrity = {
  x64: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  arm64: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
};

const expected = integrity[process.arch];
if (expected === undefined) {
  console.error(`tools/node24.mjs: no Node ${version} for ${process.arch}; there is one for x64 and arm64`);
  process.exit(1);
}
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "locum");
const home = join(cache, `node-${version}-${process.arch}`);
if (!existsSync(join(home, "bin", "node"))) fetchTo(home);
console.log(join(home, "bin"));

/** Downloads, compares with the pinned hash, unpacks beside the target and moves it there in one step. */
function fetchTo(target) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "fetch-"));
  try {
    const wanted = `node-linux-${process.arch}@${version}`;
    const quiet = { cwd: work, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
    const packed = execFileSync("npm", ["pack", wanted, "--silent", "--ignore-scripts"], quiet);
    const archive = join(work, packed.trim().split("\n").at(-1));
    const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (found !== expected) {
      throw new Error(`${wanted} from the registry has ${found}, wanted ${expected}: do not run it`);
    }
    execFileSync("tar", ["-xzf", archive, "package/bin/node", "package/LICENSE"], quiet);
    chmodSync(join(work, "package", "bin", "node"), 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(join(work, "package"), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
