import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const programs = {
  bird: "bird2",
  bpftool: "bpftool",
  cc: "gcc",
  clang: "clang",
  curl: "curl",
  // FRR keeps its daemons out of the path; this one is there in every version that has VRRP or BFD.
  bfdd: "frr",
  vrrpd: "frr",
  ip: "iproute2",
  ipvsadm: "ipvsadm",
  keepalived: "keepalived",
  "llvm-strip": "llvm",
  nft: "nftables",
  nginx: "nginx-light",
  python3: "python3",
  tcpdump: "tcpdump",
  tshark: "tshark",
} as const;

/** A program of that name can be run; the values name the Debian package that brings it. */
export type ProgramCapability = keyof typeof programs;

/**
 * What a suite may need of the machine.
 * `root`: effective user 0. `netns`: new network namespaces can be made. `bpf`: the kernel has bpf(2) with type
 * information and this process may load programs. `corpus`: the folder of other people's configurations that tests
 * compare with. The rest are programs on the path.
 */
export type Capability = "root" | "netns" | "bpf" | "corpus" | ProgramCapability;

/** Where the files lie that other people wrote; not ours to publish, so a clone has none. `LOCUM_CORPUS` names another. */
export const corpusFolder =
  process.env.LOCUM_CORPUS ?? fileURLToPath(new URL("../../../shared/corpus/open", import.meta.url));

const CAP_SYS_ADMIN = 21n;
const CAP_BPF = 39n;
const verdicts = new Map<Capability, string | undefined>();

/** Why `capability` is absent here, with the way to get it; undefined when it is there. Looked up once per process. */
export function lack(capability: Capability): string | undefined {
  if (!verdicts.has(capability)) verdicts.set(capability, look(capability));
  return verdicts.get(capability);
}

/** The full path of a program, searched where root finds it even if this shell's PATH lacks the sbin folders. */
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/sbin",
    "/usr/bin",
    "/usr/lib/frr",
  ];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function look(capability: Capability): string | undefined {
  switch (capability) {
    case "root":
      return process.geteuid?.() === 0
        ? undefined
        : `user id is ${process.geteuid?.()}, wanted 0: run as root`;
    case "netns":
      return lackOfNamespaces();
    case "bpf":
      return lackOfBpf();
    case "corpus":
      return existsSync(corpusFolder)
        ? undefined
        : `no folder ${corpusFolder}: name one that has NNN.conf and NNN.expected with LOCUM_CORPUS`;
    default:
      return findProgram(capability) === undefined
        ? `no program \`${capability}\` on the path: apt-get install ${programs[capability]}`
        : undefined;
  }
}

function lackOfNamespaces(): string | undefined {
  const { status, stderr, error } = spawnSync("unshare", ["--net", "true"], { encoding: "utf8" });
  if (status === 0) return undefined;
  return `unshare --net failed (${error?.message ?? stderr.trim()}): run as root on a kernel with CONFIG_NET_NS`;
}

function lackOfBpf(): string | undefined {
  // This knob exists exactly when the kernel was built with CONFIG_BPF_SYSCALL.
  if (!existsSync("/proc/sys/kernel/unprivileged_bpf_disabled"))
    return "this kernel lacks CONFIG_BPF_SYSCALL";
  if (!existsSync("/sys/kernel/btf/vmlinux")) return "this kernel lacks CONFIG_DEBUG_INFO_BTF";
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  const held = BigInt(`0x${effective}`);
  const allowed = ((held >> CAP_BPF) & 1n) === 1n || ((held >> CAP_SYS_ADMIN) & 1n) === 1n;
  return allowed ? undefined : `CapEff is ${effective}, wanted CAP_BPF: run as root`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
