// Writes what is made from the vocabulary in src/grammar: docs/keywords.md, docs/keepalived.conf.ebnf, the man page
// and the grammar for editors. `--check` writes nothing and fails when one of them is out of date.
// Needs a build: run it after `npm run build`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "../dist/conf/manual/generated-files.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const stale = generatedFiles(version).filter(({ path, text }) => read(path) !== text);

function read(path) {
  try {
    return readFileSync(root + path, "utf8");
  } catch {
    return undefined;
  }
}

for (const { path, text } of stale) {
  console.log(
    `${path} ${process.argv.includes("--check") ? "is out of date: run node tools/generate-docs.mjs" : "written"}`,
  );
  if (process.argv.includes("--check")) {
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}
