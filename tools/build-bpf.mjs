// Compiles the data path: node tools/build-bpf.mjs [OUTPUT]. The result, src/bpf/director.bpf.o, is committed, so that
// nobody needs clang to run or install; whoever changes src/bpf/*.h or director.bpf.c runs this and commits both.
// Needs clang and llvm-strip (Debian: clang, llvm, libbpf-dev). The debug sections go, the BTF stays: maps need it.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../src/bpf/", import.meta.url));
const output = process.argv[2] ?? `${folder}director.bpf.o`;
const multiarch = [`/usr/include/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`].filter(
  existsSync,
);

run("clang", [
  ...["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-fdebug-compilation-dir=."],
  ...["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-sign-compare"],
  ...multiarch.map((path) => `-I${path}`),
  ...["-c", "director.bpf.c", "-o", output],
]);
run("llvm-strip", ["-g", output]);
if (process.argv[2] === undefined) writeFileSync(`${folder}COMPILER`, `${compilerVersion()}\n`);

/** Which compiler made the committed object: the test that recompiles compares instructions only with the same one. */
function compilerVersion() {
  return /clang version (\S+)/.exec(spawnSync("clang", ["--version"], { encoding: "utf8" }).stdout)?.[1];
}

function run(program, words) {
  const { status, error } = spawnSync(program, words, { cwd: folder, stdio: "inherit" });
  if (status === 0) return;
  const reason = error ? `${error.message}: apt-get install clang llvm libbpf-dev` : `exit code ${status}`;
  process.stderr.write(`Cannot compile src/bpf/director.bpf.c with ${program}: ${reason}\n`);
  process.exit(1);
}
