import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { failed, ok, type Result } from "../base/result.ts";
import type { Identity } from "./script-identity.ts";

/** More links than this in one path lead nowhere (the kernel's limit too). */
const MOST_LINKS = 40;

/**
 * The path that a program runs under, as keepalived decides it: a bare name is searched in PATH, and links among the
 * folders are resolved while the file keeps its name, because some programs go by it. `asWritten` leaves all links
 * (`use_symlink_paths`).
 */
export function programPath(
  written: string,
  { asWritten, searchPath }: { readonly asWritten: boolean; readonly searchPath: string },
): string | undefined {
  const found = written.includes("/") ? written : search(written, searchPath);
  if (found === undefined || asWritten) return found;
  try {
    const real = realpathSync(found);
    const named = join(dirname(real), basename(found));
    return sameFile(named, real) ? named : real;
  } catch {
    return found;
  }
}

function search(name: string, path: string): string | undefined {
  return path
    .split(":")
    .map((folder) => join(folder === "" ? "." : folder, name))
    .find((candidate) => (statOf(candidate)?.mode ?? 0) & 0o111 && statOf(candidate)?.isFile());
}

function sameFile(a: string, b: string): boolean {
  const [one, other] = [statOf(a), statOf(b)];
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/**
 * `enable_script_security`: what runs as root, or with its rights, must not be changeable by anybody else. Every
 * folder on the way, links followed, must be root's and writable by root only (a sticky folder may be written by
 * others). The reason when it is not so; keepalived looks once at start and reload, we look before each run.
 */
export function checkScriptSecurity(path: string, identity: Identity): Result<void, string> {
  const file = statOf(path);
  if (file === undefined) return failed(`${path} does not exist`);
  const asRoot =
    identity.uid === 0 ||
    identity.gid === 0 ||
    (file.uid === 0 && (file.mode & 0o4000) !== 0) ||
    (file.gid === 0 && (file.mode & 0o2000) !== 0);
  if (!asRoot) return ok(undefined);
  try {
    return everyPartIsRoots(path);
  } catch (error) {
    return failed(`${path} cannot be looked at: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function everyPartIsRoots(path: string): Result<void, string> {
  const waiting = path.split("/").filter((part) => part !== "" && part !== ".");
  let at = "/";
  let links = 0;
  const root = changeable(at);
  if (root !== undefined) return failed(root);
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (part === "..") {
      at = dirname(at);
      continue;
    }
    const here = join(at, part);
    const reason = changeable(here);
    if (reason !== undefined) return failed(reason);
    if (!lstatSync(here).isSymbolicLink()) {
      at = here;
      continue;
    }
    if (++links > MOST_LINKS) return failed(`${path} goes through more than ${MOST_LINKS} symbolic links`);
    const target = readlinkSync(here);
    if (target.startsWith("/")) at = "/";
    waiting.unshift(...target.split("/").filter((each) => each !== "" && each !== "."));
  }
  return ok(undefined);
}

/** Why others than root could change what is at a path; undefined when they cannot. */
function changeable(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return `${path} does not exist`;
  if (found.uid !== 0) return `${path} belongs to user ${found.uid}, wanted root: chown it`;
  if (found.isSymbolicLink()) return undefined;
  const sticky = found.isDirectory() && (found.mode & 0o1000) !== 0;
  const others = (found.mode & 0o002) !== 0 || (found.gid !== 0 && (found.mode & 0o020) !== 0);
  if (!others || sticky) return undefined;
  const mode = (found.mode & 0o7777).toString(8);
  return `${path} has mode ${mode}, so others than root can write it: chmod go-w it`;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
