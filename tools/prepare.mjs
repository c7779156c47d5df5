// Runs after `npm ci` and `npm install`. Compiles TypeScript when the compiler is there; an installation without
// development dependencies (a package built from dist/) has none, and needs none.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = `${root}node_modules/.bin/tsc`;
if (existsSync(tsc)) {
  const { status } = spawnSync(tsc, ["-b"], { cwd: root, stdio: "inherit" });
  process.exit(status ?? 1);
}
