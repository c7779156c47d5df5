import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readlinkSync, statSync } from "node:fs";
import { fileSystemType, mount, networkNamespaceCookie, systemCall } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";

const BPF_FS_MAGIC = 0xcafe_4a11;
const LOCK_EXCLUSIVE = 2;
const folder = "/run/locum";
const here = `${folder}/bpf`;
const seenByInit = `/proc/1/root${here}`;
const mountFlags = 2 | 4 | 8; // MS_NOSUID, MS_NODEV, MS_NOEXEC

/**
 * The folder where the current network namespace's maps and programs are pinned, made when it is missing. It lies on
 * a BPF file system of our own, which must be one and the same for every process of the host: `ip netns exec` gives
 * each command a mount namespace of its own, so what such a command mounts, the next one cannot see. Therefore the file
 * system is mounted where process 1 sees it, and reached through process 1's root where it is not visible here.
 *
 * `onNote` is told when only this mount namespace could get one, so that other commands will not find what is pinned.
 */
export function bpfDirectory(options: { onNote?: (message: string) => void } = {}): Result<string, string> {
  try {
    const root = existing() ?? mounted(options.onNote ?? (() => undefined));
    const path = `${root}/${namespaceName()}`;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return ok(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(
      `Cannot make a BPF file system at ${here}: ${reason}. It takes root (CAP_SYS_ADMIN) and a kernel with CONFIG_BPF_SYSCALL; by hand: mkdir -p ${here} && mount -t bpf bpf ${here}`,
    );
  }
}

/** The name of the current network namespace's folder: its cookie, which is never used twice before a reboot. */
function namespaceName(): string {
  const cookie = networkNamespaceCookie();
  return cookie === undefined ? `netns-inode-${statSync("/proc/thread-self/ns/net").ino}` : `netns-${cookie}`;
}

function existing(): string | undefined {
  return [here, seenByInit].find((path) => fileSystemType(path) === BPF_FS_MAGIC);
}

/** Mounts the file system. Under a lock, or two processes that start together would mount one over the other. */
function mounted(onNote: (message: string) => void): string {
  mkdirSync(here, { recursive: true, mode: 0o755 });
  const lock = openSync(`${folder}/bpf.lock`, "w", 0o600);
  try {
    systemCall("flock", lock, LOCK_EXCLUSIVE);
    const found = existing();
    if (found !== undefined) return found;
    const refusal = isWithInit() ? undefined : mountForInit();
    const visible = existing();
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

function isWithInit(): boolean {
  try {
    return readlinkSync("/proc/self/ns/mnt") === readlinkSync("/proc/1/ns/mnt");
  } catch {
    return true; // not allowed to look at process 1, so not allowed to mount for it either
  }
}

/** Only a new process can enter another mount namespace: this one has threads. Returns why it failed. */
function mountForInit(): string | undefined {
  const script = `mkdir -p ${here} && exec mount -t bpf -o nosuid,nodev,noexec,mode=0700 bpf ${here}`;
  const { status, stderr, error } = spawnSync(
    "nsenter",
    ["--mount=/proc/1/ns/mnt", "--", "sh", "-c", script],
    { encoding: "utf8" },
  );
  if (status === 0) return undefined;
  return `mounting it for process 1 failed: ${error?.message ?? (stderr.trim() || `exit code ${status}`)}`;
}
