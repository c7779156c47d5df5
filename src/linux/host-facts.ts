import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import type { ScriptUser } from "../conf/model/global-definitions.ts";
import type { FileFacts, HostFacts, ScriptFinding } from "../conf/source.ts";
import { routeNames, transportNumber } from "./netlink/route-names.ts";
import { scriptIdentity } from "./script-identity.ts";

/** What this machine has: the interfaces of the present network namespace, scripts on its disk, its users. */
export function hostFacts(): HostFacts {
  const users = new Map<string, boolean>();
  const names = routeNames();
  return {
    interfaces: interfaceNames(),
    inspectScript,
    inspectFile,
    readSecret,
    addresses: Object.values(networkInterfaces()).flatMap((each) =>
      (each ?? []).map(({ address }) => address),
    ),
    hasUser: (name) => {
      const known = users.get(name);
      if (known !== undefined) return known;
      const found = /^\d+$/.test(name) || namesIn("/etc/passwd").includes(name);
      users.set(name, found);
      return found;
    },
    routeName: (list, name) => names.number(list, name),
    transportNumber,
    hasGroup: (name) => namesIn("/etc/group").includes(name.replace(/^:/, "")),
  };
}

/** Octets of a file, more than any key has, above which it is not one. */
const LONGEST_SECRET = 140;

/** The octets of a file that holds a key; undefined when it cannot be read or is too long for one. */
export function readSecret(path: string): Uint8Array | undefined {
  try {
    const { size } = statSync(path);
    return size > LONGEST_SECRET ? undefined : new Uint8Array(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** Permissions and owner of a file, following links; undefined when there is none. */
export function inspectFile(path: string): FileFacts | undefined {
  try {
    const { mode, uid } = statSync(path);
    return { mode: mode & 0o7777, owner: uid };
  } catch {
    return undefined;
  }
}

/**
 * The interfaces of the network namespace this process is in. /proc/net/dev follows the namespace; /sys/class/net
 * shows the one that was current when /sys was mounted.
 */
function interfaceNames(): readonly string[] {
  try {
    return readFileSync("/proc/self/net/dev", "utf8")
      .split("\n")
      .slice(2)
      .map((line) => line.split(":")[0]?.trim() ?? "")
      .filter((name) => name !== "");
  } catch {
    return readdirSync("/sys/class/net");
  }
}

function namesIn(path: "/etc/passwd" | "/etc/group"): readonly string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(":")[0] ?? "");
  } catch {
    return [];
  }
}

/**
 * Judges a script as keepalived does: it exists, its user can reach and execute it, and nobody but root can change it or
 * its folders.
 */
function inspectScript(path: string, user?: ScriptUser): ScriptFinding {
  const found = path.includes("/") ? path : searchPath(path);
  if (found === undefined) return "missing";
  try {
    const real = realpathSync(found);
    const status = statSync(real);
    if (!status.isFile()) return "missing";
    if ((status.mode & 0o111) === 0 || !isExecutableBy(user, real)) return "not-executable";
    return writableByOthers(real) ? "insecure" : "ok";
  } catch {
    return "missing";
  }
}

/** Whether a user may go through every folder on the way and execute the file; one who does not exist is told elsewhere. */
function isExecutableBy(user: ScriptUser | undefined, path: string): boolean {
  const identity = scriptIdentity(user, { enableScriptSecurity: false });
  if (!identity.ok || identity.value.uid === 0) return true;
  const { uid, gid } = identity.value;
  for (let at = path; ; at = dirname(at)) {
    const status = statSync(at);
    const shift = status.uid === uid ? 6 : status.gid === gid ? 3 : 0;
    if (((status.mode >> shift) & 1) === 0) return false;
    if (at === "/") return true;
  }
}

function searchPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "/usr/bin:/bin").split(":")) {
    try {
      if (statSync(`${folder}/${name}`).isFile()) return `${folder}/${name}`;
    } catch {}
  }
  return undefined;
}

/** A file or a folder above it that is not root's, or that others may write; a sticky folder counts as safe. */
function writableByOthers(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    const status = lstatSync(at);
    const sticky = status.isDirectory() && (status.mode & 0o1000) !== 0;
    if (status.uid !== 0 || ((status.mode & 0o022) !== 0 && !sticky)) return true;
    if (at === "/") return false;
  }
}
