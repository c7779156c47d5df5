// Joins the modules of the commands that must start in a blink into a few files each, in dist/bundle. A linter that runs at
// every save would otherwise spend most of its time opening two hundred small files. The modules in dist stay what
// everything else runs; src/cli/bundled.ts prefers a bundle only while it is not older than they are.
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const commands = ["lint", "keepalived-test"];

const compiled = statSync(`${dist}.tsbuildinfo`).mtimeMs;
const isFresh = (name) =>
  existsSync(`${dist}bundle/${name}.js`) && statSync(`${dist}bundle/${name}.js`).mtimeMs >= compiled;
if (!commands.every(isFresh)) await bundle();

async function bundle() {
  const build = await rolldown({
    input: Object.fromEntries(commands.map((name) => [name, `${dist}cli/${name}.js`])),
    platform: "node",
    // Packages stay packages: they are found in node_modules, and chevrotain is loaded by a path of its own.
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    logLevel: "warn",
  });
  await build.write({ dir: `${dist}bundle`, format: "esm", sourcemap: true, cleanDir: true });
  await build.close();
}
