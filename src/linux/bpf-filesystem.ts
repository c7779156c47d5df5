import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { fileSystemType, mount, networkNamespaceCookie, systemCall } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";

const BPF_FS_MAGIC = 0xcafe_4a11;
const LOCK_EXCLUSIVE = 2;
const folder = "/run/locum";
const here = `${folder}/bpf`;
const mountFlags = 2 | 4 | 8; // MS_NOSUID, MS_NODEV, MS_NOEXEC
const mostAncestors = 64;

/**
 * The folder where the current network namespace's maps and programs are pinned, made when it is missing. It lies on
 * a BPF file system of our own, which must be one and the same for every process of the host: `ip netns exec` gives
 * each command a mount namespace of its own, so what such a command mounts, the next one cannot see. Therefore the file
 * system is mounted in the host's mount namespace, and reached through /proc/PID/root of a process there where it is
 * not visible here.
 *
 * `onNote` is told when only this mount namespace could get one, so that other commands will not find what is pinned.
 */
export function bpfDirectory(options: { onNote?: (message: string) => void } = {}): Result<string, string> {
  try {
    const host = hostProcess();
    const root = existing(host) ?? mounted(host, options.onNote ?? (() => undefined));
    const path = `${root}/${networkNamespaceName()}`;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return ok(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(
      `Cannot make a BPF file system at ${here}: ${reason}. It takes root (CAP_SYS_ADMIN) and a kernel with CONFIG_BPF_SYSCALL; by hand: mkdir -p ${here} && mount -t bpf bpf ${here}`,
    );
  }
}

/** A name for the current network namespace, fit for a folder: its cookie, which is never used twice before a reboot. */
export function networkNamespaceName(): string {
  const cookie = networkNamespaceCookie();
  return cookie === undefined ? `netns-inode-${statSync("/proc/thread-self/ns/net").ino}` : `netns-${cookie}`;
}

/**
 * A process that lives in the host's mount namespace: the first; where a sandbox hides that one, the kernel's own
 * thread daemon; else the outermost ancestor that may be looked at. Undefined when there is none.
 */
function hostProcess(): number | undefined {
  const kernelThread = commandName(2) === "kthreadd" ? [2] : [];
  return [1, ...kernelThread, ...ancestors().reverse()].find((pid) => mountNamespace(pid) !== undefined);
}

function ancestors(): number[] {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1 && found.length < mostAncestors; ) {
    found.push(pid);
    // After the command name, which may hold blanks and parentheses: state, parent.
    pid = Number(/^.*\) \S (\d+)/s.exec(readProcess(pid, "stat"))?.[1] ?? 0);
  }
  return found;
}

function commandName(pid: number): string {
  return readProcess(pid, "comm").trim();
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function mountNamespace(pid: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}

function existing(host: number | undefined): string | undefined {
  const seenByHost = host === undefined ? [] : [`/proc/${host}/root${here}`];
  return [here, ...seenByHost].find((path) => fileSystemType(path) === BPF_FS_MAGIC);
}

/** Mounts the file system. Under a lock, or two processes that start together would mount one over the other. */
function mounted(host: number | undefined, onNote: (message: string) => void): string {
  mkdirSync(here, { recursive: true, mode: 0o755 });
  const lock = openSync(`${folder}/bpf.lock`, "w", 0o600);
  try {
    systemCall("flock", lock, LOCK_EXCLUSIVE);
    const found = existing(host);
    if (found !== undefined) return found;
    const isAtHome = host !== undefined && mountNamespace(host) === mountNamespace("self");
    const refusal = isAtHome ? undefined : mountForHost(host);
    const visible = existing(host);
    if (visible !== undefined) return visible;
    mount({ source: "bpf", target: here, type: "bpf", flags: mountFlags, data: "mode=0700" });
    if (refusal !== undefined) {
      onNote(
        `The BPF file system at ${here} is visible in this mount namespace only (${refusal}): commands run elsewhere will not find this process's tables`,
      );
    }
    return here;
  } finally {
    closeSync(lock);
  }
}

/** Only a new process can enter another mount namespace: this one has threads. Returns why it failed. */
function mountForHost(host: number | undefined): string | undefined {
  if (host === undefined) return "no process of the host's mount namespace may be looked at";
  const script = `mkdir -p ${here} && exec mount -t bpf -o nosuid,nodev,noexec,mode=0700 bpf ${here}`;
  const { status, stderr, error } = spawnSync(
    "nsenter",
    [`--mount=/proc/${host}/ns/mnt`, "--", "sh", "-c", script],
    { encoding: "utf8" },
  );
  if (status === 0) return undefined;
  return `mounting it for process ${host} failed: ${error?.message ?? (stderr.trim() || `exit code ${status}`)}`;
}
