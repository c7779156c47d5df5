// Runs after `npm ci` and `npm install`. Compiles TypeScript when the compiler is there; an installation without
// development dependencies (a package built from dist/) has none, and needs none.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = `${root}node_modules/.bin/tsc`;
if (existsSync(tsc)) {
  for (const command of [
    [tsc, "-b"],
    [process.execPath, "tools/bundle.mjs"],
  ]) {
    const [program, ...words] = command;
    const { status } = spawnSync(program, words, { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
}
