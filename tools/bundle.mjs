// Joins the modules of the programs that must start in a blink into a few files each, in dist/bundle. A linter that runs at
// every save would otherwise spend most of its time opening two hundred small files, and the successor of a VRRP process
// that died has a few hundred milliseconds before its peer takes over. The modules in dist stay what everything else runs;
// src/cli/bundled.ts prefers a bundle only while it is not older than they are. A daemon that runs from the bundle starts
// its children from there, because child.js stands beside it there as well.
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const programs = {
  lint: "cli/lint",
  "keepalived-test": "cli/keepalived-test",
  daemon: "cli/daemon",
  child: "linux/process/child",
};

const compiled = statSync(`${dist}.tsbuildinfo`).mtimeMs;
const isFresh = (name) =>
  existsSync(`${dist}bundle/${name}.js`) && statSync(`${dist}bundle/${name}.js`).mtimeMs >= compiled;
if (!Object.keys(programs).every(isFresh)) await bundle();

async function bundle() {
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, `${dist}${path}.js`])),
    platform: "node",
    // Packages stay packages, save our own: they are found in node_modules, and chevrotain is loaded by a path of its own.
    external: (id) => id !== "dgram-extra" && !id.startsWith(".") && !id.startsWith("/"),
    logLevel: "warn",
  });
  await build.write({ dir: `${dist}bundle`, format: "esm", sourcemap: true, cleanDir: true });
  await build.close();
}
