#!/usr/bin/env node
/**
 * Compiles native/*.c to build/native.node with the system's C compiler: no node-gyp, no Python, no headers of Node.
 * Runs as the root package's install script, so it must work before anything else is built. It compiles again
 * whenever it is called; with --if-stale only when a source is newer than the result.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const sourceFolder = join(here, "native");
const target = join(here, "build", "native.node");
const names = readdirSync(sourceFolder);
const sources = names.filter((name) => name.endsWith(".c")).map((name) => join(sourceFolder, name));

if (process.argv.includes("--if-stale") && !isStale()) process.exit(0);

const compiler = findCompiler();
if (compiler !== undefined) compile(compiler);
else if (worksAlready()) console.error(`dgram-extra: no C compiler found; keeping the existing ${target}`);
else {
  fail(`Cannot compile dgram-extra's system call addon: no C compiler found (tried ${candidates().join(", ")}).
Install one, on Debian and Ubuntu with: apt-get install gcc libc6-dev   (or set CC to yours), then run: npm ci`);
}

function isStale() {
  if (!existsSync(target)) return true;
  const built = statSync(target).mtimeMs;
  const inputs = [...names.map((name) => join(sourceFolder, name)), join(here, "build-native.mjs")];
  return inputs.some((path) => statSync(path).mtimeMs > built);
}

/** The compiler of $CC, which may carry arguments, before the usual names. */
function candidates() {
  return [...(process.env.CC ? [process.env.CC] : []), "cc", "gcc", "clang"];
}

function findCompiler() {
  return candidates()
    .map((text) => text.trim().split(/\s+/))
    .find(
      ([command, ...args]) => spawnSync(command, [...args, "--version"], { stdio: "ignore" }).status === 0,
    );
}

/** Asked of another process, because a library cannot be unloaded. */
function worksAlready() {
  if (!existsSync(target)) return false;
  return (
    spawnSync(process.execPath, ["-e", `require(${JSON.stringify(target)})`], { stdio: "ignore" }).status ===
    0
  );
}

function headers() {
  try {
    return createRequire(import.meta.url)("node-api-headers").include_dir;
  } catch {
    return fail(
      "Cannot compile dgram-extra's system call addon: the npm package node-api-headers is missing. Run: npm ci",
    );
  }
}

function compile([command, ...args]) {
  const temporary = `${target}.${process.pid}`;
  mkdirSync(join(here, "build"), { recursive: true });
  const flags = [
    "-std=gnu11",
    "-D_GNU_SOURCE",
    "-O2",
    "-Wall",
    "-Wextra",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
  ];
  const { status, error } = spawnSync(
    command,
    [...args, ...flags, "-I", headers(), "-o", temporary, ...sources, "-ldl"],
    { stdio: "inherit" },
  );
  if (status !== 0) {
    rmSync(temporary, { force: true });
    fail(`Cannot compile dgram-extra's system call addon: ${command} ${error ? error.message : `exited with ${status}`}.
Its words stand above; missing headers come with: apt-get install libc6-dev linux-libc-dev`);
  }
  renameSync(temporary, target);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
